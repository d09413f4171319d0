"""MultiFair's step against its parts, and the identities its formulas promise."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from models.groups import GroupLayout
from models.methods.base import Batch
from models.specs import BaselineSpec, MultiFairSpec
from tests.models.problem import gradient_after_step, make_batch, make_method

ONE_ATTRIBUTE = GroupLayout((2,))
LIMITLESS = 100.0


def batch_of_one_attribute(seed: int = 0) -> Batch:
    batch = make_batch(1, seed=seed)
    return batch._replace(groups=batch.groups[..., :2])


def test_without_modulation_it_is_the_baseline() -> None:
    spec = MultiFairSpec(modalities=False, groups=False, rho=1, lambda_gm=0, lambda_f=0, clip_norm=LIMITLESS)
    baseline = gradient_after_step(make_method([BaselineSpec()], [0]), make_batch(1))
    torch.testing.assert_close(gradient_after_step(make_method([spec], [0]), make_batch(1)), baseline)


def test_delta_zero_equals_no_group_modulation() -> None:
    with_groups = MultiFairSpec(delta=0, lambda_f=0, tau=1e-3)
    without = MultiFairSpec(groups=False)
    for seed in range(3):
        torch.testing.assert_close(
            gradient_after_step(make_method([with_groups], [0]), make_batch(1, seed=seed)),
            gradient_after_step(make_method([without], [0]), make_batch(1, seed=seed)),
        )


def test_equal_group_shares_give_a_batch_factor_of_one() -> None:
    batch = batch_of_one_attribute()
    half = torch.zeros_like(batch.groups)
    half[:, ::2, 0] = 1
    half[:, 1::2, 1] = 1
    method = make_method([MultiFairSpec(tau=1e-3, delta=0.3)], [0], layout=ONE_ATTRIBUTE)
    for _ in range(5):
        trace = method.step(batch._replace(groups=half))
    torch.testing.assert_close(trace["batch_factors"], torch.ones(1, 3))


def test_a_closed_gate_leaves_the_modality_factor_alone() -> None:
    method = make_method([MultiFairSpec(tau=1.0)], [0], layout=ONE_ATTRIBUTE)
    trace = method.step(batch_of_one_attribute())
    assert trace["gate"].item() == 0
    torch.testing.assert_close(trace["scale"], 1.2 * trace["balance"])


def test_an_open_gate_multiplies_by_the_batch_factor() -> None:
    method = make_method([MultiFairSpec(tau=1e-3)], [0], layout=ONE_ATTRIBUTE)
    for seed in range(3):
        trace = method.step(batch_of_one_attribute(seed))
    assert trace["gate"].item() == 1
    torch.testing.assert_close(trace["scale"], 1.2 * trace["balance"] * trace["batch_factors"])


def test_factors_never_turn_negative() -> None:
    method = make_method([MultiFairSpec(tau=1e-3, delta=5)], [0], layout=ONE_ATTRIBUTE)
    for seed in range(5):
        trace = method.step(batch_of_one_attribute(seed))
        assert (trace["group_factors"] >= 0).all()


def test_gradient_norm_is_clipped() -> None:
    clipped = gradient_after_step(make_method([MultiFairSpec(clip_norm=1e-3)], [0]), make_batch(1))
    assert clipped.norm().item() == pytest.approx(1e-3, rel=1e-2)


def test_released_losses_are_constants() -> None:
    released = MultiFairSpec(losses="released")
    silent = MultiFairSpec(lambda_gm=0, lambda_f=0)
    torch.testing.assert_close(
        gradient_after_step(make_method([released], [0]), make_batch(1)),
        gradient_after_step(make_method([silent], [0]), make_batch(1)),
    )


@pytest.mark.parametrize("losses", ["paper", "released"])
def test_watching_classifiers_learn_from_their_own_loss_alone(losses: str) -> None:
    spec = MultiFairSpec.model_validate({"losses": losses, "tau": 1e-3})
    method, plain = (make_method([s], [0]) for s in (spec, MultiFairSpec(lambda_gm=0, lambda_f=0)))
    for m in (method, plain):
        gradient_after_step(m, make_batch(1))
    torch.testing.assert_close(method.network.auxiliary_weights.grad, plain.network.auxiliary_weights.grad)


def test_guidance_loss_is_that_of_the_last_weights_gradients() -> None:
    method = make_method([MultiFairSpec()], [0])
    batch = make_batch(1)
    prediction = method.network.predict(batch.inputs)
    watched = method.network.watch(prediction.features.detach())
    task = functional.binary_cross_entropy_with_logits(prediction.logits[0], batch.labels[0])
    head = torch.autograd.grad(task, method.network.weights)[0]
    head = method.network.layout.views(head)["head.logit.weight"][0, :, 0]
    cosines = []
    for m in range(3):
        own = functional.binary_cross_entropy_with_logits(watched.logits[0, m], batch.labels[0])
        gradient = torch.autograd.grad(own, method.network.auxiliary_weights, retain_graph=True)[0]
        last = method.network.auxiliary_layout.views(gradient)["auxiliary.logit.weight"][0, m, :, 0]
        cosines.append(functional.cosine_similarity(head, last, dim=0))
    trace = method.step(batch)
    balance = trace["balance"][0]
    expected = (balance.abs() - balance * torch.stack(cosines)).mean()
    torch.testing.assert_close(trace["guidance_loss"][0], expected, rtol=1e-4, atol=1e-5)
