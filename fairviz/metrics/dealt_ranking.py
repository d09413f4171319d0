"""AUCs of groups whose names are dealt out anew, from one sort.

Axis letters: m positives, n negatives, B deals, G groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fairviz.metrics.inputs import BoolArray, FloatArray, IntArray

Names = npt.NDArray[Any]


@dataclass(frozen=True)
class DealtRanking:
    """Rows in the order of their scores, and how many of each outcome every group has.

    Attributes:
        orders: rows (positives, then negatives) by score [m + n]; where positives are tied with negatives two
            orders, in which either come first: their mean counts ties one half.
        positives: of each group [G].
        negatives: of each group [G].
    """

    orders: tuple[IntArray, ...]
    positives: IntArray
    negatives: IntArray

    @classmethod
    def of(
        cls, positives: FloatArray, negatives: FloatArray, sizes: tuple[IntArray, IntArray]
    ) -> DealtRanking:
        """Ranking of scores [m] and [n], of groups with these numbers of positives and negatives [G]."""
        scores = np.concatenate([positives, negatives])
        negative = np.arange(len(scores)) >= len(positives)
        after, before = np.lexsort((~negative, scores)), np.lexsort((negative, scores))
        return cls((after,) if np.array_equal(after, before) else (after, before), *sizes)

    def aucs(self, positives: Names, negatives: Names) -> FloatArray:
        """AUC of every group in each deal.

        Args:
            positives: [B, m] group of each positive, small unsigned integers.
            negatives: [B, n] group of each negative.

        Returns:
            [B, G]
        """
        dealt = np.concatenate([positives, negatives], axis=1)
        is_positive = np.arange(dealt.shape[1]) < positives.shape[1]
        wins = [self._wins(dealt[:, order], is_positive[order]) for order in self.orders]
        return np.asarray(np.mean(wins, axis=0) / (self.positives * self.negatives))

    def _wins(self, dealt: Names, is_positive: BoolArray) -> FloatArray:
        """Negatives before positives of the same group [B, G], both in the order of rows.

        A stable sort by group leaves rows of a group in their order. There the places of its positives,
        counted from its first row, less their ranks among themselves, are the negatives before them.
        """
        by_group = is_positive[np.argsort(dealt, axis=1, kind="stable")]
        places = np.nonzero(by_group)[1].reshape(len(dealt), -1)
        sizes = self.positives + self.negatives
        totals = np.add.reduceat(places, np.cumsum(self.positives) - self.positives, axis=1)
        first = np.cumsum(sizes) - sizes
        return np.asarray(totals - self.positives * (first + (self.positives - 1) / 2), dtype=np.float64)
