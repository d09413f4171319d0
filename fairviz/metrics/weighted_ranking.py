"""AUCs of the same rows under many weightings, from one sort.

Axis letters: m positives, n negatives, B weightings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fairviz.metrics.inputs import FloatArray, IntArray, ratio


@dataclass(frozen=True)
class WeightedRanking:
    """Where positives stand among negatives that are sorted by score.

    Attributes:
        below: [m] negatives below each positive.
        not_above: [m] negatives below it or tied with it.
    """

    below: IntArray
    not_above: IntArray

    @classmethod
    def of(cls, positives: FloatArray, negatives: FloatArray) -> WeightedRanking:
        """Ranking of scores [m] of positives, in any order, among scores [n] of negatives, ascending."""
        return cls(
            np.searchsorted(negatives, positives, side="left"),
            np.searchsorted(negatives, positives, side="right"),
        )

    def aucs(self, positives: npt.NDArray[Any], negatives: npt.NDArray[Any]) -> FloatArray:
        """AUC under each of B weightings, ties one half.

        Args:
            positives: [B, m] weights, in the order of the positives; True and False are 1 and 0.
            negatives: [B, n] weights, in the order of the negatives.

        Returns:
            [B]; NaN where a class has no weight.
        """
        # Sums of whole numbers need not wait for each addition to be rounded: they take a tenth of the time.
        number = np.float64 if negatives.dtype.kind == "f" else np.int64
        weight_below = np.zeros((len(negatives), negatives.shape[1] + 1), dtype=number)
        np.cumsum(negatives, axis=1, dtype=number, out=weight_below[:, 1:])
        wins = np.einsum("bm,bm->b", positives, weight_below.take(self.below, axis=1))
        wins += np.einsum("bm,bm->b", positives, weight_below.take(self.not_above, axis=1))
        return ratio(wins / 2, positives.sum(axis=1) * weight_below[:, -1])
