"""Has a gap between groups changed from one model to another?

Axis letters: S seeds, B + 1 weightings of the rows (the first weighs every row once).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fairviz.metrics.inputs import FloatArray
from fairviz.metrics.resampling import mean_over_seeds

REPLICATES: Final = 500
_TAIL: Final = 0.025


@dataclass(frozen=True)
class GapChange:
    """A gap of a new model less that of an old one.

    ``low`` and ``high`` decide whether the gap has changed; where models are equal they err at most 3 times
    in a hundred. They are no confidence interval: they may cover a true change only 63 times in a hundred.

    Attributes:
        difference: mean over seeds.
        low: 2.5th percentile of it over rows, and seeds, drawn again.
        high: 97.5th percentile.
    """

    difference: float
    low: float
    high: float

    @property
    def changed(self) -> bool:
        """Whether 0 lies outside both percentiles."""
        return self.low > 0 or self.high < 0

    @classmethod
    def of(cls, new: FloatArray, old: FloatArray) -> GapChange:
        """From a gap [S, B + 1] of both models with the same seeds, under the same weightings."""
        differences = mean_over_seeds(new - old)
        low, high = np.quantile(differences[1:], (_TAIL, 1 - _TAIL))
        return cls(float(differences[0]), float(low), float(high))
