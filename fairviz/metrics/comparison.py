"""Is one model's AUC better than another's on the same rows? And how sure is an AUC over several seeds?

Axis letters: S seeds, N rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan

import numpy as np
import numpy.typing as npt

from fairviz.metrics.clusters import check_patients, count_patients
from fairviz.metrics.estimable import undefined_reason
from fairviz.metrics.inputs import check_labels, check_same_length
from fairviz.metrics.intervals import auc_interval
from fairviz.metrics.seeds import SeedAveraged, check_paired_runs, check_runs
from fairviz.metrics.student import Estimate, Variance

_NO_VARIATION = "not estimable: no variation between patients, one model separates the classes exactly"


@dataclass(frozen=True)
class AucComparison:
    """Paired comparison of two AUCs; NaN, with a reason, where it cannot be made.

    Attributes:
        auc_a: AUC of the first model, the mean over its seeds.
        auc_b: AUC of the second model, the mean over its seeds.
        estimate: the difference ``auc_a - auc_b`` with the variance of its error.
        interval: limits of the difference.
        reason: why statistic and p-value are undefined; None where they are not.
    """

    auc_a: float
    auc_b: float
    estimate: Estimate
    interval: tuple[float, float]
    reason: str | None

    @property
    def difference(self) -> float:
        """First less second AUC."""
        return self.estimate.value

    @property
    def standard_error(self) -> float:
        """Of the difference."""
        return self.estimate.standard_error

    @property
    def degrees_of_freedom(self) -> float:
        """Of the standard error; infinitely many where the normal distribution was used."""
        return self.estimate.variance.freedom

    @property
    def statistic(self) -> float:
        """The difference in standard errors."""
        return self.estimate.statistic

    @property
    def p_value(self) -> float:
        """Two-sided."""
        return self.estimate.p_value

    @property
    def p_worse(self) -> float:
        """One-sided: small where the first model ranks worse."""
        return self.estimate.p_negative


def delong_test(
    y_true: npt.ArrayLike,
    score_a: npt.ArrayLike,
    score_b: npt.ArrayLike,
    *,
    level: float = 0.95,
    patients: npt.ArrayLike | None = None,
) -> AucComparison:
    """Paired test that two models rank the same rows equally well.

    The variance of the difference is that of the differences of both models' placements
    (DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837). Models that place every row alike
    do not differ: statistic 0 and p-value 1. For many rows: quantiles are those of the normal
    distribution (``paired_auc_test`` for few).

    Args:
        y_true: [N] labels 0 or 1.
        score_a: [N] scores of the first model, on any scale.
        score_b: [N] scores of the second model, on any scale.
        level: nominal coverage of the interval.
        patients: [N] patient of each row; where none are given each row is its own. The variance is then
            Obuchowski's (1997, Biometrics 53:567), of placements summed over patients.

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, or a score is not finite.
    """
    return _compare(y_true, score_a, score_b, level=level, minimum=2, normal=True, patients=patients)


def paired_auc_test(
    y_true: npt.ArrayLike,
    score_a: npt.ArrayLike,
    score_b: npt.ArrayLike,
    *,
    level: float = 0.95,
    minimum: int = 2,
    patients: npt.ArrayLike | None = None,
) -> AucComparison:
    """The same for few rows, as in a group, and for several seeds: quantiles of a t distribution.

    One seed: DeLong's variance ``v_m + v_n``, of positives' and negatives' placements, with Welch's
    ``(v_m + v_n)^2 / (v_m^2 / (m - 1) + v_n^2 / (n - 1))`` degrees of freedom.

    Several seeds: mean difference over seeds, variance ``v = v_rows + v_seeds / S`` with
    ``v^2 / (v_rows^2 / (k - 1) + (v_seeds / S)^2 / (S - 1))`` degrees of freedom, k the rows of the rarer
    class; v_rows is DeLong's variance of the differences of placements averaged over seeds.

    Args:
        y_true: [N] labels 0 or 1.
        score_a: [S, N] scores of the first model, a row per seed; or [N].
        score_b: [S, N] scores of the second model with the same seeds; or [N].
        level: nominal coverage of the interval.
        minimum: rows of each class below which nothing is given.
        patients: [N] patient of each row, as in ``delong_test``; m, n, k and the minimum then count patients.

    Raises:
        MetricError: lengths or numbers of seeds differ, a label is not 0 or 1, or a score is not finite.
    """
    return _compare(y_true, score_a, score_b, level=level, minimum=minimum, normal=False, patients=patients)


def _compare(
    y_true: npt.ArrayLike,
    score_a: npt.ArrayLike,
    score_b: npt.ArrayLike,
    *,
    level: float,
    minimum: int,
    normal: bool,
    patients: npt.ArrayLike | None,
) -> AucComparison:
    labels = check_labels(y_true, "y_true")
    a, b = check_runs(score_a, "score_a"), check_runs(score_b, "score_b")
    check_paired_runs(labels, a, b)
    who = check_patients(patients, labels)
    reason = undefined_reason(*(count_patients(who, labels == label) for label in (1, 0)), minimum=minimum)
    if reason is not None:
        return AucComparison(nan, nan, Estimate(nan, Variance(nan, nan)), (nan, nan), reason)
    estimate = SeedAveraged.difference(labels, a, b, who).estimate
    if normal:
        estimate = Estimate(estimate.value, Variance(estimate.variance.value, inf))
    return AucComparison(
        auc_a=float(SeedAveraged.of(labels, a).values.mean()),
        auc_b=float(SeedAveraged.of(labels, b).values.mean()),
        estimate=estimate,
        interval=estimate.interval(level),
        reason=_NO_VARIATION if np.isnan(estimate.statistic) else None,
    )


@dataclass(frozen=True)
class MeanAuc:
    """AUC of one model over its seeds; NaN, with a reason, where unknown.

    Attributes:
        auc: mean over seeds.
        interval: limits of what the method reaches on average, on patients like these.
        reason: why something is NaN; None where nothing is.
    """

    auc: float
    interval: tuple[float, float]
    reason: str | None


def mean_auc(
    y_true: npt.ArrayLike,
    scores: npt.ArrayLike,
    *,
    level: float = 0.95,
    patients: npt.ArrayLike | None = None,
) -> MeanAuc:
    """AUC of one model over several seeds on the same rows: rows and seeds add their variances.

    Variance and degrees of freedom as in ``paired_auc_test``, with placements in place of their differences;
    limits are cut at 0 and 1. The limits of one seed are those of ``auc_interval``.

    Args:
        y_true: [N] labels 0 or 1.
        scores: [S, N], a row per seed; or [N].
        level: nominal coverage of the interval.
        patients: [N] patient of each row; where none are given each row is its own.

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, or a score is not finite.
    """
    labels, runs = check_labels(y_true, "y_true"), check_runs(scores, "scores")
    check_same_length(y_true=labels, scores=runs[0])
    averaged = SeedAveraged.of(labels, runs, check_patients(patients, labels))
    several = len(runs) > 1
    reason = undefined_reason(averaged.positives, averaged.negatives, minimum=2 if several else 1)
    if reason is not None:
        return MeanAuc(nan, (nan, nan), reason)
    low, high = averaged.estimate.interval(level) if several else _one_seed(averaged, level)
    return MeanAuc(averaged.estimate.value, (max(low, 0.0), min(high, 1.0)), None)


def _one_seed(averaged: SeedAveraged, level: float) -> tuple[float, float]:
    placements = averaged.placements
    counts = [np.array([size]) for size in placements.sizes]
    variance, fewest = np.array([placements.variance]), np.array([min(placements.cases)])
    low, high = auc_interval(averaged.values, variance, *counts, level=level, fewest=fewest)
    return float(low[0]), float(high[0])
