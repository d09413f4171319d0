"""Intervals of a change against a reference run with the same seeds.

Axis letters: S seeds, N test rows, J tables or splits.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student_t

from fairviz.metrics.ranking import Placements

LEVEL = 0.95

FloatArray = NDArray[np.float64]


class Interval(NamedTuple):
    """An estimate with its limits."""

    estimate: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether 0 lies outside."""
        return self.low > 0 or self.high < 0

    def around(self, estimate: float) -> Interval:
        """The same distances to the limits around another estimate."""
        return Interval(estimate, estimate + self.low - self.estimate, estimate + self.high - self.estimate)


def paired_auc(labels: NDArray[np.int64], ours: FloatArray, reference: FloatArray) -> Interval:
    """Change of the AUC over several seeds on one test set: seeds and rows add their variances.

    With v_rows DeLong's variance of the seed-averaged differences of placements and v_seeds the
    variance of the change over seeds, v = v_rows + v_seeds / S and the limits are those of a t
    distribution with v^2 / (v_rows^2 / (m - 1) + (v_seeds / S)^2 / (S - 1)) degrees of freedom,
    m the cases of the rarer class.

    Args:
        labels: [N], both classes at least twice.
        ours: [S, N] scores.
        reference: [S, N] scores of the reference with the same seeds.
    """
    pairs = [
        (Placements.of(labels, a), Placements.of(labels, b)) for a, b in zip(ours, reference, strict=True)
    ]
    averaged = Placements(
        np.mean([a.positives - b.positives for a, b in pairs], axis=0),
        np.mean([a.negatives - b.negatives for a, b in pairs], axis=0),
    )
    changes = np.array([a.auc - b.auc for a, b in pairs])
    rarer = min(averaged.positives.size, averaged.negatives.size)
    return _sum_of_variances(
        float(changes.mean()),
        [(averaged.variance, rarer - 1), (_variance_of_mean(changes), len(changes) - 1)],
    )


def over_tables(changes: FloatArray, *, test_per_train: float = 0.0) -> Interval:
    """Mean change [J] over tables or splits that each have test rows of their own: a t interval.

    Splits of one table share rows, so that their changes are not independent: the variance of the mean is
    then (1 / J + test_per_train) s^2 (Nadeau & Bengio 2003, Machine Learning 52:239).

    Args:
        changes: [J].
        test_per_train: test rows per training row where splits share a table, 0 where tables are independent.
    """
    return _mean_interval(float(changes.mean()), changes, test_per_train)


def relative_over_tables(ours: FloatArray, reference: FloatArray, *, test_per_train: float = 0.0) -> Interval:
    """Change of the mean as a share of the reference's mean, both [J], by the delta method."""
    ratio = float(ours.mean() / reference.mean())
    return _mean_interval(ratio - 1, (ours - ratio * reference) / reference.mean(), test_per_train)


def _mean_interval(estimate: float, spread: FloatArray, test_per_train: float) -> Interval:
    """Limits from the spread of values [J] around their mean."""
    count = len(spread)
    variance = _variance_of_mean(spread) * (1 + count * test_per_train)
    return _sum_of_variances(estimate, [(variance, count - 1)])


def _variance_of_mean(values: FloatArray) -> float:
    """Variance of the mean of independent values; unknown, and left out, for a single one."""
    return float(values.var(ddof=1)) / len(values) if len(values) > 1 else 0.0


def _sum_of_variances(estimate: float, parts: list[tuple[float, int]]) -> Interval:
    """Limits from variances with their degrees of freedom, pooled as Welch and Satterthwaite do."""
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return Interval(estimate, estimate, estimate)
    freedom = variance**2 / sum(part**2 / df for part, df in parts if part > 0)
    half = float(student_t.ppf(0.5 + LEVEL / 2, freedom)) * sqrt(variance)
    return Interval(estimate, estimate - half, estimate + half)
