"""The controller of MultiFair+: at rest where groups are equal, bounded, and on the side of who is behind."""

from __future__ import annotations

import torch

from models.groups import GroupLayout
from models.specs import BaselineSpec, MultiFairPlusSpec
from tests.models.problem import gradient_after_step, make_batch, make_method


def test_a_gap_below_tau_changes_nothing() -> None:
    method = make_method([MultiFairPlusSpec(tau=1.0)], [0])
    baseline = gradient_after_step(make_method([BaselineSpec()], [0]), make_batch(1))
    torch.testing.assert_close(gradient_after_step(method, make_batch(1)), baseline)


def test_weights_average_one_and_favour_the_group_behind() -> None:
    method = make_method([MultiFairPlusSpec(tau=0.01)], [0], layout=GroupLayout((2,)))
    batch = make_batch(1, rows=256)
    batch = batch._replace(groups=batch.groups[..., :2])
    for _ in range(20):
        trace = method.step(batch)
    auc, weight = trace["fused_auc"][0], trace["group_weight"][0]
    assert (auc[0] < auc[1]) == (weight[0] > weight[1])
    assert weight[0] != weight[1]


def test_delta_stays_within_its_bounds() -> None:
    method = make_method([MultiFairPlusSpec(tau=0.001, gain=10, delta_max=0.7)], [0])
    for seed in range(10):
        delta = method.step(make_batch(1, seed=seed))["delta"]
        assert (delta >= 0).all()
        assert (delta <= 0.7).all()


def test_weights_are_clipped() -> None:
    method = make_method([MultiFairPlusSpec(tau=0.001, gain=10, delta_max=10)], [0])
    for seed in range(10):
        weight = method.step(make_batch(1, seed=seed))["group_weight"]
    assert weight.min() >= 0.2
    assert weight.max() <= 5.0


def test_a_group_never_seen_with_both_outcomes_stays_out() -> None:
    method = make_method([MultiFairPlusSpec(tau=0.5)], [0], layout=GroupLayout((3,)))
    batch = make_batch(1, rows=256)
    groups = batch.groups[..., 2:].clone()
    # The third group keeps two rows of one outcome: it has no AUC of its own.
    positive = batch.labels[0].nonzero().flatten()[:2]
    groups[..., 2] = 0
    groups[:, positive] = torch.tensor([0.0, 0.0, 1.0])
    for _ in range(30):
        trace = method.step(batch._replace(groups=groups))
    assert trace["fused_auc"][0, 2].isnan()
    assert trace["group_weight"][0, 2] == 1
    assert trace["delta"].item() == 0
    assert trace["gap"].item() < 0.5
