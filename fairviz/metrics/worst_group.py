"""Interval of the smallest AUC of several groups."""

from __future__ import annotations

from statistics import NormalDist

from fairviz.metrics.group_estimates import GroupEstimates
from fairviz.metrics.intervals import Interval

# What each limit may miss.
_TAIL = 0.025


def worst_group_interval(estimates: GroupEstimates) -> Interval | None:
    """95 % interval of the smallest estimate; None for fewer than two groups.

    The group that is truly worst is below its upper limit, whichever it is, only if all groups are: each
    upper limit may miss a share of what the interval may (Bonferroni). The lower limit of that one group
    suffices.
    """
    groups = len(estimates.values)
    if groups < 2:
        return None
    normal = NormalDist()
    low, _ = estimates.limits(normal.inv_cdf(1 - _TAIL))
    _, high = estimates.limits(normal.inv_cdf(1 - _TAIL / groups))
    return Interval(float(low.min()), float(high.min()))
