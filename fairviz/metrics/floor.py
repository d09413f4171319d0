"""Noise floor of a gap: what it would be by chance if the groups were equal.

The largest less the smallest of noisy numbers is biased upward, the more so the smaller the
smallest group: a gap means something only beside its floor. Draws of a gap under equality are
returned, so that a gap made of others (equalized odds: the larger of two) has its floor too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairviz.metrics.inputs import FloatArray
from fairviz.metrics.ranking import Placements

# The 95th percentile of 4,000 draws is known to about 2 % of itself.
DRAWS = 4_000


@dataclass(frozen=True)
class NoiseFloor:
    """A gap between groups that do not differ.

    Attributes:
        expected: its mean.
        percentile_95: exceeded by chance one time in twenty.
    """

    expected: float
    percentile_95: float

    @classmethod
    def of(cls, gaps: FloatArray) -> NoiseFloor:
        """Floor from draws of the gap under equality."""
        return cls(float(gaps.mean()), float(np.quantile(gaps, 0.95)))


def null_auc_gaps(placements: Sequence[Placements], rng: np.random.Generator) -> FloatArray:
    """Draws [4000] of the AUC gap of equal groups with these class sizes.

    Each group's AUC is normal, its variance from placement variances pooled within groups.

    Args:
        placements: of the groups that enter the gap, each with both classes.
        rng: source of the draws.

    Returns:
        NaN where there are fewer than two groups, or no two rows of a class in any of them.
    """
    variance = _pooled_variance([p.positives for p in placements]) + _pooled_variance(
        [p.negatives for p in placements]
    )
    if len(placements) < 2:
        return np.full(DRAWS, np.nan)
    return _ranges(rng.standard_normal((DRAWS, len(variance))) * np.sqrt(variance))


def _pooled_variance(samples: Sequence[FloatArray]) -> FloatArray:
    """Variance of each sample's mean [G], spread pooled within samples; NaN if unknown."""
    sizes = np.array([sample.size for sample in samples])
    squares = sum(float(((sample - sample.mean()) ** 2).sum()) for sample in samples)
    freedom = (sizes - 1).sum()
    return squares / freedom / sizes if freedom > 0 else np.full(len(sizes), np.nan)


def null_rate_gaps(successes: npt.ArrayLike, trials: npt.ArrayLike, rng: np.random.Generator) -> FloatArray:
    """Draws [4000] of the gap of rates of equal groups with these numbers of trials.

    Args:
        successes: [G] counts of the groups that enter the gap; their total gives the rate.
        trials: [G] counts, each at least 1.
        rng: source of the draws.

    Returns:
        NaN where there are fewer than two groups.
    """
    sizes = np.asarray(trials, dtype=np.int64)
    if sizes.size < 2:
        return np.full(DRAWS, np.nan)
    rate = np.sum(successes) / sizes.sum()
    return _ranges(rng.binomial(sizes, rate, (DRAWS, sizes.size)) / sizes)


def _ranges(draws: FloatArray) -> FloatArray:
    return np.asarray(draws.max(axis=1) - draws.min(axis=1))
