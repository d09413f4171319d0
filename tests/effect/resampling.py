"""Changes of gaps of several runs on one test set, under rows drawn again: a two-level paired bootstrap.

Rows are drawn with replacement within each group and class of an attribute, the same draws for
every run; then seeds are drawn, the same for both runs that are compared. Percentile limits of a
*change* say whether it is clear of chance; they are not limits of a gap itself.

Axis letters: S seeds, B + 1 weightings of test rows (the first weighs every row once).
"""

from __future__ import annotations

import numpy as np

from fairviz.metrics.resampling import mean_over_seeds
from tests.effect.intervals import LEVEL, FloatArray, Interval

REPLICATES = 500


def change(ours: FloatArray, reference: FloatArray) -> Interval:
    """Mean over seeds of the change [S, B + 1], with percentile limits over rows and seeds."""
    return _percentiles(mean_over_seeds(ours - reference))


def relative_change(ours: FloatArray, reference: FloatArray) -> Interval:
    """Change of the mean over seeds as a share of the reference's mean over seeds."""
    return _percentiles(mean_over_seeds(ours) / mean_over_seeds(reference) - 1)


def _percentiles(values: FloatArray) -> Interval:
    """The first value, and limits from the others."""
    low, high = np.quantile(values[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(values[0]), float(low), float(high))
