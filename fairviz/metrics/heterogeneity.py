"""Do two models differ by the same amount in every group?

Axis letters: S seeds, G groups, D draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fairviz.metrics.inputs import FloatArray
from fairviz.metrics.seeds import SeedAveraged

DRAWS: Final = 4_000
_SEED: Final = 0


@dataclass(frozen=True)
class Heterogeneity:
    """Whether groups gain or lose differently; NaN where fewer than two can be compared.

    Attributes:
        groups: how many were compared.
        statistic: largest distance between the differences of two groups, in standard errors.
        p_value: how often it is as large where all groups have the same difference.
    """

    groups: int
    statistic: float
    p_value: float


def heterogeneity_test(differences: Sequence[SeedAveraged]) -> Heterogeneity:
    """Max-T test that the paired differences of two models are the same in all groups.

    The statistic is the maximum over pairs of groups of ``|d_i - d_j| / se_ij``. Its distribution under
    equality is drawn: differences are normal about a common value, and every draw estimates its variances
    anew with their degrees of freedom, as few rows and few seeds do (a parametric bootstrap, Krishnamoorthy,
    Lu & Mathew 2007, Computational Statistics & Data Analysis 51:5731). Rows of two groups are independent;
    seeds are the same in all groups, so that their share of ``se_ij^2`` is the variance over seeds of
    ``d_i - d_j``.

    Args:
        differences: of each group, all with the same S seeds and at least two rows of each class.
    """
    if len(differences) < 2:
        return Heterogeneity(len(differences), np.nan, np.nan)
    # In an order that the names of groups do not decide, so that draws are the same for any.
    known = sorted(differences, key=lambda own: (own.rows.value, abs(own.estimate.value)))
    changes = np.stack([own.values for own in known], axis=1)
    rows, freedom = np.array([own.rows for own in known]).T
    largest = _largest(changes.mean(axis=0)[None], rows[None], changes[None])[0]
    drawn = _drawn_largest(rows, np.where(rows > 0, freedom, 1), changes)
    at_least = int((drawn >= largest * (1 - 1e-12)).sum())
    return Heterogeneity(len(known), float(largest), (1 + at_least) / (1 + DRAWS))


def _drawn_largest(rows: FloatArray, freedom: FloatArray, changes: FloatArray) -> FloatArray:
    """The statistic [D] where groups are equal.

    Args:
        rows: [G] variances over rows.
        freedom: [G] their degrees of freedom.
        changes: [S, G] difference of each seed in each group.
    """
    rng = np.random.default_rng(_SEED)
    seeds, groups = changes.shape
    by_rows = rng.standard_normal((DRAWS, groups)) * np.sqrt(rows)
    estimated = rows * rng.chisquare(freedom, (DRAWS, groups)) / freedom
    if seeds == 1:
        return _largest(by_rows, estimated, np.zeros((DRAWS, 1, groups)))
    deviations = (changes - changes.mean(axis=0)) / np.sqrt(seeds - 1)
    by_seeds = rng.standard_normal((DRAWS, seeds, seeds)) @ deviations
    return _largest(by_rows + by_seeds.mean(axis=1), estimated, by_seeds)


def _largest(means: FloatArray, rows: FloatArray, by_seeds: FloatArray) -> FloatArray:
    """Largest studentised distance [D] over pairs of groups.

    Args:
        means: [D, G] differences.
        rows: [D, G] their variances over rows.
        by_seeds: [D, S, G] difference of each seed, of which only the variance counts.
    """
    first, second = np.triu_indices(means.shape[1], k=1)
    variance = rows[:, first] + rows[:, second] + _seed_variance(by_seeds)[:, first, second]
    distance = np.abs(means[:, first] - means[:, second])
    # Groups in which both models rank alike are equal, though without any variance.
    return np.asarray((distance / np.sqrt(np.maximum(variance, np.finfo(np.float64).tiny))).max(axis=1))


def _seed_variance(by_seeds: FloatArray) -> FloatArray:
    """Variance [D, G, G] of the mean over seeds of the distance between two groups; 0 for a single seed."""
    seeds, groups = by_seeds.shape[1:]
    if seeds == 1:
        return np.zeros((len(by_seeds), groups, groups))
    centred = by_seeds - by_seeds.mean(axis=1, keepdims=True)
    covariance = centred.transpose(0, 2, 1) @ centred / (seeds - 1) / seeds
    own = np.diagonal(covariance, axis1=1, axis2=2)
    return np.asarray(np.maximum(own[:, :, None] + own[:, None, :] - 2 * covariance, 0.0))
