"""Intervals of both equalized odds differences, which look at two rates at once."""

from __future__ import annotations

from fairviz.metrics.equity import Aggregate
from fairviz.metrics.gap_intervals import GapInterval, critical_value, highest_gap, lowest_gap
from fairviz.metrics.group_estimates import GroupEstimates


def odds_intervals(tprs: GroupEstimates, fprs: GroupEstimates) -> dict[Aggregate, GapInterval]:
    """95 % intervals of the larger of both gaps and of their mean; empty where either gap has none.

    The critical value is that of the largest difference in either rate. Lower limits at it hold for both
    gaps at once where groups are equal, and so for the larger and for the mean.

    Args:
        tprs: true positive rates of the groups that have one.
        fprs: false positive rates of the groups that have one, not necessarily the same groups.
    """
    if min(len(tprs.values), len(fprs.values)) < 2:
        return {}
    z = critical_value([tprs, fprs])
    lows = [lowest_gap(rates, z) for rates in (tprs, fprs)]
    highs = [highest_gap(rates) for rates in (tprs, fprs)]
    return {
        "worst_case": GapInterval(max(lows), max(highs)),
        "mean": GapInterval(sum(lows) / 2, sum(highs) / 2),
    }
