"""Reconciliation against known answers, an independent library and its mathematical properties."""

from __future__ import annotations

import json
from itertools import permutations, product
from pathlib import Path

import pytest
import torch
from torchjd.aggregation import PCGrad

from models.gradients import combined_norm, conflict_share, cosines, gram, random_orders, reconcile
from tests.models.definitions import projected


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_agrees_with_known_answers(oracle_dir: Path) -> None:
    for case in json.loads((oracle_dir / "gradient_projection.json").read_text()):
        gradients = torch.tensor(case["jacobian"], dtype=torch.float64)
        gramian = gram(gradients)
        update = reconcile(gramian, torch.tensor(case["orders"])) @ gradients
        torch.testing.assert_close(
            update, torch.tensor(case["expected"]["update"], dtype=torch.float64), rtol=1e-6, atol=1e-6
        )
        expected = [[torch.nan if c is None else c for c in row] for row in case["expected"]["cosine"]]
        torch.testing.assert_close(
            cosines(gramian),
            torch.tensor(expected, dtype=torch.float64),
            rtol=1e-6,
            atol=1e-6,
            equal_nan=True,
        )


def test_the_definition_agrees_with_known_answers(oracle_dir: Path) -> None:
    for case in json.loads((oracle_dir / "gradient_projection.json").read_text()):
        rows = projected(torch.tensor(case["jacobian"], dtype=torch.float64), torch.tensor(case["orders"]))
        expected = torch.tensor(case["expected"]["projected"], dtype=torch.float64)
        torch.testing.assert_close(rows, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_in_the_same_orders_it_goes_where_torchjd_goes(
    count: int, generator: torch.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(20):
        gradients = torch.randn(count, 7, generator=generator, dtype=torch.float64)
        orders = random_orders(count, generator)
        # torchjd draws one permutation of all objectives for each of them, and skips the objective itself.
        drawn = iter(torch.cat([torch.arange(count).unsqueeze(1), orders], dim=1))
        with monkeypatch.context() as patched:
            patched.setattr(torch, "randperm", lambda _, drawn=drawn: next(drawn))
            expected = PCGrad()(gradients)
        assert next(drawn, None) is None
        torch.testing.assert_close(reconcile(gram(gradients), orders) @ gradients, expected)


@pytest.mark.parametrize("only_conflicting", [True, False])
def test_many_members_agree_with_the_definition(only_conflicting: bool, generator: torch.Generator) -> None:
    gradients = torch.randn(6, 4, 9, generator=generator, dtype=torch.float64)
    orders = torch.stack([random_orders(4, generator) for _ in range(6)])
    weights = reconcile(gram(gradients), orders, only_conflicting=only_conflicting)
    directions = torch.einsum("rk,rkp->rp", weights, gradients)
    for member in range(6):
        rows = projected(gradients[member], orders[member], only_conflicting=only_conflicting)
        torch.testing.assert_close(directions[member], rows.sum(0))


def test_random_orders_are_every_order_about_as_often(generator: torch.Generator) -> None:
    drawn = [tuple(random_orders(3, generator).flatten().tolist()) for _ in range(400)]
    others = [permutations([j for j in range(3) if j != i]) for i in range(3)]
    possible = [tuple(j for order in orders for j in order) for orders in product(*others)]
    assert set(drawn) == set(possible)
    assert all(25 <= drawn.count(orders) <= 80 for orders in possible)


def test_two_objectives_never_conflict_with_the_result(generator: torch.Generator) -> None:
    gradients = torch.randn(50, 2, 5, generator=generator, dtype=torch.float64)
    orders = torch.tensor([[1], [0]]).expand(50, 2, 1)
    directions = torch.einsum("rk,rkp->rp", reconcile(gram(gradients), orders), gradients)
    assert (torch.einsum("rkp,rp->rk", gradients, directions) >= -1e-9).all()


def test_order_of_members_does_not_matter(generator: torch.Generator) -> None:
    gramian = gram(torch.randn(4, 3, 8, generator=generator))
    orders = torch.stack([random_orders(3, generator) for _ in range(4)])
    permutation = torch.tensor([2, 0, 3, 1])
    expected = reconcile(gramian, orders)[permutation]
    assert torch.equal(reconcile(gramian[permutation], orders[permutation]), expected)


def test_order_of_objectives_does_not_matter(generator: torch.Generator) -> None:
    gradients = torch.randn(3, 8, generator=generator, dtype=torch.float64)
    orders = random_orders(3, generator)
    permutation = torch.tensor([2, 0, 1])
    position = permutation.argsort()
    weights = reconcile(gram(gradients), orders)
    permuted = reconcile(gram(gradients[permutation]), position[orders[permutation]])
    torch.testing.assert_close(permuted, weights[permutation])


def test_scaling_all_gradients_scales_the_direction(generator: torch.Generator) -> None:
    gradients = torch.randn(3, 8, generator=generator, dtype=torch.float64)
    orders = random_orders(3, generator)
    torch.testing.assert_close(reconcile(gram(gradients), orders), reconcile(gram(5 * gradients), orders))


def test_agreeing_gradients_are_summed_untouched() -> None:
    gradients = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    weights = reconcile(gram(gradients), torch.tensor([[1], [0]]))
    torch.testing.assert_close(weights, torch.ones(2, dtype=torch.float64))


def test_opposite_gradients_cancel_and_zero_gradients_are_ignored() -> None:
    opposite = torch.tensor([[1.0, 2.0], [-1.0, -2.0]], dtype=torch.float64)
    direction = reconcile(gram(opposite), torch.tensor([[1], [0]])) @ opposite
    torch.testing.assert_close(direction, torch.zeros(2, dtype=torch.float64))
    zero = torch.tensor([[1.0, 2.0], [0.0, 0.0]], dtype=torch.float64)
    direction = reconcile(gram(zero), torch.tensor([[1], [0]])) @ zero
    torch.testing.assert_close(direction, zero[0])


def test_projecting_on_all_leaves_no_shared_part() -> None:
    gradients = torch.tensor([[1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    weights = reconcile(gram(gradients), torch.tensor([[1], [0]]), only_conflicting=False)
    torch.testing.assert_close(weights @ gradients, torch.tensor([0.5, 0.5], dtype=torch.float64))


def test_one_objective_is_its_own_direction(generator: torch.Generator) -> None:
    weights = reconcile(torch.ones(4, 1, 1), random_orders(1, generator).expand(4, 1, 0))
    torch.testing.assert_close(weights, torch.ones(4, 1))


def test_conflict_share_counts_opposing_pairs() -> None:
    gradients = torch.tensor([[1.0, 0.0], [-1.0, 0.1], [0.0, 1.0]])
    assert conflict_share(cosines(gram(gradients))).item() == pytest.approx(1 / 3)


def test_the_norm_of_a_weighted_sum_needs_the_gram_matrix_alone(generator: torch.Generator) -> None:
    gradients = torch.randn(4, 3, 50, generator=generator, dtype=torch.float64)
    weights = torch.randn(4, 3, generator=generator, dtype=torch.float64)
    expected = (weights.unsqueeze(-1) * gradients).sum(1).norm(dim=-1)
    torch.testing.assert_close(combined_norm(gram(gradients), weights), expected)
