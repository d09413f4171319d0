"""What a method did over the steps of one run, in a few numbers: pure functions of its traces.

NaN is "withheld or not estimable" in traces and in what is made of them. Axis letters: T steps, M modalities,
G groups of one attribute, A attributes, K objectives (the task's first).
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_EDGE: Final = 10


class Course(NamedTuple):
    """Where a trace began and where it ended: means over the first and last tenth of its known steps."""

    begin: float
    end: float


class Extremes(NamedTuple):
    """Least and greatest value of a trace."""

    low: float
    high: float


def course(trace: Floats) -> Course:
    """Of a trace [T]; NaN where no step is known."""
    known = trace[np.isfinite(trace)]
    if not len(known):
        return Course(math.nan, math.nan)
    edge = max(1, len(known) // _EDGE)
    return Course(float(known[:edge].mean()), float(known[-edge:].mean()))


def gap_course(gap: Floats) -> Course:
    """Of an averaged gap [T], from the step on which two groups are first known: before, it is 0."""
    known = np.flatnonzero(gap > 0)
    return course(gap[known[0] :]) if len(known) else Course(math.nan, math.nan)


def extremes(trace: Floats) -> Extremes:
    """Over all entries of a trace."""
    known = trace[np.isfinite(trace)]
    return Extremes(float(known.min()), float(known.max())) if known.size else Extremes(math.nan, math.nan)


def mean_known(trace: Floats) -> Floats:
    """Mean over steps [...] of a trace [T, ...], of the steps that are known."""
    known = np.isfinite(trace)
    total, count = np.where(known, trace, 0.0).sum(axis=0), known.sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def variance_known(trace: Floats) -> Floats:
    """Variance over steps [...] of a trace [T, ...], of the steps that are known; NaN with fewer than two."""
    known = np.isfinite(trace)
    count = known.sum(axis=0)
    squares = np.where(known, (trace - mean_known(trace)) ** 2, 0.0).sum(axis=0)
    return np.asarray(np.where(count > 1, squares / np.maximum(count - 1, 1), np.nan))


def applied_factors(scale: Floats, balance: Floats, rho: float) -> Floats:
    """What the groups changed of each encoder's gradient [T, M]: f where gates were open, 1 where closed.

    MultiFair scales by rho * B * f (Zubair et al. 2025, arXiv:2510.07328). NaN where B is 0: nothing came
    through that f could have changed.

    Args:
        scale: [T, M] all that an encoder's gradient was multiplied by.
        balance: B [T, M].
        rho: the method's.
    """
    through = rho * balance
    return np.asarray(np.divide(scale, through, out=np.full_like(scale, np.nan), where=through > 0))


def bound_share(factors: Floats) -> Floats:
    """Share of steps [M, G] in which a group factor F [T, M, G] stood at its lower bound 0."""
    return mean_known(np.where(np.isnan(factors), np.nan, factors <= 0))


def opposed_share(cosines: Floats) -> Floats:
    """Share of steps [K, K] in which two gradients pointed against each other, of cosines [T, K, K]."""
    return mean_known(np.where(np.isnan(cosines), np.nan, cosines < 0))


def share_of_loss(extra: Floats, task: Floats) -> float:
    """How much of the whole loss an extra term made up, over all steps; both [T]."""
    whole = float(np.mean(extra) + np.mean(task))
    return float(np.mean(extra)) / whole if whole > 0 else math.nan


def movement(trace: Floats) -> float:
    """Mean distance from one step to the next, over all entries of a trace [T, ...]."""
    moves = np.abs(np.diff(trace, axis=0))
    return float(moves.mean()) if moves.size else math.nan
