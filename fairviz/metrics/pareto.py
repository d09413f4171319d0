"""Which trade-offs no other point beats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError
from fairviz.metrics.inputs import BoolArray


def pareto_front(points: npt.ArrayLike, *, maximize: bool | Sequence[bool]) -> BoolArray:
    """Mark the points that no other point dominates.

    A point dominates another if it is at least as good on every axis and better on one; so equal
    points stay together. A point with an undefined (NaN) coordinate is not on the front.

    Args:
        points: [N, D] coordinates.
        maximize: for each of the D axes, or for all of them, whether more is better.

    Returns:
        [N], True on the front.

    Raises:
        MetricError: points are no table, or ``maximize`` does not fit their axes.
    """
    table = np.asarray(points, dtype=np.float64)
    if table.ndim != 2:
        raise MetricError(
            "points",
            expected="a table [points, axes]",
            found=f"an array of shape {table.shape}",
            remedy="Give one row for each point.",
        )
    gains = np.where(directions(maximize, table.shape[1]), table, -table)
    candidates = np.flatnonzero(~np.isnan(gains).any(axis=1))
    front = np.zeros(len(gains), dtype=np.bool_)
    front[candidates] = [not _dominated(gains[i], gains[candidates]) for i in candidates]
    return front


def _dominated(point: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> bool:
    as_good = (others >= point).all(axis=1)
    better = (others > point).any(axis=1)
    return bool((as_good & better).any())


def directions(maximize: bool | Sequence[bool], axes: int) -> BoolArray:
    """Whether more is better on each axis, [axes] or one for all.

    Raises:
        MetricError: ``maximize`` does not fit the axes.
    """
    chosen = np.asarray(maximize, dtype=np.bool_)
    if chosen.ndim and chosen.shape != (axes,):
        raise MetricError(
            "maximize",
            expected=f"one truth value, or one for each of {axes} axes",
            found=f"an array of shape {chosen.shape}",
            remedy="Say for each axis whether more is better.",
        )
    return chosen
