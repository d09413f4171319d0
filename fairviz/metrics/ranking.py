"""Area under the ROC curve, overall and per group, with ties counted one half.

Axis letters: N rows, m positives, n negatives, G groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from fairviz.metrics.clusters import chosen
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
from fairviz.metrics.obuchowski import TwoClasses
from fairviz.metrics.student import Variance


@dataclass(frozen=True)
class Placements:
    """Where each row stands among the rows of the other class.

    The AUC is their mean and its variance follows from theirs (DeLong, DeLong & Clarke-Pearson
    1988, Biometrics 44:837, equations 3 to 5), or from their sums over patients (Obuchowski 1997,
    Biometrics 53:567).

    Attributes:
        positives: [m] share of negatives that each positive outranks, ties one half.
        negatives: [n] share of positives that outrank each negative, ties one half.
        patients: of the positives [m] and of the negatives [n]; None where each row is its own.
    """

    positives: FloatArray
    negatives: FloatArray
    patients: tuple[IntArray, IntArray] | None = None

    @classmethod
    def of(cls, labels: IntArray, scores: FloatArray, patients: IntArray | None = None) -> Placements:
        """Placements from labels [N] and scores [N]; NaN where the other class is empty."""
        positives, negatives = scores[labels == 1], scores[labels == 0]
        return cls(
            _share_below(positives, negatives),
            1 - _share_below(negatives, positives),
            None if patients is None else (patients[labels == 1], patients[labels == 0]),
        )

    @property
    def auc(self) -> float:
        """Area under the ROC curve; NaN where a class is missing."""
        return float(self.positives.mean()) if self.positives.size else np.nan

    @property
    def cases(self) -> tuple[int, int]:
        """Patients with a positive row and patients with a negative one."""
        if self.patients is None:
            return self.positives.size, self.negatives.size
        return len(np.unique(self.patients[0])), len(np.unique(self.patients[1]))

    @property
    def sizes(self) -> tuple[float, float]:
        """Effective numbers of positives and of negatives."""
        rows = self.positives.size, self.negatives.size
        if self.patients is None or not min(rows):
            return rows
        share = TwoClasses.of(self.positives, self.negatives, self.patients).effective_share
        return max(rows[0] * share, 1.0), max(rows[1] * share, 1.0)

    @property
    def variance(self) -> float:
        """Variance of the AUC; NaN where a class has fewer than two patients."""
        m, n = self.cases
        if min(m, n) < 2:
            return np.nan
        if self.patients is not None:
            return TwoClasses.of(self.positives, self.negatives, self.patients).variance
        return float(self.positives.var(ddof=1) / m + self.negatives.var(ddof=1) / n)

    @property
    def estimated_variance(self) -> Variance:
        """The same with Welch's degrees of freedom; each class has at least two patients."""
        if self.patients is not None:
            return TwoClasses.of(self.positives, self.negatives, self.patients).estimate
        return Variance.total([Variance.of_mean(self.positives), Variance.of_mean(self.negatives)])


def _share_below(values: FloatArray, others: FloatArray) -> FloatArray:
    if not others.size:
        return np.full(values.size, np.nan)
    # Among ascending values each search starts where the last one ended.
    order, others = np.argsort(values), np.sort(others)
    ascending = values[order]
    below = np.searchsorted(others, ascending, side="left")
    below_or_equal = np.searchsorted(others, ascending, side="right")
    shares = np.empty(values.size)
    shares[order] = (below + below_or_equal) / (2 * others.size)
    return shares


def group_placements(
    labels: IntArray, scores: FloatArray, groups: Groups, patients: IntArray | None = None
) -> list[Placements]:
    """Placements inside each group, G of them."""
    return [Placements.of(labels[rows], scores[rows], chosen(patients, rows)) for rows in groups.rows()]


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
