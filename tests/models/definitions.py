"""The formulas spelt out for one member, one group and one pair at a time: the oracle of the batched ones.

N rows, C score columns (one per class where there are more than two), K objectives, P parameters.
"""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Tensor
from torch.nn import functional

Rates = dict[tuple[int, int, int], Tensor]
"""Mean probability by score column, label (0 or 1) and group; without an entry where there are no rows."""


def row_losses(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy [N] of logits and labels [C, N]."""
    if len(logits) == 1:
        return functional.binary_cross_entropy_with_logits(logits[0], labels[0], reduction="none")
    return functional.cross_entropy(logits.T, labels.argmax(0), reduction="none")


def probabilities(logits: Tensor) -> Tensor:
    """[C, N] of logits [C, N]."""
    return logits.sigmoid() if len(logits) == 1 else logits.softmax(0)


def auc(logits: Tensor, labels: Tensor, rows: Tensor) -> Tensor:
    """Share of pairs in order, ties one half, of logits and labels [C, N] in rows [N]; mean over columns."""
    by_column = []
    for score, label in zip(probabilities(logits), labels, strict=True):
        difference = _differences(score, label, rows)
        by_column.append(((difference > 0) + 0.5 * (difference == 0)).double().mean())
    return torch.stack(by_column).mean()


def surrogate_auc(scores: Tensor, labels: Tensor, rows: Tensor) -> Tensor:
    """1 - mean of log(1 + exp(-(p_i - p_j))) over pairs, of probabilities [C, N]; mean over columns."""
    by_column = [
        1 - torch.log1p(torch.exp(-_differences(score, label, rows))).mean()
        for score, label in zip(scores, labels, strict=True)
    ]
    return torch.stack(by_column).mean()


def _differences(score: Tensor, label: Tensor, rows: Tensor) -> Tensor:
    """Score of each positive less that of each negative; empty, with NaN as mean, without a pair."""
    own, outcome = score[rows > 0], label[rows > 0]
    return own[outcome > 0].unsqueeze(1) - own[outcome == 0].unsqueeze(0)


def stratum_rates(scores: Tensor, labels: Tensor, groups: Tensor) -> Rates:
    """Rates of probabilities and labels [C, N] in groups [N, G]."""
    rates = {}
    for column in range(len(scores)):
        for outcome in (0, 1):
            for group in range(groups.shape[1]):
                stratum = (labels[column] == outcome) & (groups[:, group] > 0)
                if stratum.any():
                    rates[column, outcome, group] = scores[column, stratum].mean()
    return rates


def gap_penalty(rates: Rates, *, columns: int, groups: int, absolute: bool) -> Tensor:
    """Half the sum over labels of the mean over pairs of groups of the (squared) difference of rates."""
    total = torch.zeros((), dtype=torch.float64)
    for column in range(columns):
        for outcome in (0, 1):
            pairs = [
                rates[column, outcome, a] - rates[column, outcome, b]
                for a, b in combinations(range(groups), 2)
                if (column, outcome, a) in rates and (column, outcome, b) in rates
            ]
            if pairs:
                gaps = torch.stack(pairs)
                total = total + (gaps.abs() if absolute else gaps.square()).mean() / 2
    return total / columns


def projected(gradients: Tensor, orders: Tensor, *, only_conflicting: bool = True) -> Tensor:
    """Each of the gradients [K, P] after projection on the others in its order [K, K - 1]."""
    rows = []
    for gradient, order in zip(gradients, orders.tolist(), strict=True):
        vector = gradient.clone()
        for other in gradients[order]:
            overlap, length = vector @ other, other @ other
            if length > 0 and (overlap < 0 or not only_conflicting):
                vector = vector - overlap / length * other
        rows.append(vector)
    return torch.stack(rows)
