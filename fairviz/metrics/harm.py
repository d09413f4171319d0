"""Levelling down: has a gap become smaller because a group is now ranked worse?

Axis letter: G groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairviz.metrics.comparison import AucComparison
from fairviz.metrics.inputs import BoolArray, FloatArray, check_level
from fairviz.metrics.multiplicity import holm


@dataclass(frozen=True)
class Harm:
    """Groups in which a new model ranks worse than an old one.

    Attributes:
        p_values: [G] one-sided p-values after Holm; NaN in a group that could not be tested.
        harmed: [G] True where a drop is detected.
        tested: how many groups could be tested.
        could_miss: no group's drop is larger than this, all at once at the level of confidence; NaN where
            a group is harmed, and where none could be tested.
    """

    p_values: FloatArray
    harmed: BoolArray
    tested: int
    could_miss: float


def harm_test(comparisons: Sequence[AucComparison], *, level: float = 0.95) -> Harm:
    """One-sided test of each group that the first model ranks no worse than the second; Holm over groups.

    Where nothing is detected, a drop may still be there: ``could_miss`` is the lowest of the one-sided limits
    of the groups' differences, each at ``1 - (1 - level) / G`` so that together they hold at ``level``
    (Bonferroni's, with which Holm's procedure begins).

    Args:
        comparisons: new against old model, of each group.
        level: one less the chance of calling any group harmed that is not.
    """
    alpha = 1 - check_level(level)
    p_values = holm([own.p_worse for own in comparisons])
    harmed = p_values < alpha
    tested = int((~np.isnan(p_values)).sum())
    lowest = [
        own.estimate.lower_limit(1 - alpha / tested)
        for own, p in zip(comparisons, p_values, strict=True)
        if not np.isnan(p)
    ]
    could_miss = np.nan if harmed.any() or not lowest else max(0.0, -min(lowest))
    return Harm(p_values, harmed, tested, could_miss)
