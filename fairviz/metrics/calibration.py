"""How well probabilities agree with outcomes.

Axis letters: N rows, G groups.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError
from fairviz.metrics.inputs import (
    FloatArray,
    Groups,
    IntArray,
    check_labels,
    check_probabilities,
    check_same_length,
    ratio,
)

BINS: Final = 10


def calibration_error(y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, bins: int = BINS) -> float:
    """Mean distance of observed from predicted risk over bins of equal width.

    Each bin ``[i/bins, (i+1)/bins)``, the last one closed, counts by its share of rows (expected
    calibration error; Naeini, Cooper & Hauskrecht 2015, AAAI).

    Args:
        y_true: [N] labels 0 or 1.
        y_score: [N] probabilities of the positive class.
        bins: number of bins, at least 1.

    Returns:
        A number from 0 to 1; NaN without rows.

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, a score is no probability, no bins.
    """
    if bins < 1:
        raise MetricError(
            "bins",
            expected="a number of at least 1",
            found=str(bins),
            remedy="Use 10 bins unless there is a reason.",
        )
    labels, scores = _check(y_true, y_score)
    return float(group_calibration_error(labels, scores, _everyone(labels), bins=bins)[0])


def brier_score(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> float:
    """Mean squared distance of probabilities [N] from labels [N]; NaN without rows."""
    labels, scores = _check(y_true, y_score)
    return float(_everyone(labels).means(squared_errors(labels, scores))[0])


def log_loss(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> float:
    """Mean negative log-likelihood in nats of labels [N] under probabilities [N]."""
    labels, scores = _check(y_true, y_score)
    return float(_everyone(labels).means(log_losses(labels, scores))[0])


def group_calibration_error(
    labels: IntArray, scores: FloatArray, groups: Groups, *, bins: int = BINS
) -> FloatArray:
    """Calibration error inside each group, [G]; NaN where a group has no rows."""
    codes = np.where(groups.codes < 0, -1, groups.codes * bins + bins_of(scores, bins))
    cells = Groups(codes, groups.count * bins)
    distance = np.abs(cells.sums(labels - scores)).reshape(groups.count, bins)
    return ratio(distance.sum(axis=1), groups.sums())


def bins_of(scores: FloatArray, bins: int = BINS) -> IntArray:
    """Bin of equal width that each probability falls into, the last one closed."""
    return np.minimum((scores * bins).astype(np.int64), bins - 1)


def squared_errors(labels: IntArray, scores: FloatArray) -> FloatArray:
    """Squared distance of each probability [N] from its label."""
    return np.asarray((scores - labels) ** 2)


def log_losses(labels: IntArray, scores: FloatArray) -> FloatArray:
    """Negative log of the probability [N] given to each label, clipped to stay finite."""
    smallest = np.finfo(np.float64).eps
    given = np.where(labels == 1, scores, 1 - scores)
    return np.asarray(-np.log(np.clip(given, smallest, 1 - smallest)))


def _check(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> tuple[IntArray, FloatArray]:
    labels, scores = check_labels(y_true, "y_true"), check_probabilities(y_score, "y_score")
    check_same_length(y_true=labels, y_score=scores)
    return labels, scores


def _everyone(labels: IntArray) -> Groups:
    return Groups(np.zeros_like(labels), 1)
