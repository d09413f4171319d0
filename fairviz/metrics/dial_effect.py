"""Whether a hyperparameter makes a difference that its seeds do not.

Axis letters: P points, S seeds, D dials. Seeds are blocks: every point has all of them.
"""

from __future__ import annotations

from math import nan, sqrt
from typing import Final

import numpy as np
from scipy.special import fdtrc, stdtr

from fairviz.metrics.inputs import FloatArray

LEVEL: Final = 0.05


def points_p_value(values: FloatArray) -> float:
    """Probability of points [P, S] differing so much if they were alike; NaN for under two of either.

    F test of points in blocks of seeds, with the lower bound of its degrees of freedom (Geisser & Greenhouse
    1958): points rise and fall together unevenly.
    """
    points, seeds = values.shape
    if points < 2 or seeds < 2:
        return nan
    of_points = values.mean(axis=1, keepdims=True)
    rest = values - of_points - values.mean(axis=0, keepdims=True) + values.mean()
    between = seeds * ((of_points - values.mean()) ** 2).sum()
    within = (rest**2).sum() / (seeds - 1)
    if within == 0:
        return 0.0 if between > 0 else 1.0
    return float(fdtrc(1, seeds - 1, between / within))


def slope_p_values(values: FloatArray, dials: FloatArray) -> FloatArray:
    """For each dial, probability [D] of such a slope if it had none; NaN for one seed.

    Least squares within each seed, a t test of the slopes over seeds: what a seed's neighbouring points have
    in common does not count as evidence.

    Args:
        values: [P, S].
        dials: [P, D], on the scale on which the slope is straight.
    """
    seeds = values.shape[1]
    if seeds < 2:
        return np.full(dials.shape[1], nan)
    design = np.column_stack([np.ones(len(dials)), dials - dials.mean(axis=0)])
    slopes = np.linalg.lstsq(design, values, rcond=None)[0][1:]
    return np.array([_mean_p_value(own) for own in slopes])


def is_detected(values: FloatArray, dials: FloatArray) -> bool | None:
    """Whether the dials make any difference: a slope along one of them, or points that differ otherwise.

    The least of all p-values after Bonferroni, at 5 %; None where that cannot be told. Arguments as for
    ``slope_p_values``.
    """
    found = np.array([points_p_value(values), *slope_p_values(values, dials)])
    return None if np.isnan(found).any() else bool(found.min() * len(found) < LEVEL)


def _mean_p_value(slopes: FloatArray) -> float:
    """Two-sided, of a t test that slopes [S] have mean 0."""
    error = float(slopes.std(ddof=1)) / sqrt(len(slopes))
    if error == 0:
        return 1.0 if slopes.mean() == 0 else 0.0
    return float(2 * stdtr(len(slopes) - 1, -abs(float(slopes.mean())) / error))
