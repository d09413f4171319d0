"""What risks and outcomes of some rows look like point by point: ROC curve, and calibration in bins.

Axis letters: N rows, S steps of a curve, B bins that are not empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairviz.metrics.calibration import bins_of
from fairviz.metrics.clusters import PatientsInGroups
from fairviz.metrics.inputs import (
    FloatArray,
    Groups,
    IntArray,
    check_labels,
    check_probabilities,
    check_same_length,
    ratio,
)
from fairviz.metrics.intervals import wilson_interval


@dataclass(frozen=True)
class RocCurve:
    """Both error rates of decisions at falling thresholds, from no row decided positive to all.

    Attributes:
        thresholds: [S], the first infinite.
        fpr: [S], ascending.
        tpr: [S], ascending.
    """

    thresholds: FloatArray
    fpr: FloatArray
    tpr: FloatArray


@dataclass(frozen=True)
class CalibrationBins:
    """Observed against predicted risk.

    Attributes:
        predicted: [B] mean predicted risk of the rows of each bin, ascending.
        observed: [B] their share of positives.
        low: [B] lower limit of Wilson's 95 % interval of ``observed``.
        high: [B] upper limit.
        n: [B] rows.
    """

    predicted: FloatArray
    observed: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray


def roc_curve(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> RocCurve:
    """ROC curve with a step at every distinct score (Fawcett 2006, doi:10.1016/j.patrec.2005.10.010).

    Args:
        y_true: [N] labels 0 or 1.
        y_score: [N] probabilities of the positive class.

    Returns:
        The curve; a rate is NaN everywhere where its class has no row.

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, a score is no probability.
    """
    labels, scores = _check(y_true, y_score)
    order = np.argsort(-scores, kind="stable")
    ordered, found = scores[order], np.cumsum(labels[order])
    last = np.flatnonzero(np.diff(ordered, append=-np.inf))
    tp = np.concatenate([[0], found[last]])
    fp = np.concatenate([[0], last + 1 - found[last]])
    thresholds = np.concatenate([[np.inf], ordered[last]])
    positives = np.full_like(tp, labels.sum())
    return RocCurve(thresholds, ratio(fp, len(labels) - positives), ratio(tp, positives))


def calibration_bins(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    *,
    edges: npt.ArrayLike | None = None,
    patients: IntArray | None = None,
) -> CalibrationBins:
    """Observed and mean predicted risk in each bin of predicted risk that has rows.

    Args:
        y_true: [N] labels 0 or 1.
        y_score: [N] probabilities of the positive class.
        edges: ascending; bin i holds the rows from edge i - 1 up to, but not at, edge i. Without them there
            are ten bins of equal width, as in ``calibration_error``.
        patients: [N] patient of each row, whom the intervals count; None where each row is one.

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, a score is no probability.
    """
    labels, scores = _check(y_true, y_score)
    codes = bins_of(scores) if edges is None else np.searchsorted(np.asarray(edges), scores, side="right")
    used, codes = np.unique(codes, return_inverse=True)
    bins = Groups(codes.astype(np.int64), len(used))
    n, positives = bins.sums(), bins.sums(labels)
    share = _effective_shares(labels, bins, patients)
    low, high = wilson_interval(positives * share, n * share)
    return CalibrationBins(bins.means(scores), bins.means(labels), low, high, n.astype(np.int64))


def merged_edges(scores: FloatArray, edges: FloatArray, fewest: int) -> FloatArray:
    """Those edges of bins that leave at least so many rows in each; none where there are not as many.

    Bins are filled from below; the last one takes what is left too few above it.

    Args:
        scores: [N].
        edges: ascending, as ``calibration_bins`` takes them.
        fewest: rows.
    """
    kept: list[float] = []
    below = 0
    for edge in edges:
        own = int((scores < edge).sum())
        if own - below >= fewest and len(scores) - own >= fewest:
            kept.append(float(edge))
            below = own
    return np.array(kept)


def _effective_shares(labels: IntArray, bins: Groups, patients: IntArray | None) -> FloatArray:
    """Which share of the rows of each bin is effective [B]."""
    if patients is None:
        return np.ones(bins.count)
    inside = PatientsInGroups.of(patients, bins)
    return inside.effective_shares(inside.pairs.sums(labels), inside.pairs.sums())


def _check(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> tuple[IntArray, FloatArray]:
    labels, scores = check_labels(y_true, "y_true"), check_probabilities(y_score, "y_score")
    check_same_length(y_true=labels, y_score=scores)
    return labels, scores
