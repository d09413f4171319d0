"""FairGrad: what it does to conflicts, balance and memory.

Its gradients as a whole are in ``test_reference.py``.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.groups import GroupLayout
from models.methods.base import Batch, Method
from models.specs import BaselineSpec, FairGradSpec
from tests.models.definitions import projected
from tests.models.problem import (
    COLUMNS,
    LAYOUT,
    assert_same_gradients,
    gradient_after_step,
    make_batch,
    make_method,
)
from tests.models.reference import FairGrad as Reference

ONE_ATTRIBUTE = GroupLayout((2,))


def objectives_of(method: Method, batch: Batch) -> Tensor:
    """Gradients [R, K, P] of accuracy and of every gap, each by a pass of its own on plain modules."""
    reference = Reference(method.specs, method.seeds, method.network, method.groups)
    rows, _ = reference.see(batch)
    losses = [reference.objectives(member, own) for member, own in enumerate(rows)]
    return torch.stack([reference.gradient(own) for own in zip(*losses, strict=True)], dim=1)


def batch_of_one_attribute(members: int, seed: int = 0) -> Batch:
    batch = make_batch(members, seed=seed)
    return batch._replace(groups=batch.groups[..., :2])


def test_the_direction_is_against_neither_of_two_objectives() -> None:
    # Strong gaps and members of many seeds: some must be in conflict for the test to say anything.
    spec = FairGradSpec(balance="norm", balance_strength=10)
    method = make_method([spec] * 8, range(8), layout=ONE_ATTRIBUTE)
    conflicts = 0
    for seed in range(3):
        batch = batch_of_one_attribute(8, seed)
        gradients = objectives_of(method, batch)
        direction = gradient_after_step(method, batch).double()
        along = torch.einsum("rkp,rp->rk", gradients, direction)
        lengths = gradients.norm(dim=-1) * direction.norm(dim=-1, keepdim=True)
        assert (along >= -1e-5 * lengths).all()
        conflicts += int((torch.einsum("rp,rp->r", *gradients.unbind(1)) < 0).sum())
    assert conflicts > 0


@pytest.mark.parametrize("classes", [2, 3])
def test_trace_tells_norms_cosines_and_weights_of_the_objectives(classes: int) -> None:
    method = make_method([FairGradSpec()] * 2, [0, 1], columns=COLUMNS[classes])
    batch = make_batch(2, classes=classes)
    gradients = objectives_of(method, batch)
    trace = method.step(batch)
    unit = torch.nn.functional.normalize(gradients, dim=-1)
    torch.testing.assert_close(trace["norms"], gradients.norm(dim=-1), rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(trace["cosines"], unit @ unit.mT, rtol=1e-4, atol=1e-4)
    combined = torch.einsum("rk,rkp->rp", trace["weights"], gradients)
    assert method.network.weights.grad is not None
    assert_same_gradients(method.network.weights.grad, combined)


def test_conflict_share_counts_the_pairs_that_conflict() -> None:
    method = make_method([FairGradSpec()] * 4, range(4))
    trace = method.step(make_batch(4))
    first, second = torch.triu_indices(3, 3, 1)
    expected = (trace["cosines"][:, first, second] < 0).double().mean(-1)
    assert 0 < expected.mean() < 1
    torch.testing.assert_close(trace["conflict_share"], expected)


def test_without_any_gap_it_is_the_baseline() -> None:
    batch = make_batch(1)
    one_group = torch.zeros_like(batch.groups)
    one_group[..., [part.start for part in LAYOUT.slices]] = 1
    batch = batch._replace(groups=one_group)
    baseline = gradient_after_step(make_method([BaselineSpec()], [0]), batch)
    assert_same_gradients(gradient_after_step(make_method([FairGradSpec()], [0]), batch), baseline)


def test_the_first_attribute_alone_is_a_task_that_has_no_other() -> None:
    # Several members: their orders of projection are drawn, but of two objectives there is one order only.
    alone = make_method([FairGradSpec()] * 4, range(4), layout=ONE_ATTRIBUTE)
    first = make_method([FairGradSpec(attributes="first")] * 4, range(4))
    expected = gradient_after_step(alone, batch_of_one_attribute(4))
    assert_same_gradients(gradient_after_step(first, make_batch(4)), expected)


def test_attributes_that_do_not_act_are_watched() -> None:
    every, first = (make_method([FairGradSpec(attributes=own)] * 4, range(4)) for own in ("all", "first"))
    batch = make_batch(4)
    watched, told = every.step(batch), first.step(batch)
    for name in ("losses", "norms", "cosines"):
        torch.testing.assert_close(told[name], watched[name], equal_nan=True)
    assert (told["weights"][:, 2] == 0).all()
    assert (told["weights"][:, :2] > 0).all()
    torch.testing.assert_close(told["conflict_share"], (told["cosines"][:, 0, 1] < 0).double())


def test_smoothing_has_nothing_to_remember_in_its_first_step() -> None:
    batch = make_batch(1)
    plain = gradient_after_step(make_method([FairGradSpec()], [0]), batch)
    smooth = gradient_after_step(make_method([FairGradSpec(smoothing=0.9)], [0]), batch)
    assert_same_gradients(smooth, plain)


def test_smoothing_judges_by_the_past_at_full_strength() -> None:
    # Of two rates remembered as r and met again as r, value and gradient are those without smoothing: a
    # plain moving average would have a tenth of the gradient.
    batch = make_batch(1)
    plain, smooth = (make_method([FairGradSpec(smoothing=s)], [0]) for s in (0.0, 0.9))
    for method in (plain, smooth):
        method.step(batch)
    assert_same_gradients(gradient_after_step(smooth, batch), gradient_after_step(plain, batch))


def test_balance_gives_every_gap_a_share_of_the_task_gradients_norm() -> None:
    # Two objectives in one order: what is left to check is the factor before projecting.
    method = make_method([FairGradSpec(balance="norm", balance_strength=0.5)], [0], layout=ONE_ATTRIBUTE)
    batch = batch_of_one_attribute(1)
    task, gap = objectives_of(method, batch)[0]
    gap = 0.5 * task.norm() / gap.norm() * gap
    expected = projected(torch.stack([task, gap]), torch.tensor([[1], [0]])).sum(0)
    assert_same_gradients(gradient_after_step(method, batch), expected.unsqueeze(0))
