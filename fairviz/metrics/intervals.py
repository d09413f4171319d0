"""Confidence intervals of one estimate at a time: a rate, an AUC.

``..._interval`` takes a nominal coverage; ``..._limits`` a number of standard errors, which limits that hold
for several estimates at once are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from fairviz.metrics.inputs import FloatArray, check_level, ratio

# Below this many cases of either class DeLong's interval alone covers 77 to 90 % instead of 95 %.
_SMALL_CLASS = 20
# Halvings of an interval no longer than 1: the root is then exact in double precision.
_HALVINGS = 52


@dataclass(frozen=True)
class Interval:
    """Both limits of one estimate."""

    low: float
    high: float


def normal_quantile(level: float) -> float:
    """Two-sided quantile of the normal distribution: 1.96 for a level of 0.95."""
    return NormalDist().inv_cdf(0.5 + check_level(level) / 2)


def wilson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Wilson's score interval of a share (Wilson 1927, JASA 22:209).

    Args:
        successes: counts, of any shape.
        trials: counts of the same shape.
        level: nominal coverage.

    Returns:
        Lower and upper limits in that shape; NaN where there are no trials.
    """
    return wilson_limits(successes, trials, normal_quantile(level))


def wilson_limits(successes: npt.ArrayLike, trials: npt.ArrayLike, z: float) -> tuple[FloatArray, FloatArray]:
    """Wilson's limits at z standard errors; see ``wilson_interval``."""
    n = np.asarray(trials, dtype=np.float64)
    z2 = z**2
    share = ratio(np.asarray(successes), n)
    centre = (share * n + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * (share * (1 - share) * n + z2 / 4)) / (n + z2)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def auc_interval(
    auc: FloatArray,
    variance: FloatArray,
    positives: npt.NDArray[Any],
    negatives: npt.NDArray[Any],
    *,
    level: float = 0.95,
    fewest: npt.NDArray[Any] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Interval of AUCs, chosen by what holds its coverage in small groups.

    DeLong's interval on the logit scale; Newcombe's method 5 where that is undefined (an AUC of 0
    or 1, a single case in a class); the union of both where a class has fewer than 20 cases.

    Args:
        auc: [...] estimates.
        variance: [...] DeLong's variances of them.
        positives: [...] counts, effective ones of patients with several rows.
        negatives: [...] counts likewise.
        level: nominal coverage.
        fewest: [...] patients of the rarer class, where these are not the smaller of the counts.

    Returns:
        Lower and upper limits [...]; NaN where the AUC is.
    """
    return auc_limits(auc, variance, positives, negatives, normal_quantile(level), fewest=fewest)


def auc_limits(
    auc: FloatArray,
    variance: FloatArray,
    positives: npt.NDArray[Any],
    negatives: npt.NDArray[Any],
    z: float,
    *,
    fewest: npt.NDArray[Any] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Limits of AUCs [...] at z standard errors; see ``auc_interval``."""
    delong = logit_delong_limits(auc, variance, z)
    newcombe = newcombe_limits(auc, positives, negatives, z)
    undefined = np.isnan(delong[0])
    small = (np.minimum(positives, negatives) if fewest is None else fewest) < _SMALL_CLASS
    low, high = (np.where(undefined, n, d) for n, d in zip(newcombe, delong, strict=True))
    return (
        np.where(small, np.minimum(low, newcombe[0]), low),
        np.where(small, np.maximum(high, newcombe[1]), high),
    )


def logit_delong_limits(auc: FloatArray, variance: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    """DeLong's limits of AUCs [...], taken on the logit scale so that they stay inside 0 to 1.

    NaN where the AUC is 0 or 1 or its variance unknown (DeLong et al. 1988, Biometrics 44:837;
    the logit after Pepe 2003, The Statistical Evaluation of Medical Tests, section 5.2).
    """
    odds = ratio(auc, np.where(auc > 0, 1 - auc, 0.0))
    half = z * ratio(np.sqrt(variance), auc * (1 - auc))
    return _logistic(np.log(odds) - half), _logistic(np.log(odds) + half)


def _logistic(logits: FloatArray) -> FloatArray:
    return np.asarray((1 + np.tanh(logits / 2)) / 2)  # in this form it cannot overflow


def newcombe_limits(
    auc: FloatArray, positives: npt.NDArray[Any], negatives: npt.NDArray[Any], z: float
) -> tuple[FloatArray, FloatArray]:
    """Newcombe's pseudo-score limits of AUCs [...] (2006, Stat Med 25:559, method 5).

    The limits t solve ``(auc - t)^2 = z^2 V(t)``, V being Hanley and McNeil's variance with both
    class sizes less one replaced by their mean; found by bisection between the AUC and 0 or 1.
    """
    z2 = z**2
    others = (positives + negatives) / 2 - 1
    pairs = np.asarray(positives * negatives, dtype=np.float64)

    def outside(limit: FloatArray) -> npt.NDArray[np.bool_]:
        per_case = (1 - limit) / (2 - limit) + limit / (1 + limit)
        variance = ratio(limit * (1 - limit) * (1 + others * per_case), pairs)
        return np.asarray((auc - limit) ** 2 > z2 * variance)

    outer = np.stack([np.zeros_like(auc), np.ones_like(auc)])
    inner = np.stack([auc, auc])
    for _ in range(_HALVINGS):
        middle = (outer + inner) / 2
        beyond = outside(middle)
        outer, inner = np.where(beyond, middle, outer), np.where(beyond, inner, middle)
    low, high = inner
    return low, high
