"""How sure it is that a trade-off is on the Pareto front.

Axis letters: K trade-offs, D axes, B + 1 weightings of the rows (the first weighs every row once).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError
from fairviz.metrics.inputs import BoolArray, FloatArray
from fairviz.metrics.pareto import directions


def front_frequency(places: npt.ArrayLike, *, maximize: bool | Sequence[bool]) -> FloatArray:
    """Share of replicates in which each trade-off is on the front of its replicate.

    On it is what no other dominates, as in ``pareto_front``: ties stay, so that shares may add up to more
    than 1. A trade-off whose own place (the first weighting) is undefined takes no part anywhere; one that is
    undefined in a replicate is not on the front of that one and dominates nothing there.

    The share is a bootstrap proportion (Felsenstein 1985, Evolution 39:783): it says how stable a place on
    the front is under other rows and seeds. It is no p-value, and no chance that the place is true.

    Args:
        places: [K, D, B + 1] coordinates: as they are, then in each of B replicates.
        maximize: for each of the D axes, or for all of them, whether more is better.

    Returns:
        [K] from 0 to 1; NaN where a trade-off's own place is undefined.

    Raises:
        MetricError: places have not three axes or no replicate, or ``maximize`` does not fit.
    """
    table = np.asarray(places, dtype=np.float64)
    if table.ndim != 3 or table.shape[2] < 2:
        raise MetricError(
            "places",
            expected="[trade-offs, axes, 1 + replicates], with at least one replicate",
            found=f"an array of shape {table.shape}",
            remedy="Give the places as they are first, then those in each replicate.",
        )
    more_is_better = np.broadcast_to(directions(maximize, table.shape[1]), table.shape[1])
    gains = np.where(more_is_better[:, np.newaxis], table, -table)
    estimable = ~np.isnan(table[:, :, 0]).any(axis=1)
    shares = np.full(len(table), np.nan)
    shares[estimable] = _on_front(gains[estimable, :, 1:]).mean(axis=1)
    return shares


def _on_front(gains: FloatArray) -> BoolArray:
    """Whether each of K trade-offs is on the front of each replicate [K, B], from gains [K, D, B]."""
    beaten = np.zeros((len(gains), gains.shape[2]), dtype=np.bool_)
    for k, own in enumerate(gains):
        beaten[k] = _dominated(own, gains)
    return ~beaten & ~np.isnan(gains).any(axis=1)


def _dominated(own: FloatArray, others: FloatArray) -> BoolArray:
    """In which replicates [B] a trade-off [D, B] is dominated by one of others [K, D, B]."""
    as_good = (others >= own).all(axis=1)
    better = (others > own).any(axis=1)
    return np.asarray((as_good & better).any(axis=0))
