"""Columns that give the outcome away.

Axis letters: N rows, L levels (the values that occur).
"""

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
_FEWEST: Final = 10
"""Rows of each outcome with a value; fewer say little."""


def ranking_strength(column: pd.Series, labels: NDArray[np.int64]) -> float:
    """Return how well one column alone ranks the outcome: an AUC from .5 to 1.

    The larger of two: by its values (categories by the share of positives among them), and by
    whether a value is there at all. Both outcomes must occur among `labels` int64 [N].
    """
    codes, values = _levels(column)
    rows = np.bincount(codes + 1, minlength=len(values) + 1)
    positives = np.bincount(codes + 1, weights=labels, minlength=len(values) + 1)
    counts = np.stack([rows - positives, positives], axis=1)
    absent, known = counts[0], counts[1:]
    presence = _auc(np.stack([absent, known.sum(axis=0)]))
    if known.sum(axis=0).min(initial=np.inf) < _FEWEST or (
        not is_number(column) and not 1 < len(values) <= _MAX_LEVELS
    ):
        return presence
    scores = values if is_number(column) else known[:, 1] / known.sum(axis=1)
    return max(presence, _auc(known[np.argsort(scores, kind="stable")]))


def _levels(column: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The level of each row [N], -1 where it has none, and the number that each level is [L].

    Of texts, their places.
    """
    if is_number(column):
        codes, values = pd.factorize(column.to_numpy(dtype=np.float64, na_value=np.nan))
        return np.asarray(codes, dtype=np.int64), values
    levels, places = text_codes(column)
    return places, np.arange(len(levels), dtype=np.float64)


def _auc(counts: NDArray[np.float64]) -> float:
    """Return the AUC in whichever direction it is above one half.

    Args:
        counts: [L, 2], rows of either outcome at each level, in the order of their scores. Levels of the same
            share of positives may stand in any order: either way half of their pairs are in the right one.
    """
    negatives, positives = counts.T
    below = np.cumsum(negatives) - negatives
    area = (positives @ (below + negatives / 2)) / (positives.sum() * negatives.sum())
    return float(max(area, 1 - area))
