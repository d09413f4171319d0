"""Gap penalties against their definition, and where there is nothing to compare."""

from __future__ import annotations

import pytest
import torch

from models.groups import GroupLayout
from models.objectives import gap_penalties, strata, stratum_rates
from tests.models.definitions import gap_penalty, probabilities
from tests.models.definitions import stratum_rates as rates_by_hand
from tests.models.problem import LAYOUT, make_batch


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("classes", [2, 3])
def test_penalties_agree_with_their_definition(classes: int, absolute: bool) -> None:
    batch = make_batch(2, classes=classes, missing=True)
    logits = torch.randn(batch.labels.shape, generator=torch.Generator().manual_seed(3))
    rates = stratum_rates(logits, strata(batch.labels, batch.groups))
    penalties = gap_penalties(rates, LAYOUT, absolute=absolute)
    for member in range(2):
        scores = probabilities(logits[member].double())
        for k, part in enumerate(LAYOUT.slices):
            groups = batch.groups[member][:, part]
            own = rates_by_hand(scores, batch.labels[member], groups)
            expected = gap_penalty(own, columns=len(scores), groups=groups.shape[1], absolute=absolute)
            torch.testing.assert_close(penalties[member, k].double(), expected, rtol=1e-5, atol=1e-7)


def test_an_empty_stratum_is_left_out_and_spoils_no_gradient() -> None:
    labels = torch.tensor([[[1.0, 1, 0, 0, 1]]])
    groups = torch.tensor([[[1.0, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]])
    logits = torch.zeros(1, 1, 5, requires_grad=True)
    rates = stratum_rates(logits, strata(labels, groups))
    assert rates[0, 0, 0].isnan().tolist() == [False, False, True]
    penalty = gap_penalties(rates, GroupLayout((3,)), absolute=False)
    (gradient,) = torch.autograd.grad(penalty.sum(), logits)
    assert penalty.item() == 0
    assert gradient.isfinite().all()


@pytest.mark.parametrize("absolute", [False, True])
def test_one_group_alone_has_no_gap(absolute: bool) -> None:
    batch = make_batch(1)
    logits = torch.randn(1, 1, 64, generator=torch.Generator().manual_seed(0))
    rates = stratum_rates(logits, strata(batch.labels, torch.ones(1, 64, 1)))
    assert gap_penalties(rates, GroupLayout((1,)), absolute=absolute).item() == 0


def test_the_absolute_gap_of_two_groups_is_the_mean_difference_of_rates() -> None:
    labels = torch.tensor([[[1.0, 1, 0, 0]]])
    groups = torch.tensor([[[1.0, 0], [0, 1], [1, 0], [0, 1]]])
    scores = torch.tensor([[[0.9, 0.6, 0.3, 0.2]]])
    rates = stratum_rates(scores.logit(), strata(labels, groups))
    layout = GroupLayout((2,))
    torch.testing.assert_close(gap_penalties(rates, layout, absolute=True), torch.tensor([[(0.3 + 0.1) / 2]]))
    squared = torch.tensor([[(0.3**2 + 0.1**2) / 2]])
    torch.testing.assert_close(gap_penalties(rates, layout, absolute=False), squared)
