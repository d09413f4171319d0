"""FairGrad against a spelt-out computation on a plain module."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.gradients import reconcile
from models.groups import GroupLayout
from models.objectives import gap_penalties, strata, stratum_rates
from models.specs import BaselineSpec, FairGradSpec
from tests.models.plain import plain_member
from tests.models.problem import LAYOUT, gradient_after_step, make_batch, make_inputs, make_method


def penalty_by_hand(scores: Tensor, labels: Tensor, groups: Tensor, *, absolute: bool) -> Tensor:
    """Half the sum over labels of the mean over pairs of groups, one attribute's groups [N, G_k]."""
    total = torch.zeros(())
    for label in (0, 1):
        rates = [
            scores[(labels == label) & (column > 0)].mean()
            for column in groups.T
            if ((labels == label) & (column > 0)).any()
        ]
        pairs = [
            (a - b).abs() if absolute else (a - b) ** 2 for i, a in enumerate(rates) for b in rates[i + 1 :]
        ]
        if pairs:
            total = total + torch.stack(pairs).mean()
    return total / 2


@pytest.mark.parametrize("absolute", [False, True])
def test_penalties_agree_with_their_definition(absolute: bool) -> None:
    batch = make_batch(2, missing=True)
    logits = torch.randn(2, 64, generator=torch.Generator().manual_seed(3))
    rates = stratum_rates(logits, strata(batch.labels, batch.groups))
    penalties = gap_penalties(rates, LAYOUT, absolute=absolute)
    for member in range(2):
        for k, part in enumerate(LAYOUT.slices):
            expected = penalty_by_hand(
                logits[member].sigmoid(),
                batch.labels[member],
                batch.groups[member][:, part],
                absolute=absolute,
            )
            torch.testing.assert_close(penalties[member, k], expected)


def test_one_step_is_the_sum_of_gradients_without_conflict_on_a_plain_module() -> None:
    method = make_method([FairGradSpec()], [1], layout=GroupLayout((2,)))
    batch = make_batch(1)
    batch = batch._replace(groups=batch.groups[..., :2])
    plain = plain_member(method.network, 0)
    logits, _ = plain(make_inputs(64))
    labels, groups = batch.labels[0], batch.groups[0]
    task = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)
    gap = penalty_by_hand(logits.sigmoid(), labels, groups, absolute=False)
    parameters = list(plain.parameters())
    g = [
        torch.cat([part.flatten() for part in torch.autograd.grad(loss, parameters, retain_graph=True)])
        for loss in (task, gap)
    ]
    overlap = g[0] @ g[1]
    if overlap < 0:
        expected = g[0] - overlap / (g[1] @ g[1]) * g[1] + g[1] - overlap / (g[0] @ g[0]) * g[0]
    else:
        expected = g[0] + g[1]
    ours = gradient_after_step(method, batch)[0]
    # The parameters lie in another order here: norms and the head's last weight decide.
    torch.testing.assert_close(ours.norm(), expected.norm(), rtol=1e-4, atol=1e-6)
    last = dict(method.network.layout.views(ours.unsqueeze(0)))["head.logit.weight"].flatten()
    torch.testing.assert_close(last, expected[-len(last) - 1 : -1], rtol=1e-4, atol=1e-6)


def test_without_any_gap_it_is_the_baseline() -> None:
    batch = make_batch(1)
    one_group = torch.zeros_like(batch.groups)
    one_group[..., 0] = 1
    one_group[..., 2] = 1
    batch = batch._replace(groups=one_group)
    baseline = gradient_after_step(make_method([BaselineSpec()], [0]), batch)
    torch.testing.assert_close(gradient_after_step(make_method([FairGradSpec()], [0]), batch), baseline)


def test_smoothing_keeps_the_gradient_unscaled() -> None:
    # With the same remembered rates as the batch's own, value and gradient are those without smoothing.
    batch = make_batch(1)
    plain = gradient_after_step(make_method([FairGradSpec()], [0]), batch)
    smooth = gradient_after_step(make_method([FairGradSpec(smoothing=0.9)], [0]), batch)
    torch.testing.assert_close(smooth, plain)


def test_norm_balance_rescales_the_gaps_gradient_before_projecting() -> None:
    spec = FairGradSpec(balance="norm", balance_strength=0.5)
    method = make_method([spec], [0], layout=GroupLayout((2,)))
    batch = make_batch(1)
    trace = method.step(batch._replace(groups=batch.groups[..., :2]))
    norms, cosine = trace["norms"][0], trace["cosines"][0]
    scale = torch.stack([torch.ones_like(norms[0]), 0.5 * norms[0] / norms[1]])
    length = norms * scale
    # Two objectives have one order of projection.
    expected = reconcile(cosine * length * length.unsqueeze(-1), torch.tensor([[1], [0]])) * scale
    torch.testing.assert_close(trace["weights"][0], expected)
    assert scale[1] != 1
