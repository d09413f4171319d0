"""95 % intervals of the differences between groups, each by the recipe that suits it.

Axis letters: N rows, G groups.
"""

from __future__ import annotations

from itertools import compress
from typing import Final

import numpy as np

from fairviz.evaluation.question import Question
from fairviz.metrics.equity_interval import equity_scaled_interval
from fairviz.metrics.gap_intervals import gap_interval
from fairviz.metrics.group_estimates import GroupEstimates
from fairviz.metrics.inputs import BoolArray, Groups, IntArray
from fairviz.metrics.intervals import Interval
from fairviz.metrics.measured import Measured
from fairviz.metrics.odds_intervals import odds_intervals
from fairviz.metrics.worst_group import worst_group_interval

NO_INTERVAL: Final = {
    "soft_equalized_odds_gap": "no interval: a bootstrap of it is wrong where groups are equal, "
    "and no other was checked by simulation",
    "predictive_quality_disparity": "no interval: none for a ratio of the smallest to the largest of several "
    "rates was checked by simulation",
}
"""Why a gap that is known has no interval."""

NO_INTERVAL_OF_MEANS: Final = (
    "no interval: none for a mean over classes was checked by simulation; each class has its own"
)


def gap_intervals(
    question: Question, codes: IntArray, measured: Measured, auc_high: float
) -> dict[str, Interval]:
    """Intervals of the gaps that have one, each part over the groups that have it.

    Args:
        question: outcomes and probabilities of N rows.
        codes: [N] group of each row; -1 where it has none.
        measured: the groups, without what rests on too few cases.
        auc_high: upper limit of the AUC of all rows.
    """
    with_auc = _entering("auc", measured)
    aucs = GroupEstimates.of_aucs(list(compress(measured.placements, with_auc)))
    tprs, fprs, selected = (_rates(name, measured) for name in ("tpr", "fpr", "selection_rate"))
    odds = odds_intervals(tprs, fprs)
    found: dict[str, Interval | None] = {
        "auc_gap": gap_interval(aucs),
        "es_auc": equity_scaled_interval(
            question.labels, question.scores, _only(with_auc, codes), auc_high, question.patients
        ),
        "worst_group_auc": worst_group_interval(aucs),
        "demographic_parity_difference": gap_interval(selected),
        "equal_opportunity_difference": gap_interval(tprs),
        "equalized_odds_difference": odds.get("worst_case"),
        "equalized_odds_difference_mean": odds.get("mean"),
    }
    return {gap: interval for gap, interval in found.items() if interval is not None}


def _entering(part: str, measured: Measured) -> BoolArray:
    """Which groups have this part of a gap, [G]."""
    return ~np.isnan(measured.columns[part])


def _rates(name: str, measured: Measured) -> GroupEstimates:
    return GroupEstimates.of_rates(*(own[_entering(name, measured)] for own in measured.counts(name)))


def _only(entering: BoolArray, codes: IntArray) -> Groups:
    """The groups that enter, numbered anew; rows of all others have none."""
    count = int(entering.sum())
    numbers = np.full(len(entering) + 1, -1)
    numbers[:-1][entering] = np.arange(count)
    return Groups(numbers[codes], count)  # a code of -1 reads the last number, -1
