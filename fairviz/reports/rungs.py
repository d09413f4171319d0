"""At which thresholds decisions on the same patients may be told, one after another.

What is told at two thresholds tells by subtraction of the patients whose scores lie between: of a single one,
where the thresholds are close. So of private data decisions are told only at thresholds between any two of
which no group has 1 to 10 patients of an outcome. The steps of a ROC curve are such thresholds too. Where
patients have several rows, one is passed with the first of these between two thresholds.

Axis letters: N rows, K tables that they are counted in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairviz.metrics.clusters import chosen
from fairviz.metrics.inputs import FloatArray, IntArray
from fairviz.suppression import is_small


def safe_thresholds(
    scores: FloatArray, cells: IntArray, start: float, patients: IntArray | None = None
) -> FloatArray:
    """Thresholds around ``start``, ascending, none nearer to the next than may be told; ``start`` is one.

    Args:
        scores: [N] from a threshold on, a row is decided positive.
        cells: [N, K] cell of each row in each table, as group and outcome; rows of groups that are withheld
            share a cell, since together they are what is left of a total.
        start: a threshold at which decisions are told.
        patients: [N] patient of each row; None where each row is its own.
    """
    above, below = scores >= start, scores < start
    up = _rungs(scores[above], cells[above], chosen(patients, above))
    down = _rungs(-scores[below], cells[below], chosen(patients, below))
    # From the highest score of a step down on, its rows are decided otherwise; upwards only beyond its last.
    return np.unique(np.concatenate([-down, [start], np.nextafter(up, np.inf)]))


def _rungs(distances: FloatArray, cells: IntArray, patients: IntArray | None) -> FloatArray:
    """The end of each step: the first distance by which all cells passed since the last are large enough.

    Args:
        distances: [N] of rows from the start.
        cells: [N, K].
        patients: [N]; None where each row is its own.
    """
    order = np.argsort(distances, kind="stable")
    ordered, numbered = distances[order], _numbered(cells)[order]
    before = _before(numbered, chosen(patients, order))
    passed = np.zeros(int(numbered.max(initial=-1)) + 1, dtype=np.int64)
    rungs, start = [], 0
    ends = np.flatnonzero(np.diff(ordered, append=np.inf) > 0)
    for first, end in zip([0, *(ends[:-1] + 1)], ends, strict=False):
        here = slice(first, end + 1)
        np.add.at(passed, numbered[here][before[here] < start], 1)
        if not is_small(passed).any():
            rungs.append(ordered[end])
            passed[:] = 0
            start = int(end) + 1
    return np.array(rungs, dtype=np.float64)


def _before(cells: IntArray, patients: IntArray | None) -> IntArray:
    """The last row before each with the same patient in the same cell [N, K]; -1 where there is none.

    Args:
        cells: [N, K], none in two tables.
        patients: [N]; None where each row is its own.
    """
    before = np.full(cells.size, -1)
    if patients is not None:
        pairs = (cells * (patients.max(initial=-1) + 1) + patients[:, np.newaxis]).ravel()
        order = np.argsort(pairs, kind="stable")
        again = np.flatnonzero(pairs[order[1:]] == pairs[order[:-1]])
        before[order[again + 1]] = order[again] // cells.shape[1]
    return before.reshape(cells.shape)


def _numbered(cells: IntArray) -> NDArray[np.int64]:
    """Cells of K tables [N, K], numbered so that none is in two tables."""
    widths = cells.max(axis=0, initial=-1) + 1
    return np.asarray(cells + np.concatenate([[0], np.cumsum(widths)[:-1]]).astype(np.int64))


def nearest(thresholds: FloatArray, wanted: float) -> float:
    """The one of some thresholds that is nearest to the one wanted; of two the lower."""
    return float(thresholds[np.abs(thresholds - wanted).argmin()])
