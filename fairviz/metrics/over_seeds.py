"""Limits of a mean over seeds, from each seed's own limits on the same test rows.

Rows and seeds are two sources of chance, whose variances add up: rows alone would cover the truth far less
often than they say, seeds alone say nothing about other patients.

Axis letter: S seeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, variance
from typing import Final

from scipy.special import stdtrit

from fairviz.metrics.gap_intervals import GapInterval
from fairviz.metrics.intervals import Interval, normal_quantile

_LEVEL: Final = 0.95


def mean_interval(values: Sequence[float], intervals: Sequence[Interval], cases: int) -> Interval:
    """95 % limits of a mean, with Satterthwaite's degrees of freedom; a single seed's are its own.

    The variance over rows is the mean of the seeds' own, that of a single seed: limits are wide rather than
    narrow where seeds make different mistakes.

    Args:
        values: [S].
        intervals: [S], of each.
        cases: rows of the rarer class.
    """
    if len(values) == 1:
        return intervals[0]
    rows = fmean(((own.high - own.low) / (2 * normal_quantile(_LEVEL))) ** 2 for own in intervals)
    seeds = variance(values) / len(values)
    total, mean = rows + seeds, fmean(values)
    if total == 0:
        return Interval(mean, mean)
    freedom = total**2 / (rows**2 / max(cases - 1, 1) + seeds**2 / (len(values) - 1))
    half = float(stdtrit(freedom, 0.975)) * math.sqrt(total)
    return Interval(mean - half, mean + half)


def mean_gap_interval(values: Sequence[float], intervals: Sequence[Interval]) -> Interval:
    """95 % limits of the mean of a largest less smallest number of groups; a single seed's are its own.

    On either side, the distance of the seeds' mean limit (rows) and the half width of a t interval over seeds
    are added as the legs of a right triangle (Zou & Donner 2008, Stat Med 27:1693). Never below 0 where the
    seeds' own are not.

    Args:
        values: [S].
        intervals: [S], of each.
    """
    if len(values) == 1:
        return intervals[0]
    mean, low, high = fmean(values), fmean(own.low for own in intervals), fmean(own.high for own in intervals)
    seeds = float(stdtrit(len(values) - 1, 0.975)) * math.sqrt(variance(values) / len(values))
    kind = GapInterval if all(isinstance(own, GapInterval) for own in intervals) else Interval
    found = kind(mean - math.hypot(mean - low, seeds), mean + math.hypot(high - mean, seeds))
    return kind(max(found.low, 0.0), found.high)
