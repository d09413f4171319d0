"""AUCs of groups whose names are dealt out anew, from one sort.

Axis letters: m positives, n negatives, B deals, G groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fairviz.metrics.inputs import BoolArray, FloatArray, IntArray, ratio

Names = npt.NDArray[Any]


@dataclass(frozen=True)
class DealtRanking:
    """Rows in the order of their scores.

    Attributes:
        orders: rows (positives, then negatives) by score [m + n]; where positives are tied with negatives two
            orders, in which either come first: their mean counts ties one half.
        groups: G.
    """

    orders: tuple[IntArray, ...]
    groups: int

    @classmethod
    def of(cls, positives: FloatArray, negatives: FloatArray, groups: int) -> DealtRanking:
        """Ranking of scores [m] and [n] of rows to be dealt to groups."""
        scores = np.concatenate([positives, negatives])
        negative = np.arange(len(scores)) >= len(positives)
        after, before = np.lexsort((~negative, scores)), np.lexsort((negative, scores))
        return cls((after,) if np.array_equal(after, before) else (after, before), groups)

    def aucs(self, positives: Names, negatives: Names) -> FloatArray:
        """AUC of every group in each deal.

        Args:
            positives: [B, m] group of each positive, small unsigned integers.
            negatives: [B, n] group of each negative.

        Returns:
            [B, G]; NaN where a group has no row of an outcome.
        """
        dealt = np.concatenate([positives, negatives], axis=1)
        is_positive = np.arange(dealt.shape[1]) < positives.shape[1]
        of_positives, of_negatives = self._sizes(positives), self._sizes(negatives)
        wins = [
            _wins(dealt[:, order], is_positive[order], of_positives, of_positives + of_negatives)
            for order in self.orders
        ]
        return ratio(np.mean(wins, axis=0), of_positives * of_negatives)

    def _sizes(self, dealt: Names) -> IntArray:
        """Rows of every group in each deal [B, G]."""
        first = self.groups * np.arange(len(dealt))[:, np.newaxis]
        counts = np.bincount((dealt + first).ravel(), minlength=self.groups * len(dealt))
        return np.asarray(counts.reshape(-1, self.groups))


def _wins(dealt: Names, is_positive: BoolArray, positives: IntArray, sizes: IntArray) -> FloatArray:
    """Negatives before positives of the same group [B, G].

    A stable sort by group leaves rows of a group in their order. There the places of its positives, counted
    from its first row, less their ranks among themselves, are the negatives before them.

    Args:
        dealt: [B, m + n] groups of rows in their order.
        is_positive: [m + n], in the same order.
        positives: [B, G] of every group in each deal.
        sizes: [B, G] rows likewise.
    """
    by_group = is_positive[np.argsort(dealt, axis=1, kind="stable")]
    rows_before = dealt.shape[1] * np.arange(len(dealt))[:, np.newaxis]
    places = np.flatnonzero(by_group).reshape(len(dealt), -1) - rows_before
    sums = np.zeros((len(dealt), places.shape[1] + 1), dtype=np.int64)
    np.cumsum(places, axis=1, out=sums[:, 1:])
    behind = np.cumsum(positives, axis=1)
    totals = np.take_along_axis(sums, behind, axis=1) - np.take_along_axis(sums, behind - positives, axis=1)
    first = np.cumsum(sizes, axis=1) - sizes
    return np.asarray(totals - positives * (first + (positives - 1) / 2), dtype=np.float64)
