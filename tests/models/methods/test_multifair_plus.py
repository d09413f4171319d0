"""The controller of MultiFair+: at rest where groups are equal, bounded, and on the side of who is behind."""

from __future__ import annotations

import torch

from models.groups import GroupLayout
from models.methods.base import Batch
from models.specs import BaselineSpec, MultiFairPlusSpec
from tests.models.problem import gradient_after_step, make_batch, make_method


def test_a_gap_below_tau_changes_nothing() -> None:
    method = make_method([MultiFairPlusSpec(tau=1.0)], [0])
    baseline = gradient_after_step(make_method([BaselineSpec()], [0]), make_batch(1))
    torch.testing.assert_close(gradient_after_step(method, make_batch(1)), baseline)


def test_weights_favour_the_group_behind() -> None:
    method = make_method([MultiFairPlusSpec(tau=0.01, ema_decay=0.5)], [0], layout=GroupLayout((2,)))
    batch = make_batch(1, rows=256)
    batch = batch._replace(groups=batch.groups[..., :2])
    for _ in range(20):
        trace = method.step(batch)
    auc, weight = trace["fused_auc"][0], trace["group_weight"][0]
    assert auc[0] != auc[1]
    assert weight.argmax() == auc.argmin()
    assert weight.max() > 1 > weight.min()


def test_delta_stays_within_its_bounds() -> None:
    method = make_method([MultiFairPlusSpec(tau=0.001, gain=10, delta_max=0.7, ema_decay=0.5)], [0])
    for seed in range(10):
        delta = method.step(make_batch(1, seed=seed))["delta"]
        assert (delta >= 0).all()
        assert (delta <= 0.7).all()


def test_weights_are_clipped() -> None:
    spec = MultiFairPlusSpec(
        tau=0.001, gain=10, delta_max=10, ema_decay=0.5, weight_floor=0.5, weight_ceiling=2
    )
    method = make_method([spec], [0])
    for seed in range(10):
        weight = method.step(make_batch(1, seed=seed))["group_weight"]
    torch.testing.assert_close(weight.min(), torch.tensor(0.5))
    torch.testing.assert_close(weight.max(), torch.tensor(2.0))


def batch_with_a_group_of_one_outcome() -> Batch:
    """Three groups, of which the third has two rows of one outcome: it has no AUC of its own."""
    batch = make_batch(1, rows=256)
    groups = batch.groups[..., 2:].clone()
    positive = batch.labels[0, 0].nonzero().flatten()[:2]
    groups[..., 2] = 0
    groups[:, positive] = torch.tensor([0.0, 0.0, 1.0])
    return batch._replace(groups=groups)


def test_the_others_are_measured_by_their_own_mean() -> None:
    method = make_method([MultiFairPlusSpec(tau=0.01, ema_decay=0.5)], [0], layout=GroupLayout((3,)))
    for _ in range(10):
        weight = method.step(batch_with_a_group_of_one_outcome())["group_weight"][0]
    assert weight[0] != weight[1]
    torch.testing.assert_close(weight[:2].mean(), torch.tensor(1.0))


def test_a_group_never_seen_with_both_outcomes_stays_out() -> None:
    method = make_method([MultiFairPlusSpec(tau=0.5)], [0], layout=GroupLayout((3,)))
    for _ in range(30):
        trace = method.step(batch_with_a_group_of_one_outcome())
    assert trace["fused_auc"][0, 2].isnan()
    assert trace["group_weight"][0, 2] == 1
    assert trace["delta"].item() == 0
    assert trace["gap"].item() < 0.5


def test_it_waits_until_groups_were_seen_as_often_as_its_memory_is_long() -> None:
    method = make_method([MultiFairPlusSpec(tau=0.001, ema_decay=0.9)], [0])
    known = [bool(method.step(make_batch(1))["fused_auc"].isfinite().all()) for _ in range(12)]
    assert known == [False] * 9 + [True] * 3


def test_a_rare_group_is_not_behind_for_being_rare() -> None:
    """Two groups that are ranked alike, the second with both outcomes in one batch of four only."""
    method = make_method([MultiFairPlusSpec(tau=0.04)], [0], layout=GroupLayout((2,)))
    batch = make_batch(1, rows=256)
    halves = torch.zeros(1, 256, 2)
    halves[:, ::2, 0], halves[:, 1::2, 1] = 1, 1
    alike = batch._replace(
        inputs=batch.inputs[:, :, ::2].repeat_interleave(2, dim=2),
        labels=batch.labels[..., ::2].repeat_interleave(2, dim=-1),
        groups=halves,
    )
    absent = alike._replace(groups=halves * torch.tensor([1.0, 0.0]))
    for step in range(200):
        trace = method.step(absent if step % 4 else alike)
    assert trace["fused_auc"][0].isfinite().all()
    torch.testing.assert_close(trace["group_weight"], torch.ones(1, 2))
