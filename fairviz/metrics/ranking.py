"""Area under the ROC curve, overall and per group, with ties counted one half.

Axis letters: N rows, m positives, n negatives, G groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from fairviz.metrics.inputs import (
    FloatArray,
    Groups,
    GroupValues,
    IntArray,
    check_groups,
    check_labels,
    check_same_length,
    check_scores,
)


@dataclass(frozen=True)
class Placements:
    """Where each row stands among the rows of the other class.

    The AUC is their mean and its variance follows from theirs (DeLong, DeLong & Clarke-Pearson
    1988, Biometrics 44:837, equations 3 to 5).

    Attributes:
        positives: [m] share of negatives that each positive outranks, ties one half.
        negatives: [n] share of positives that outrank each negative, ties one half.
    """

    positives: FloatArray
    negatives: FloatArray

    @classmethod
    def of(cls, labels: IntArray, scores: FloatArray) -> Placements:
        """Placements from labels [N] and scores [N]; NaN where the other class is empty."""
        positives, negatives = scores[labels == 1], scores[labels == 0]
        return cls(_share_below(positives, negatives), 1 - _share_below(negatives, positives))

    @property
    def auc(self) -> float:
        """Area under the ROC curve; NaN where a class is missing."""
        return float(self.positives.mean()) if self.positives.size else np.nan

    @property
    def variance(self) -> float:
        """DeLong's variance of the AUC; NaN where a class has fewer than two rows."""
        m, n = self.positives.size, self.negatives.size
        if min(m, n) < 2:
            return np.nan
        return float(self.positives.var(ddof=1) / m + self.negatives.var(ddof=1) / n)


def _share_below(values: FloatArray, others: FloatArray) -> FloatArray:
    if not others.size:
        return np.full(values.size, np.nan)
    others = np.sort(others)
    below = np.searchsorted(others, values, side="left")
    below_or_equal = np.searchsorted(others, values, side="right")
    return np.asarray((below + below_or_equal) / (2 * others.size))


def group_placements(labels: IntArray, scores: FloatArray, groups: Groups) -> list[Placements]:
    """Placements inside each group, G of them."""
    return [Placements.of(labels[rows], scores[rows]) for rows in groups.rows()]


def roc_auc(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> float:
    """Area under the ROC curve: the chance that a positive is scored above a negative.

    Args:
        y_true: [N] labels 0 or 1.
        y_score: [N] scores on any scale, higher for the positive class.

    Returns:
        A number from 0 to 1; NaN where a class is missing (see ``undefined_reason``).

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, or a score is not finite.
    """
    labels, scores = check_labels(y_true, "y_true"), check_scores(y_score, "y_score")
    check_same_length(y_true=labels, y_score=scores)
    return Placements.of(labels, scores).auc


def group_roc_auc(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, sensitive_features: GroupValues
) -> pd.Series:
    """AUC inside each group.

    Args:
        y_true: [N] labels 0 or 1.
        y_score: [N] scores on any scale.
        sensitive_features: [N] group of each row; missing values belong to no group.

    Returns:
        AUC [G] by group value in sorted order; NaN where a group lacks a class.

    Raises:
        MetricError: as ``roc_auc``.
    """
    labels, scores = check_labels(y_true, "y_true"), check_scores(y_score, "y_score")
    groups, names = check_groups(sensitive_features)
    check_same_length(y_true=labels, y_score=scores, sensitive_features=groups.codes)
    aucs = [placements.auc for placements in group_placements(labels, scores, groups)]
    return pd.Series(aucs, index=names, name="auc", dtype=np.float64)
