"""How far groups are apart: every gap is a function of one number per group.

A group whose number is undefined (NaN) takes no part; a gap over fewer than two groups is NaN.
Axis letters: N rows, G groups.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError
from fairviz.metrics.inputs import (
    FloatArray,
    Groups,
    GroupValues,
    IntArray,
    check_groups,
    check_labels,
    check_probabilities,
    check_same_length,
    ratio,
)
from fairviz.metrics.ranking import group_roc_auc, roc_auc
from fairviz.metrics.rates import group_rates

Aggregate: TypeAlias = Literal["worst_case", "mean"]


def spread(values: FloatArray) -> float:
    """Largest less smallest of the defined values [G]."""
    defined = values[~np.isnan(values)]
    return float(np.ptp(defined)) if defined.size > 1 else np.nan


def smallest(values: FloatArray) -> float:
    """Smallest of the defined values [G]; NaN where there is none."""
    defined = values[~np.isnan(values)]
    return float(defined.min()) if defined.size else np.nan


def equity_scaled(overall: float, values: FloatArray) -> float:
    """``overall`` divided by one plus the distances of the defined values [G] from it."""
    defined = values[~np.isnan(values)]
    return float(overall / (1 + np.abs(defined - overall).sum())) if defined.size else np.nan


def mean_pair_distance(values: FloatArray) -> float:
    """Mean of ``|a - b|`` over all pairs of the defined values [G]."""
    defined = values[~np.isnan(values)]
    if defined.size < 2:
        return np.nan
    first, second = np.triu_indices(defined.size, k=1)
    return float(np.abs(defined[first] - defined[second]).mean())


def combine_odds(tpr_gap: float, fpr_gap: float, agg: Aggregate = "worst_case") -> float:
    """The larger of both gaps, or their mean; NaN where either is."""
    both = np.array([tpr_gap, fpr_gap])
    return float(both.max() if agg == "worst_case" else both.mean())


def auc_gap(y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, sensitive_features: GroupValues) -> float:
    """Largest less smallest AUC of the groups that have both classes.

    Args:
        y_true: [N] labels 0 or 1.
        y_score: [N] scores on any scale.
        sensitive_features: [N] group of each row; missing values belong to no group.

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, or a score is not finite.
    """
    return spread(group_roc_auc(y_true, y_score, sensitive_features=sensitive_features).to_numpy())


def worst_group_auc(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, sensitive_features: GroupValues
) -> float:
    """Smallest AUC of the groups that have both classes; arguments as ``auc_gap``."""
    aucs = group_roc_auc(y_true, y_score, sensitive_features=sensitive_features)
    return smallest(aucs.to_numpy())


def equity_scaled_auc(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, sensitive_features: GroupValues
) -> float:
    """AUC of all rows divided by ``1 + sum over groups of |group AUC - AUC|``.

    The sum runs over groups that have both classes, so values for different numbers of groups
    do not compare. Rows without a group count in the AUC of all rows alone. Luo et al. 2024
    (FairVision), arXiv:2310.02492, section 4. Arguments as ``auc_gap``.
    """
    aucs = group_roc_auc(y_true, y_score, sensitive_features=sensitive_features)
    return equity_scaled(roc_auc(y_true, y_score), aucs.to_numpy())


def demographic_parity_difference(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike, *, sensitive_features: GroupValues
) -> float:
    """Largest less smallest share of positive decisions of the groups.

    Args:
        y_true: [N] labels 0 or 1; checked alone, the difference does not depend on them.
        y_pred: [N] decisions 0 or 1.
        sensitive_features: [N] group of each row; missing values belong to no group.

    Raises:
        MetricError: lengths differ, or a label or decision is not 0 or 1.
    """
    rates = group_rates(y_true, y_pred, sensitive_features=sensitive_features)
    return spread(rates["selection_rate"].to_numpy())


def equal_opportunity_difference(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike, *, sensitive_features: GroupValues
) -> float:
    """Largest less smallest true positive rate of the groups that have positives.

    Hardt, Price & Srebro 2016, arXiv:1610.02413. Arguments as ``demographic_parity_difference``.
    """
    rates = group_rates(y_true, y_pred, sensitive_features=sensitive_features)
    return spread(rates["tpr"].to_numpy())


def equalized_odds_difference(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    sensitive_features: GroupValues,
    agg: Aggregate = "worst_case",
) -> float:
    """Difference of true and of false positive rates between groups, as one number.

    Each is the largest less the smallest rate of the groups in which it is defined. Hardt, Price
    & Srebro 2016, arXiv:1610.02413.

    Args:
        y_true: [N] labels 0 or 1.
        y_pred: [N] decisions 0 or 1.
        sensitive_features: [N] group of each row; missing values belong to no group.
        agg: "worst_case" takes the larger of both differences, "mean" their mean.

    Raises:
        MetricError: lengths differ, a label or decision is not 0 or 1, or ``agg`` is unknown.
    """
    if agg not in get_args(Aggregate):
        raise MetricError(
            "agg",
            expected='"worst_case" or "mean"',
            found=repr(agg),
            remedy="Say which of both definitions is meant.",
        )
    rates = group_rates(y_true, y_pred, sensitive_features=sensitive_features)
    return combine_odds(spread(rates["tpr"].to_numpy()), spread(rates["fpr"].to_numpy()), agg)


def predictive_quality_disparity(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike, *, sensitive_features: GroupValues
) -> float:
    """Smallest accuracy of a group divided by the largest: 1 where all groups fare alike.

    Arguments as ``demographic_parity_difference``.
    """
    rates = group_rates(y_true, y_pred, sensitive_features=sensitive_features)
    return smallest_to_largest(rates["accuracy"].to_numpy())


def smallest_to_largest(values: FloatArray) -> float:
    """Smallest of the defined values [G] divided by the largest; NaN where that is 0."""
    defined = values[~np.isnan(values)]
    if defined.size < 2:
        return np.nan
    return float(ratio(defined.min(), defined.max()))


def soft_equalized_odds_gap(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    *,
    sensitive_features: GroupValues,
    minimum: int = 10,
) -> float:
    """Equalized-odds gap without a threshold: mean probabilities take the place of rates.

    A stratum is the rows of one label and one group. Per label the mean of ``|r - r'|`` over
    pairs of strata, r a stratum's mean probability; then the mean of both labels (the absolute
    form of the fairness loss of FairGrad, Wang & Yang 2025, arXiv:2504.14388).

    Args:
        y_true: [N] labels 0 or 1.
        y_score: [N] probabilities of the positive class.
        sensitive_features: [N] group of each row; missing values belong to no group.
        minimum: rows below which a stratum takes no part.

    Returns:
        A number from 0 to 1; NaN where a label has fewer than two strata.

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, or a score is no probability.
    """
    labels, scores = check_labels(y_true, "y_true"), check_probabilities(y_score, "y_score")
    groups, _ = check_groups(sensitive_features)
    check_same_length(y_true=labels, y_score=scores, sensitive_features=groups.codes)
    return soft_gap(stratum_means(labels, scores, groups, minimum=minimum))


def stratum_means(labels: IntArray, scores: FloatArray, groups: Groups, *, minimum: int) -> FloatArray:
    """Mean score per label and group, [2, G]; NaN where they have fewer than ``minimum`` rows."""
    codes = np.where(groups.codes < 0, -1, labels * groups.count + groups.codes)
    strata = Groups(codes, 2 * groups.count)
    means = np.where(strata.sums() < minimum, np.nan, strata.means(scores))
    return np.asarray(means.reshape(2, groups.count))


def soft_gap(means: FloatArray) -> float:
    """Soft equalized-odds gap from the mean score of each stratum, [2, G]."""
    return (mean_pair_distance(means[0]) + mean_pair_distance(means[1])) / 2
