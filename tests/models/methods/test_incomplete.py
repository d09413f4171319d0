"""Rows that lack a modality: what stands in its place is not looked at, and nobody learns from it."""

from __future__ import annotations

import pytest
import torch
from sklearn.metrics import roc_auc_score

from models.methods.base import Batch
from models.specs import MultiFairSpec
from tests.models.problem import gradient_after_step, make_batch, make_method, watching_gradient
from tests.models.variants import SEEDS, VARIANTS

FUSED = {"multifair fused", "multifair adaptive"}
MULTIFAIR = [variant for variant in VARIANTS if variant.startswith("multifair") and "plus" not in variant]


def with_other_numbers(batch: Batch) -> Batch:
    """The same rows with large numbers where a modality is absent."""
    assert batch.available is not None
    junk = 1e3 * torch.randn(batch.inputs.shape, generator=torch.Generator().manual_seed(9))
    # Padding stays at 0.
    junk = junk * (batch.inputs != 0)
    return batch._replace(inputs=torch.where(batch.available.unsqueeze(-1) > 0, batch.inputs, junk))


@pytest.mark.parametrize("variant", VARIANTS)
def test_numbers_of_an_absent_modality_change_nothing(variant: str) -> None:
    method, other = (make_method(VARIANTS[variant], SEEDS) for _ in range(2))
    for seed in range(2):
        batch = make_batch(3, seed=seed, absent=True)
        assert torch.equal(
            gradient_after_step(method, batch), gradient_after_step(other, with_other_numbers(batch))
        )
        if variant in MULTIFAIR:
            assert torch.equal(watching_gradient(method), watching_gradient(other))


def test_numbers_of_an_absent_modality_do_not_move_the_logits() -> None:
    network = make_method(VARIANTS["baseline"], SEEDS).network
    batch = make_batch(3, absent=True)
    logits = network.predict(batch.inputs, available=batch.available).logits
    other = with_other_numbers(batch)
    assert torch.equal(network.predict(other.inputs, available=other.available).logits, logits)


@pytest.mark.parametrize("variant", VARIANTS)
def test_all_modalities_there_is_the_complete_form(variant: str) -> None:
    method, other = (make_method(VARIANTS[variant], SEEDS) for _ in range(2))
    batch = make_batch(3)
    everything = batch._replace(available=torch.ones(3, 3, 64))
    torch.testing.assert_close(
        gradient_after_step(other, everything), gradient_after_step(method, batch), rtol=1e-5, atol=1e-6
    )


def test_a_classifier_is_judged_on_rows_that_have_its_modality() -> None:
    method, batch = make_method([MultiFairSpec()], [0]), make_batch(1, absent=True)
    assert batch.available is not None
    features = method.network.predict(batch.inputs, available=batch.available).features
    watched = method.network.watch(features).logits[0, :, 0]
    auc = method.step(batch)["modality_auc"][0]
    for m, has in enumerate(batch.available[0].bool()):
        expected = roc_auc_score(batch.labels[0, 0, has], watched[m, has].detach())
        assert auc[m].item() == pytest.approx(expected, abs=1e-6)


def test_a_classifier_learns_from_rows_that_have_its_modality() -> None:
    method, batch = make_method([MultiFairSpec()], [0]), make_batch(1, absent=True)
    assert batch.available is not None
    gradient_after_step(method, batch)
    computed = method.network.auxiliary_layout.views(watching_gradient(method))
    for m in range(3):
        own = batch.available[0, m].bool()
        alone = make_method([MultiFairSpec()], [0])
        gradient_after_step(
            alone,
            Batch(
                batch.inputs[:, :, own],
                batch.labels[..., own],
                batch.groups[:, own],
                batch.available[..., own],
            ),
        )
        expected = alone.network.auxiliary_layout.views(watching_gradient(alone))
        for name, gradient in computed.items():
            torch.testing.assert_close(gradient[0, m], expected[name][0, m])


def without_the_second_modality(seed: int) -> Batch:
    available = torch.ones(3, 3, 64)
    available[:, 1] = 0
    return make_batch(3, seed=seed)._replace(available=available)


@pytest.mark.parametrize("variant", VARIANTS)
def test_nobody_learns_from_a_modality_that_the_whole_batch_lacks(variant: str) -> None:
    method = make_method(VARIANTS[variant], SEEDS)
    gradient = gradient_after_step(method, without_the_second_modality(0))
    parts = method.network.encoders(gradient)
    if variant in MULTIFAIR:
        parts += method.network.auxiliary_layout.views(watching_gradient(method)).values()
    for part in parts:
        assert part.isfinite().all()
        assert part[:, 1].abs().max() == 0
        assert part[:, 0].abs().max() > 0


@pytest.mark.parametrize("variant", MULTIFAIR)
def test_a_modality_that_the_whole_batch_lacks_keeps_what_is_known_of_it(variant: str) -> None:
    method = make_method(VARIANTS[variant], SEEDS)
    before = method.step(make_batch(3, seed=1))
    after = method.step(without_the_second_modality(2))
    remembered = ["modality_auc"] if variant in FUSED else ["modality_auc", "surrogate_auc"]
    for name in remembered:
        assert torch.equal(after[name][:, 1], before[name][:, 1])
        assert not torch.equal(after[name][:, 0], before[name][:, 0])
