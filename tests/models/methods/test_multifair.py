"""MultiFair: the identities its formulas promise, and what each switch switches.

Its gradients as a whole are in ``test_reference.py``.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from models.groups import GroupLayout
from models.methods.base import Batch
from models.specs import BaselineSpec, MethodSpec, MultiFairSpec
from tests.models.problem import assert_same_gradients, gradient_after_step, make_batch, make_method

ONE_ATTRIBUTE = GroupLayout((2,))
LIMITLESS = 100.0


def batch_of_one_attribute(seed: int = 0) -> Batch:
    batch = make_batch(1, seed=seed)
    return batch._replace(groups=batch.groups[..., :2])


def gradients(spec: MethodSpec, steps: int = 3, **shape: Any) -> list[Tensor]:
    """Gradients of one member's first steps."""
    method = make_method([spec], [0], **shape)
    return [gradient_after_step(method, make_batch(1, seed=seed)) for seed in range(steps)]


@pytest.mark.parametrize(
    "spec",
    [
        MultiFairSpec(modalities=False, groups=False, rho=1, lambda_gm=0, lambda_f=0, clip_norm=LIMITLESS),
        MultiFairSpec(modalities=False, delta=0, rho=1, lambda_gm=0, lambda_f=0, clip_norm=LIMITLESS),
        MultiFairSpec(
            modalities=False,
            delta=0,
            rho=1,
            losses="released",
            clip_norm=LIMITLESS,
            granularity="sample",
        ),
    ],
    ids=["neither half", "no strength", "no strength by row"],
)
def test_without_modulation_it_is_exactly_the_baseline(spec: MultiFairSpec) -> None:
    for ours, baseline in zip(gradients(spec), gradients(BaselineSpec()), strict=True):
        assert torch.equal(ours, baseline)


def test_delta_zero_equals_no_group_modulation() -> None:
    with_groups = MultiFairSpec(delta=0, lambda_f=0, tau=1e-3)
    for ours, without in zip(gradients(with_groups), gradients(MultiFairSpec(groups=False)), strict=True):
        assert_same_gradients(ours, without)


def test_equal_group_shares_give_a_batch_factor_of_one() -> None:
    batch = batch_of_one_attribute()
    half = torch.zeros_like(batch.groups)
    half[:, ::2, 0] = 1
    half[:, 1::2, 1] = 1
    method = make_method([MultiFairSpec(tau=1e-3, delta=0.01)], [0], layout=ONE_ATTRIBUTE)
    for _ in range(5):
        trace = method.step(batch._replace(groups=half))
    assert (trace["group_factors"] - 1).abs().min() > 1e-3
    torch.testing.assert_close(trace["batch_factors"], torch.ones(1, 3), rtol=0, atol=1e-6)


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
    assert (trace["batch_factors"] - 1).abs().max() > 1e-3
    torch.testing.assert_close(trace["scale"], 1.2 * trace["balance"] * trace["batch_factors"])


def test_a_batch_of_nobody_known_is_not_modulated_by_group() -> None:
    method = make_method([MultiFairSpec(gate="none")], [0], layout=ONE_ATTRIBUTE)
    batch = batch_of_one_attribute()
    method.step(batch)
    trace = method.step(batch._replace(groups=torch.zeros_like(batch.groups)))
    torch.testing.assert_close(trace["scale"], 1.2 * trace["balance"])


def test_factors_never_turn_negative() -> None:
    method = make_method([MultiFairSpec(tau=1e-3, delta=5)], [0], layout=ONE_ATTRIBUTE)
    for seed in range(5):
        trace = method.step(batch_of_one_attribute(seed))
        assert (trace["group_factors"] >= 0).all()
    assert (trace["group_factors"] == 0).any()


def test_gradient_norm_is_clipped() -> None:
    (clipped,) = gradients(MultiFairSpec(clip_norm=1e-3), steps=1)
    assert clipped.norm().item() == pytest.approx(1e-3, rel=1e-2)


def test_released_losses_are_constants() -> None:
    released, silent = MultiFairSpec(losses="released"), MultiFairSpec(lambda_gm=0, lambda_f=0)
    for ours, expected in zip(gradients(released), gradients(silent), strict=True):
        assert_same_gradients(ours, expected)


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
    task = functional.binary_cross_entropy_with_logits(prediction.logits, batch.labels)
    head = torch.autograd.grad(task, method.network.weights)[0]
    head = method.network.layout.views(head)["head.logit.weight"][0, :, 0]
    cosines = []
    for m in range(3):
        own = functional.binary_cross_entropy_with_logits(watched.logits[:, m], batch.labels)
        gradient = torch.autograd.grad(own, method.network.auxiliary_weights, retain_graph=True)[0]
        last = method.network.auxiliary_layout.views(gradient)["auxiliary.logit.weight"][0, m, :, 0]
        cosines.append(functional.cosine_similarity(head, last, dim=0))
    trace = method.step(batch)
    balance = trace["balance"][0]
    expected = (balance.abs() - balance * torch.stack(cosines)).mean()
    torch.testing.assert_close(trace["guidance_loss"][0], expected, rtol=1e-4, atol=1e-5)


