"""Does a method lie beyond what plain regularisation reaches at the same gap?

Axis letters: K points of a path, S seeds, B + 1 weightings of the test rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairviz.metrics.resampling import mean_over_seeds
from tests.effect.intervals import FloatArray, Interval
from tests.effect.resampling import change


@dataclass(frozen=True)
class Place:
    """Runs of one configuration: gap and AUC, each [S, B + 1]."""

    gap: FloatArray
    auc: FloatArray


def against_front(place: Place, paths: Sequence[Sequence[Place]]) -> Interval:
    """AUC less the front's AUC at the same gap, seed by seed.

    Each path is one penalty at growing strength. The front is the path that, on average over seeds,
    has the larger AUC at this gap; which one is decided once, not anew in every replicate.
    """
    at_same_gap = [_interpolated(path, place.gap) for path in paths]
    best = max(at_same_gap, key=lambda auc: float(mean_over_seeds(auc)[0]))
    return change(place.auc, best)


def _interpolated(path: Sequence[Place], gap: FloatArray) -> FloatArray:
    """AUC of a path at these gaps [S, B + 1], linear between neighbours; at its end beyond it.

    Below the smallest gap of a path its end is still taken: the front gets the benefit of the doubt.
    """
    order = np.argsort([place.gap for place in path], axis=0)
    gaps = np.take_along_axis(np.array([place.gap for place in path]), order, axis=0)
    aucs = np.take_along_axis(np.array([place.auc for place in path]), order, axis=0)
    above = np.clip((gaps <= gap).sum(axis=0), 1, len(path) - 1)[None]
    left, right = (np.take_along_axis(gaps, at, axis=0)[0] for at in (above - 1, above))
    worse, better = (np.take_along_axis(aucs, at, axis=0)[0] for at in (above - 1, above))
    width = np.where(right > left, right - left, 1.0)
    share = np.clip((gap - left) / width, 0, 1)
    return np.asarray(worse + share * (better - worse))
