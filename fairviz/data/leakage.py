"""Columns that give the outcome away."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.encode import is_number
from fairviz.data.values import text_codes

LEAK_AUC: Final = 0.95
"""No single measurement in medicine ranks an outcome this well unless it was made from it."""
_MAX_LEVELS: Final = 50


def ranking_strength(column: pd.Series, labels: NDArray[np.int64]) -> float:
    """Return how well one column alone ranks the outcome: an AUC from .5 to 1.

    The larger of two: by its values (categories by the share of positives among them), and by
    whether a value is there at all. Both outcomes must occur among `labels` int64 [N].
    """
    absent = column.isna().to_numpy()
    presence = _auc(absent.astype(np.float64), labels)
    scores = _scores(column, labels)
    known = labels[~absent]
    if scores is None or known.size == 0 or known.min() == known.max():
        return presence
    return max(presence, _auc(scores[~absent], known) * _coverage(absent, labels))


def _coverage(absent: NDArray[np.bool_], labels: NDArray[np.int64]) -> float:
    """Return 1, or 0 where so few rows of an outcome have a value that ranking them says little."""
    least = min(np.count_nonzero(~absent & (labels == label)) for label in (0, 1))
    return float(least >= 10)


def _scores(column: pd.Series, labels: NDArray[np.int64]) -> NDArray[np.float64] | None:
    if is_number(column):
        return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    levels, codes = text_codes(column)
    if not 1 < len(levels) <= _MAX_LEVELS:
        return None
    rows = np.bincount(codes + 1, minlength=len(levels) + 1)
    positives = np.bincount(codes + 1, weights=labels, minlength=len(levels) + 1)
    shares: NDArray[np.float64] = (positives / np.maximum(rows, 1))[codes + 1]
    return shares


def _auc(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the AUC in whichever direction it is above one half, from mid-ranks."""
    ranks = pd.Series(scores).rank().to_numpy()
    positives = int(labels.sum())
    negatives = len(labels) - positives
    area = (ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives)
    return float(max(area, 1 - area))
