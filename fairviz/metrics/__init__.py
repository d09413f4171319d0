"""Performance and fairness metrics.

Arguments follow scikit-learn and fairlearn: ``(y_true, y_score_or_pred, *, sensitive_features)``.
Nothing is left out for being small here: every group counts in which a number is defined.
``fairviz.evaluation`` decides what may be shown.
"""

from fairviz.metrics.bootstrap import bootstrap_group_auc
from fairviz.metrics.calibration import brier_score, calibration_error, log_loss
from fairviz.metrics.catalogue import CATALOGUE, Metric
from fairviz.metrics.comparison import AucComparison, delong_test
from fairviz.metrics.equity import (
    auc_gap,
    demographic_parity_difference,
    equal_opportunity_difference,
    equalized_odds_difference,
    equity_scaled_auc,
    predictive_quality_disparity,
    soft_equalized_odds_gap,
    worst_group_auc,
)
from fairviz.metrics.estimable import Grade, grade, undefined_reason
from fairviz.metrics.floor import NoiseFloor, null_auc_gaps, null_rate_gaps
from fairviz.metrics.intervals import auc_interval, wilson_interval
from fairviz.metrics.pareto import pareto_front
from fairviz.metrics.ranking import Placements, group_roc_auc, roc_auc
from fairviz.metrics.rates import fpr, group_rates, selection_rate, tpr

__all__ = [
    "CATALOGUE",
    "AucComparison",
    "Grade",
    "Metric",
    "NoiseFloor",
    "Placements",
    "auc_gap",
    "auc_interval",
    "bootstrap_group_auc",
    "brier_score",
    "calibration_error",
    "delong_test",
    "demographic_parity_difference",
    "equal_opportunity_difference",
    "equalized_odds_difference",
    "equity_scaled_auc",
    "fpr",
    "grade",
    "group_rates",
    "group_roc_auc",
    "log_loss",
    "null_auc_gaps",
    "null_rate_gaps",
    "pareto_front",
    "predictive_quality_disparity",
    "roc_auc",
    "selection_rate",
    "soft_equalized_odds_gap",
    "tpr",
    "undefined_reason",
    "wilson_interval",
    "worst_group_auc",
]
