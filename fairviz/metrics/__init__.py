"""Performance and fairness metrics.

Arguments follow scikit-learn and fairlearn: ``(y_true, y_score_or_pred, *, sensitive_features)``.
Nothing is left out for being small here: every group counts in which a number is defined.
``fairviz.evaluation`` decides what may be shown.
"""

from fairviz.metrics.bootstrap import bootstrap_group_auc
from fairviz.metrics.calibration import brier_score, calibration_error, log_loss
from fairviz.metrics.catalogue import CATALOGUE, Metric
from fairviz.metrics.comparison import AucComparison, MeanAuc, delong_test, mean_auc, paired_auc_test
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
from fairviz.metrics.equity_interval import equity_scaled_interval
from fairviz.metrics.estimable import Grade, grade, undefined_reason
from fairviz.metrics.floor import NoiseFloor, null_auc_gaps, null_rate_gaps
from fairviz.metrics.front_frequency import front_frequency
from fairviz.metrics.gap_intervals import GapInterval, gap_interval
from fairviz.metrics.group_estimates import GroupEstimates
from fairviz.metrics.intervals import Interval, auc_interval, wilson_interval
from fairviz.metrics.multiplicity import holm
from fairviz.metrics.odds_intervals import odds_intervals
from fairviz.metrics.pareto import pareto_front
from fairviz.metrics.ranking import Placements, group_roc_auc, roc_auc
from fairviz.metrics.rates import fpr, group_rates, selection_rate, tpr
from fairviz.metrics.sensitivity_drop import SensitivityDrop, sensitivity_drop_test
from fairviz.metrics.splits import mean_over_splits
from fairviz.metrics.worst_group import worst_group_interval

__all__ = [
    "CATALOGUE",
    "AucComparison",
    "GapInterval",
    "Grade",
    "GroupEstimates",
    "Interval",
    "MeanAuc",
    "Metric",
    "NoiseFloor",
    "Placements",
    "SensitivityDrop",
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
    "equity_scaled_interval",
    "fpr",
    "front_frequency",
    "gap_interval",
    "grade",
    "group_rates",
    "group_roc_auc",
    "holm",
    "log_loss",
    "mean_auc",
    "mean_over_splits",
    "null_auc_gaps",
    "null_rate_gaps",
    "odds_intervals",
    "paired_auc_test",
    "pareto_front",
    "predictive_quality_disparity",
    "roc_auc",
    "selection_rate",
    "sensitivity_drop_test",
    "soft_equalized_odds_gap",
    "tpr",
    "undefined_reason",
    "wilson_interval",
    "worst_group_auc",
    "worst_group_interval",
]
