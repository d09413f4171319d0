"""What each number of a report is called, how it is computed, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """Words for one number of a report.

    Attributes:
        name: the field of the report that holds it.
        label: in clinical words.
        technical: full technical name.
        formula: how it is computed.
        better: which way is better; None where neither is.
        kind: "performance" of all rows or of one group, "fairness" between groups.
    """

    name: str
    label: str
    technical: str
    formula: str
    better: Literal["up", "down"] | None
    kind: Literal["performance", "fairness"]


_PERFORMANCE = (
    Metric(
        "auc",
        "Ranks a sicker patient above a healthier one",
        "Area under the ROC curve (AUC)",
        "share of pairs (positive, negative) with the positive scored higher, ties one half",
        "up",
        "performance",
    ),
    Metric(
        "sensitivity",
        "Patients with the outcome who are found",
        "Sensitivity, recall, true positive rate (TPR)",
        "TP / (TP + FN)",
        "up",
        "performance",
    ),
    Metric(
        "specificity",
        "Patients without the outcome who are left alone",
        "Specificity, true negative rate (TNR)",
        "TN / (TN + FP)",
        "up",
        "performance",
    ),
    Metric(
        "tpr",
        "Patients with the outcome who are found",
        "True positive rate (TPR), sensitivity, recall",
        "TP / (TP + FN)",
        "up",
        "performance",
    ),
    Metric(
        "fpr",
        "False alarms among patients without the outcome",
        "False positive rate (FPR), one less specificity",
        "FP / (FP + TN)",
        "down",
        "performance",
    ),
    Metric(
        "ppv",
        "Alarms that are right",
        "Positive predictive value (PPV), precision",
        "TP / (TP + FP)",
        "up",
        "performance",
    ),
    Metric(
        "npv",
        "All-clears that are right",
        "Negative predictive value (NPV)",
        "TN / (TN + FN)",
        "up",
        "performance",
    ),
    Metric(
        "selection_rate",
        "Patients flagged",
        "Selection rate, share of positive decisions",
        "(TP + FP) / n",
        None,
        "performance",
    ),
    Metric(
        "accuracy",
        "Decisions that are right",
        "Accuracy",
        "(TP + TN) / n",
        "up",
        "performance",
    ),
    Metric(
        "balanced_accuracy",
        "Decisions that are right, both outcomes counting alike",
        "Balanced accuracy",
        "(TPR + TNR) / 2",
        "up",
        "performance",
    ),
    Metric(
        "calibration_error",
        "How far predicted risk is from observed risk",
        "Expected calibration error (ECE), 10 bins of equal width",
        "sum over bins of n_bin / n * |observed - mean predicted|",
        "down",
        "performance",
    ),
    Metric(
        "brier",
        "Squared error of predicted risk",
        "Brier score",
        "mean of (p - y)^2",
        "down",
        "performance",
    ),
    Metric(
        "log_loss",
        "Penalty for confident mistakes",
        "Log loss, cross-entropy in nats",
        "mean of -log(probability given to the outcome that occurred)",
        "down",
        "performance",
    ),
)

_FAIRNESS = (
    Metric(
        "auc_gap",
        "Difference in ranking between the best and the worst served group",
        "AUC gap",
        "max over groups of AUC - min over groups of AUC",
        "down",
        "fairness",
    ),
    Metric(
        "es_auc",
        "Ranking, marked down for differences between groups",
        "Equity-scaled AUC (ES-AUC)",
        "AUC / (1 + sum over groups of |AUC of the group - AUC|)",
        "up",
        "fairness",
    ),
    Metric(
        "worst_group_auc",
        "Ranking in the worst served group",
        "Worst-group AUC",
        "min over groups of AUC",
        "up",
        "fairness",
    ),
    Metric(
        "demographic_parity_difference",
        "Difference in how many patients are flagged",
        "Demographic parity difference (DPD)",
        "max over groups of selection rate - min over groups of selection rate",
        "down",
        "fairness",
    ),
    Metric(
        "equal_opportunity_difference",
        "Difference in how many patients with the outcome are found",
        "Equal opportunity difference",
        "max over groups of TPR - min over groups of TPR",
        "down",
        "fairness",
    ),
    Metric(
        "equalized_odds_difference",
        "Difference in missed cases or in false alarms, whichever is larger",
        "Equalized odds difference (EOD), worst case",
        "max(max TPR - min TPR, max FPR - min FPR) over groups",
        "down",
        "fairness",
    ),
    Metric(
        "equalized_odds_difference_mean",
        "Difference in missed cases and in false alarms, averaged",
        "Equalized odds difference (EOD), mean; average odds difference",
        "((max TPR - min TPR) + (max FPR - min FPR)) / 2 over groups",
        "down",
        "fairness",
    ),
    Metric(
        "soft_equalized_odds_gap",
        "Difference in predicted risk among patients with the same outcome",
        "Soft equalized-odds gap, absolute, without a threshold",
        "1/2 * sum over y of the mean over pairs of groups of |mean p - mean p'| among label y",
        "down",
        "fairness",
    ),
    Metric(
        "predictive_quality_disparity",
        "Right decisions in the worst served group, as a share of the best",
        "Predictive quality disparity (PQD)",
        "min over groups of accuracy / max over groups of accuracy",
        "up",
        "fairness",
    ),
)

CATALOGUE: dict[str, Metric] = {metric.name: metric for metric in (*_PERFORMANCE, *_FAIRNESS)}
