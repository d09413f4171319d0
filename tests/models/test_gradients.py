"""Reconciliation against known answers, an independent library and its mathematical properties."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torchjd.aggregation import PCGrad

from models.gradients import conflict_share, cosines, gram, jacobian, random_orders, reconcile


def projected_one_by_one(gradients: Tensor, orders: Tensor) -> Tensor:
    """The definition, spelt out on the gradients themselves."""
    total = torch.zeros_like(gradients[0])
    for i, order in enumerate(orders.tolist()):
        vector = gradients[i].clone()
        for j in order:
            overlap = vector @ gradients[j]
            if overlap < 0:
                vector -= overlap / (gradients[j] @ gradients[j]) * gradients[j]
        total += vector
    return total


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


def test_two_objectives_agree_with_torchjd(generator: torch.Generator) -> None:
    # With two objectives there is one order only, so the library's random order does not matter.
    for _ in range(20):
        gradients = torch.randn(2, 7, generator=generator, dtype=torch.float64)
        direction = reconcile(gram(gradients), torch.tensor([[1], [0]])) @ gradients
        torch.testing.assert_close(direction, PCGrad()(gradients))


def test_many_members_agree_with_the_definition(generator: torch.Generator) -> None:
    gradients = torch.randn(6, 4, 9, generator=generator, dtype=torch.float64)
    orders = torch.stack([random_orders(4, generator) for _ in range(6)])
    directions = torch.einsum("rk,rkp->rp", reconcile(gram(gradients), orders), gradients)
    for member in range(6):
        torch.testing.assert_close(
            directions[member], projected_one_by_one(gradients[member], orders[member])
        )


def test_two_objectives_never_conflict_with_the_result(generator: torch.Generator) -> None:
    gradients = torch.randn(50, 2, 5, generator=generator, dtype=torch.float64)
    orders = torch.tensor([[1], [0]]).expand(50, 2, 1)
    directions = torch.einsum("rk,rkp->rp", reconcile(gram(gradients), orders), gradients)
    assert (torch.einsum("rkp,rp->rk", gradients, directions) >= -1e-9).all()


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


def test_jacobian_is_each_loss_gradient(generator: torch.Generator) -> None:
    weights = torch.randn(2, 3, generator=generator, requires_grad=True)
    inputs = torch.randn(2, 5, 3, generator=generator)
    logits = torch.einsum("rnp,rp->rn", inputs, weights)
    losses = torch.stack([logits.square().mean(-1), logits.sigmoid().mean(-1)], dim=-1)
    expected = [torch.autograd.grad(losses[:, k].sum(), weights, retain_graph=True)[0] for k in range(2)]
    torch.testing.assert_close(jacobian(losses, logits, weights), torch.stack(expected, dim=1))


def test_conflict_share_counts_opposing_pairs() -> None:
    gradients = torch.tensor([[1.0, 0.0], [-1.0, 0.1], [0.0, 1.0]])
    assert conflict_share(cosines(gram(gradients))).item() == pytest.approx(1 / 3)