BY_ROW = {"granularity": "sample"}


@pytest.mark.parametrize(
    ("standard", "switch"),
    [
        ({}, {"losses": "released"}),
        ({}, {"modalities": False}),
        ({}, {"groups": False}),
        ({}, BY_ROW),
        ({}, {"signal": "fused"}),
        ({}, {"gate": "ema"}),
        ({"tau": 1.0}, {"gate": "none"}),
        ({}, {"scales": "update"}),
        (BY_ROW, {"delta_rule": "adaptive"}),
    ],
    ids=str,
)
def test_every_switch_changes_the_gradient(standard: dict[str, Any], switch: dict[str, Any]) -> None:
    base = {"tau": 0.04, "delta": 2.0, **standard}
    before, after = (gradients(MultiFairSpec(**own))[-1] for own in (base, base | switch))
    assert (after - before).norm() > 1e-3 * before.norm()


def test_an_averaged_gate_waits_until_groups_were_seen_as_often_as_the_memory_is_long() -> None:
    batch = batch_of_one_attribute()
    gap = make_method([MultiFairSpec()], [0], layout=ONE_ATTRIBUTE).step(batch)["gap"].item()
    assert gap > 0.01
    spec = MultiFairSpec(tau=gap / 2, gate="ema", ema_decay=0.8)
    method = make_method([spec], [0], layout=ONE_ATTRIBUTE)
    assert [method.step(batch)["gate"].item() for _ in range(7)] == [0] * 4 + [1] * 3


def test_without_a_gate_equal_groups_are_modulated_too() -> None:
    specs = [MultiFairSpec(tau=1, gate=gate) for gate in ("batch", "none")]
    gated, ungated = (make_method([spec], [0], layout=ONE_ATTRIBUTE) for spec in specs)
    for seed in range(3):
        closed, is_open = (method.step(batch_of_one_attribute(seed)) for method in (gated, ungated))
    assert closed["gate"].item() == 0
    assert is_open["gate"].item() == 1


def test_the_fused_signal_is_one_for_all_modalities() -> None:
    method = make_method([MultiFairSpec(signal="fused")], [0])
    for seed in range(3):
        trace = method.step(make_batch(1, seed=seed))
    signal, factors = trace["surrogate_auc"][0], trace["group_factors"][0]
    assert torch.equal(signal, signal[:1].expand_as(signal))
    assert torch.equal(factors, factors[:1].expand_as(factors))


def test_a_controlled_delta_starts_at_rest_and_stays_below_its_bound() -> None:
    spec = MultiFairSpec(tau=1e-3, delta=0.02, granularity="sample", delta_rule="adaptive", ema_decay=0)
    method = make_method([spec], [0], layout=ONE_ATTRIBUTE)
    deltas = [method.step(batch_of_one_attribute())["delta"].item() for _ in range(15)]
    assert 0 < deltas[0] < 0.02
    assert deltas == sorted(deltas)
    assert deltas[-1] == pytest.approx(0.02)


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_scaled_updates_are_the_optimisers_times_the_factor_for_encoders_alone(weight_decay: float) -> None:
    method = make_method([MultiFairSpec(scales="update", tau=1e-3, rho=1.7)], [0])
    network = method.network
    full = torch.nn.Parameter(network.weights.detach().clone())
    ours, theirs = (
        torch.optim.AdamW([weights], lr=1e-2, weight_decay=weight_decay)
        for weights in (network.weights, full)
    )
    for seed in range(3):
        before = network.weights.detach().clone()
        full.data.copy_(before)
        scale = method.step(make_batch(1, seed=seed))["scale"]
        full.grad = network.weights.grad
        ours.step()
        theirs.step()
        method.finish()
        network.weights.grad = None

        moved, whole = network.weights.detach() - before, full.detach() - before
        for part in network.encoders(whole):
            part.mul_(scale.view(1, 3, *[1] * (part.dim() - 2)))
        torch.testing.assert_close(moved, whole, rtol=1e-4, atol=1e-7)


def test_scaled_gradients_leave_the_optimisers_update_alone() -> None:
    method = make_method([MultiFairSpec()], [0])
    gradient_after_step(method, make_batch(1))
    moved = method.network.weights.detach() + 1
    method.network.weights.data.copy_(moved)
    method.finish()
    assert torch.equal(method.network.weights, moved)
