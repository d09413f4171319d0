"""Intervals of a change against a reference run with the same seeds.

Axis letters: S seeds, N test rows, J tables or splits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairviz.metrics.seeds import SeedAveraged
from fairviz.metrics.splits import mean_over_splits
from fairviz.metrics.student import Estimate

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

    As ``paired_auc_test`` does it.

    Args:
        labels: [N], both classes at least twice.
        ours: [S, N] scores.
        reference: [S, N] scores of the reference with the same seeds.
    """
    return _limits(SeedAveraged.difference(labels, ours, reference).estimate)


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
    """Limits from the spread of values [J] around their mean; unknown, and left out, for a single one."""
    if len(spread) == 1:
        return Interval(estimate, estimate, estimate)
    variance = mean_over_splits(spread, test_per_train=test_per_train).variance
    return _limits(Estimate(estimate, variance))


def _limits(estimate: Estimate) -> Interval:
    return Interval(estimate.value, *estimate.interval(LEVEL))
