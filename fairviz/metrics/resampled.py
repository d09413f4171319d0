"""Any metric of the catalogue of several runs, under rows drawn again; only what is asked for is worked out.

Axis letters: S seeds, N rows, B + 1 weightings (the first weighs every row once).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fairviz.metrics.draws import under_draws
from fairviz.metrics.inputs import FloatArray
from fairviz.metrics.measured import RISK_METRICS
from fairviz.metrics.resampled_performance import decision_metrics, risk_metrics
from fairviz.metrics.resampling import (
    Strata,
    accuracy_disparity,
    auc_gaps,
    odds_gaps,
    overall_auc,
    parity_gap,
    soft_gap,
)

_OF_AUCS: Final = ("auc_gap", "es_auc", "worst_group_auc")
_OF_SCORES: Final = {"soft_equalized_odds_gap": soft_gap, **dict.fromkeys(RISK_METRICS, risk_metrics)}
# All others are rates of all rows.
_OF_DECISIONS: Final = {
    "equal_opportunity_difference": odds_gaps,
    "equalized_odds_difference": odds_gaps,
    "equalized_odds_difference_mean": odds_gaps,
    "demographic_parity_difference": parity_gap,
    "predictive_quality_disparity": accuracy_disparity,
}


class ResampledRuns:
    """Runs of one configuration on rows that are drawn again and again."""

    def __init__(
        self, draws: Iterable[Strata], scores: FloatArray, decisions: FloatArray, *, risks: bool
    ) -> None:
        """Take what the runs say of the rows.

        Args:
            draws: the rows, and the groups of the attribute whose gaps are asked for; asked for repeatedly.
            scores: [S, N] probabilities.
            decisions: [S, N] 1 where a row is decided positive; or the chance of it.
            risks: whether the scores are probabilities of the outcome; if not, ``RISK_METRICS`` are unknown.
        """
        self._draws = draws
        self._scores = scores
        self._decisions = decisions
        self._risks = risks
        self._known: dict[str, FloatArray] = {}

    def metric(self, name: str) -> FloatArray | None:
        """A metric of the catalogue [S, B + 1] under each weighting; None where it is not estimable.

        Performance is that of all rows, and may be NaN in single places; a gap is over the groups that have
        enough rows for its parts, the same under every weighting.
        """
        if name not in self._known:
            self._known |= under_draws(self._draws, lambda strata: self._family(name, strata))
        return self._known.get(name)

    def _family(self, name: str, strata: Strata) -> dict[str, FloatArray]:
        """A metric under some of the draws, and those that cost nothing beside it."""
        if name == "auc":
            return {"auc": overall_auc(strata, self._scores)}
        if name in _OF_AUCS:
            overall = overall_auc(strata, self._scores)
            return {"auc": overall} | auc_gaps(strata, self._scores, overall)
        if name in RISK_METRICS and not self._risks:
            return {}
        if name in _OF_SCORES:
            return _OF_SCORES[name](strata, self._scores)
        return _OF_DECISIONS.get(name, decision_metrics)(strata, self._decisions)
