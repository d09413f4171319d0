"""Losses and scores against torch; two values through one logit or through two are the same outcome."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from models.modulation import surrogate_auc
from models.objectives import gap_penalties, strata, stratum_rates
from models.outcomes import cross_entropy, probabilities, ranking_scores, row_losses
from models.ranking import macro_auc
from tests.models.problem import LAYOUT, label_columns, make_batch


@pytest.fixture
def logits() -> Tensor:
    """Of three classes [R, C, N]."""
    return torch.randn(2, 3, 64, generator=torch.Generator().manual_seed(0))


def test_two_values_cost_what_torch_says(logits: Tensor) -> None:
    labels = make_batch(2).labels
    expected = functional.binary_cross_entropy_with_logits(logits[:, :1], labels, reduction="none")
    torch.testing.assert_close(row_losses(logits[:, :1], labels), expected[:, 0])


def test_classes_cost_what_torch_says(logits: Tensor) -> None:
    labels = make_batch(2, classes=3).labels
    expected = functional.cross_entropy(logits, labels.argmax(1), reduction="none")
    torch.testing.assert_close(row_losses(logits, labels), expected)
    torch.testing.assert_close(cross_entropy(logits, labels), expected.mean(-1))


def test_labels_are_shared_by_leading_axes(logits: Tensor) -> None:
    labels = make_batch(2).labels
    by_modality = row_losses(logits.unsqueeze(2), labels.unsqueeze(1))
    torch.testing.assert_close(by_modality[:, 1], row_losses(logits[:, 1:2], labels))


def test_probabilities_of_classes_sum_to_one(logits: Tensor) -> None:
    torch.testing.assert_close(probabilities(logits).sum(-2), torch.ones(2, 64))
    torch.testing.assert_close(probabilities(logits[:, :1]), logits[:, :1].sigmoid())


@pytest.mark.parametrize("columns", [1, 3])
def test_rows_of_saturated_probability_keep_their_order(columns: int) -> None:
    certain = torch.linspace(20, 200, 7)
    logits = torch.zeros(columns, 7)
    logits[0] = certain if columns == 1 else -certain
    assert probabilities(logits)[0].unique().numel() < 7
    assert (ranking_scores(logits)[0].diff().abs() > 0).all()


class TestTwoSoftmaxColumns:
    """Of logits a and b the second class has probability sigmoid(b - a)."""

    @pytest.fixture
    def columns(self) -> Tensor:
        return torch.randn(2, 2, 64, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    @pytest.fixture
    def one(self, columns: Tensor) -> Tensor:
        return columns[:, 1:] - columns[:, :1]

    @pytest.fixture
    def labels(self) -> tuple[Tensor, Tensor]:
        """As two columns, and as one."""
        single = make_batch(2).labels.double()
        return torch.cat([1 - single, single], dim=1), single

    def test_cost_the_same(self, columns: Tensor, one: Tensor, labels: tuple[Tensor, Tensor]) -> None:
        torch.testing.assert_close(row_losses(columns, labels[0]), row_losses(one, labels[1]))

    def test_rank_the_same(self, columns: Tensor, one: Tensor, labels: tuple[Tensor, Tensor]) -> None:
        groups = make_batch(2).groups
        torch.testing.assert_close(macro_auc(columns, labels[0], groups), macro_auc(one, labels[1], groups))

    @pytest.mark.parametrize("absolute", [False, True])
    def test_have_the_same_gaps(
        self, columns: Tensor, one: Tensor, labels: tuple[Tensor, Tensor], absolute: bool
    ) -> None:
        groups = make_batch(2).groups.double()
        both, single = (
            gap_penalties(stratum_rates(s, strata(y, groups)), LAYOUT, absolute=absolute)
            for s, y in zip((columns, one), labels, strict=True)
        )
        torch.testing.assert_close(both, single)

    def test_have_the_same_surrogate(
        self, columns: Tensor, one: Tensor, labels: tuple[Tensor, Tensor]
    ) -> None:
        groups = make_batch(2).groups.unsqueeze(1)
        both, single = (
            surrogate_auc(probabilities(s), y, groups).mean(1)
            for s, y in zip((columns, one), labels, strict=True)
        )
        torch.testing.assert_close(both, single)


def test_label_columns_of_the_problem_are_one_hot() -> None:
    codes = torch.tensor([2, 0, 1])
    assert torch.equal(label_columns(codes, 3), torch.tensor([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]]))
    assert torch.equal(label_columns(codes.clamp_max(1), 2), torch.tensor([[1.0, 0, 1]]))
