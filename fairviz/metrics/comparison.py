"""Is one model's AUC better than another's on the same rows?"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt

from fairviz.metrics.estimable import undefined_reason
from fairviz.metrics.inputs import check_labels, check_same_length, check_scores
from fairviz.metrics.intervals import normal_quantile
from fairviz.metrics.ranking import Placements


@dataclass(frozen=True)
class AucComparison:
    """Paired comparison of two AUCs; NaN, with a reason, where it cannot be made.

    Attributes:
        auc_a: AUC of the first model.
        auc_b: AUC of the second model.
        standard_error: of the difference ``auc_a - auc_b``.
        statistic: the difference in standard errors.
        p_value: two-sided, from the normal distribution.
        interval: limits of the difference.
        reason: why statistic and p-value are undefined; None where they are not.
    """

    auc_a: float
    auc_b: float
    standard_error: float
    statistic: float
    p_value: float
    interval: tuple[float, float]
    reason: str | None

    @property
    def difference(self) -> float:
        """First less second AUC."""
        return self.auc_a - self.auc_b


def delong_test(
    y_true: npt.ArrayLike,
    score_a: npt.ArrayLike,
    score_b: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> AucComparison:
    """Paired test that two models rank the same rows equally well.

    The variance of the difference is that of the differences of both models' placements
    (DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837). Models that place every row alike
    do not differ: statistic 0 and p-value 1.

    Args:
        y_true: [N] labels 0 or 1.
        score_a: [N] scores of the first model, on any scale.
        score_b: [N] scores of the second model, on any scale.
        level: nominal coverage of the interval.

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, or a score is not finite.
    """
    labels = check_labels(y_true, "y_true")
    a, b = check_scores(score_a, "score_a"), check_scores(score_b, "score_b")
    check_same_length(y_true=labels, score_a=a, score_b=b)
    first, second = Placements.of(labels, a), Placements.of(labels, b)
    error = sqrt(_difference(first, second).variance)
    half = normal_quantile(level) * error
    difference = first.auc - second.auc
    statistic = _statistic(difference, error)
    return AucComparison(
        auc_a=first.auc,
        auc_b=second.auc,
        standard_error=error,
        statistic=statistic,
        p_value=erfc(abs(statistic) / sqrt(2)),
        interval=(difference - half, difference + half),
        reason=_reason(int(labels.sum()), int((1 - labels).sum()), statistic),
    )


def _difference(first: Placements, second: Placements) -> Placements:
    return Placements(first.positives - second.positives, first.negatives - second.negatives)


def _statistic(difference: float, error: float) -> float:
    if error == 0:
        return 0.0 if difference == 0 else np.nan
    return difference / error


def _reason(positives: int, negatives: int, statistic: float) -> str | None:
    if not np.isnan(statistic):
        return None
    return (
        undefined_reason(positives, negatives, minimum=2)
        or "not estimable: no variation between patients, one model separates the classes exactly"
    )
