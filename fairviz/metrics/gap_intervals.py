"""Interval of a largest less smallest number of groups.

A bootstrap of such a gap never covers the case of equal groups, where the gap is 0 and every draw of it
above. Here each difference of two groups gets limits from the limits of both (Zou & Donner 2008, Stat Med
27:1693), and the lower ones hold for all pairs at once if the groups are equal.

Axis letters: G groups, D draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairviz.metrics.floor import DRAWS
from fairviz.metrics.group_estimates import GroupEstimates
from fairviz.metrics.inputs import FloatArray
from fairviz.metrics.intervals import Interval, normal_quantile

_LEVEL = 0.95
_SEED = 0


@dataclass(frozen=True)
class GapInterval(Interval):
    """Limits of a gap that is 0 where groups are equal."""

    @property
    def detected(self) -> bool:
        """Whether a difference is detected. If not, the groups may still differ."""
        return self.low > 0


def gap_interval(estimates: GroupEstimates) -> GapInterval | None:
    """95 % interval of the largest less the smallest estimate; None for fewer than two groups."""
    if len(estimates.values) < 2:
        return None
    return GapInterval(lowest_gap(estimates, critical_value([estimates])), highest_gap(estimates))


def critical_value(parts: Sequence[GroupEstimates]) -> float:
    """What the largest standardised difference of two groups exceeds one time in twenty if all are equal.

    Args:
        parts: estimates that are looked at together, independent of each other: the largest difference is
            that of any of them. Each of at least two groups.
    """
    # The same draws for the same groups in whatever order: variances are sorted first.
    rng = np.random.default_rng(_SEED)
    largest = [_largest_differences(np.sort(part.null_variance), rng) for part in parts]
    return float(np.quantile(np.maximum.reduce(largest), _LEVEL))


def _largest_differences(variance: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draws [D] of the largest standardised difference of G equal groups."""
    draws = (rng.standard_normal((DRAWS, len(variance))) * np.sqrt(variance)).T.copy()
    largest = np.zeros(DRAWS)
    for group in range(len(variance) - 1):  # not all pairs at once: of 50 groups they would be 40 MB
        errors = np.sqrt(variance[group] + variance[group + 1 :])[:, None]
        differences = np.abs(draws[group] - draws[group + 1 :]) / errors
        np.maximum(largest, differences.max(axis=0), out=largest)
    return largest


def lowest_gap(estimates: GroupEstimates, z: float) -> float:
    """Lower limit of the gap, from limits of the groups at z standard errors; 0 where none is above."""
    low, high = estimates.limits(z)
    differences = _differences(estimates.values)
    below = np.hypot((estimates.values - low)[:, None], (high - estimates.values)[None])
    return max(0.0, float(_between_groups(differences - below).max()))


def highest_gap(estimates: GroupEstimates) -> float:
    """Upper limit of the gap: the largest of the upper limits of all differences."""
    low, high = estimates.limits(normal_quantile(_LEVEL))
    differences = _differences(estimates.values)
    above = np.hypot((high - estimates.values)[:, None], (estimates.values - low)[None])
    return float(_between_groups(differences + above).max())


def _differences(values: FloatArray) -> FloatArray:
    """Value of the group of each row less that of the group of each column, [G, G]."""
    return np.asarray(values[:, None] - values[None])


def _between_groups(square: FloatArray) -> FloatArray:
    """Entries of different groups from [G, G]."""
    return np.asarray(square[~np.eye(len(square), dtype=bool)])
