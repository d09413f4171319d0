"""torchjd's rules on inner products against the same rules on the gradients, and what each rule promises."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torchjd.aggregation import MGDA, Aggregator, CAGrad, UPGrad

from models.aggregators import aggregator_weights
from models.gradients import gram

RULES: dict[str, Aggregator] = {"upgrad": UPGrad(), "mgda": MGDA(), "cagrad": CAGrad(c=0.5)}


@pytest.fixture
def gradients() -> Tensor:
    """[R, K, P]."""
    return torch.randn(5, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def directions(rule: str, gradients: Tensor) -> Tensor:
    return torch.einsum("rk,rkp->rp", aggregator_weights(rule, gram(gradients)), gradients)


@pytest.mark.parametrize("rule", RULES)
def test_every_member_goes_where_torchjd_goes(rule: str, gradients: Tensor) -> None:
    for own, member in zip(directions(rule, gradients), gradients, strict=True):
        # torchjd averages where a sum is wanted.
        torch.testing.assert_close(own, 3 * RULES[rule](member), rtol=1e-6, atol=1e-6)


def test_upgrad_is_against_no_objective(gradients: Tensor) -> None:
    along = torch.einsum("rkp,rp->rk", gradients, directions("upgrad", gradients))
    assert (along > -1e-6).all()


def test_mgda_is_the_shortest_of_all_averages(gradients: Tensor) -> None:
    weights = aggregator_weights("mgda", gram(gradients)) / 3
    torch.testing.assert_close(weights.sum(-1), torch.ones(5, dtype=torch.float64))
    assert (weights >= 0).all()
    shortest = torch.einsum("rk,rkp->rp", weights, gradients)
    # Of the shortest point in a hull no gradient has a smaller part along it than it has itself; torchjd
    # stops a few percent before.
    along = torch.einsum("rkp,rp->rk", gradients, shortest)
    assert (along >= 0.95 * shortest.square().sum(-1, keepdim=True)).all()


def test_cagrad_stays_within_its_radius_of_the_sum(gradients: Tensor) -> None:
    total = gradients.sum(1)
    distance = (directions("cagrad", gradients) - total).norm(dim=-1)
    assert (distance <= 0.5 * total.norm(dim=-1) + 1e-6).all()
    assert (distance > 0).all()


@pytest.mark.parametrize("rule", ["upgrad", "cagrad"])
def test_equal_gradients_are_summed(rule: str) -> None:
    gradient = torch.randn(1, 1, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    direction = directions(rule, gradient.expand(1, 3, 4))
    stretched = 1.5 if rule == "cagrad" else 1.0
    torch.testing.assert_close(direction, stretched * 3 * gradient[:, 0], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("rule", RULES)
def test_gradients_of_zero_and_opposite_gradients_give_a_finite_direction(
    rule: str, gradients: Tensor
) -> None:
    hard = gradients[:2].clone()
    hard[0] = 0
    hard[1, 1] = -hard[1, 0]
    assert directions(rule, hard).isfinite().all()
