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

    Args:
        placements: of the groups that enter the gap, each with both classes.
        rng: source of the draws.

    Returns:
        NaN where there are fewer than two groups, or no two rows of a class in any of them.
    """
    return ranges(null_aucs(placements, rng))


def null_aucs(placements: Sequence[Placements], rng: np.random.Generator) -> FloatArray:
    """Draws [4000, G] of the AUCs of equal groups, less what they have in common.

    Each group's AUC is normal, its variance from placement variances pooled within groups, and from the
    effective number of its rows.
    """
    positives, negatives = np.reshape([p.sizes for p in placements], (-1, 2)).T
    variance = _pooled_variance([p.positives for p in placements], positives)
    variance += _pooled_variance([p.negatives for p in placements], negatives)
    return np.asarray(rng.standard_normal((DRAWS, len(variance))) * np.sqrt(variance))


def _pooled_variance(samples: Sequence[FloatArray], sizes: FloatArray) -> FloatArray:
    """Variance of each sample's mean [G] from effective sizes, spread pooled within; NaN if unknown."""
    squares = sum(
        float(((sample - sample.mean()) ** 2).sum()) * (size / sample.size)
        for sample, size in zip(samples, sizes, strict=True)
    )
    freedom = (sizes - 1).sum()
    return squares / freedom / sizes if freedom > 0 else np.full(len(sizes), np.nan)


def null_rate_gaps(successes: npt.ArrayLike, trials: npt.ArrayLike, rng: np.random.Generator) -> FloatArray:
    """Draws [4000] of the gap of rates of equal groups with these numbers of trials.

    Args:
        successes: [G] counts of the groups that enter the gap; their total gives the rate.
        trials: [G] counts, each at least 1; effective ones are rounded.
        rng: source of the draws.

    Returns:
        NaN where there are fewer than two groups.
    """
    return ranges(null_rates(successes, trials, rng))


def null_rates(successes: npt.ArrayLike, trials: npt.ArrayLike, rng: np.random.Generator) -> FloatArray:
    """Draws [4000, G] of the rates of equal groups with these numbers of trials."""
    known = np.asarray(trials, dtype=np.float64)
    sizes = np.rint(known).astype(np.int64)
    rate = np.sum(successes) / max(float(known.sum()), 1.0)
    return np.asarray(rng.binomial(sizes, rate, (DRAWS, sizes.size)) / sizes)


def ranges(draws: FloatArray) -> FloatArray:
    """Largest less smallest of the groups, [D], from draws [D, G].

    A group that takes no part is NaN throughout; with fewer than two others there is no range.
    """
    taking_part = draws[:, ~np.isnan(draws[0])]
    if taking_part.shape[1] < 2:
        return np.full(len(draws), np.nan)
    return np.asarray(taking_part.max(axis=1) - taking_part.min(axis=1))
