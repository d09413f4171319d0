"""One number per group, as the intervals of gaps take it: its value, its limits, its noise.

Axis letter: G groups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from fairviz.metrics.hanley_mcneil import hanley_mcneil_variance
from fairviz.metrics.inputs import FloatArray, ratio
from fairviz.metrics.intervals import auc_limits, wilson_limits
from fairviz.metrics.ranking import Placements

# Only ratios between the variances of groups count, and these go to a limit where the AUC does.
_NEXT_TO_THE_END = 1e-9


@dataclass(frozen=True)
class GroupEstimates:
    """One estimate of each of the groups that enter a gap.

    Attributes:
        values: [G], all defined.
        null_variance: [G] variances if all groups were equal, on any scale: only their ratios count.
        limits: lower and upper limits [G] of each value, at a number of standard errors.
    """

    values: FloatArray
    null_variance: FloatArray
    limits: Callable[[float], tuple[FloatArray, FloatArray]]

    @classmethod
    def of_aucs(cls, placements: Sequence[Placements]) -> GroupEstimates:
        """AUCs from the placements of the rows of each group, all with both classes.

        Under equality Hanley and McNeil's variance of the effective rows, at the groups' mean AUC weighted
        by their pairs.
        """
        values = np.array([own.auc for own in placements])
        variance = np.array([own.variance for own in placements])
        positives, negatives = np.reshape([own.sizes for own in placements], (-1, 2)).T
        fewest = np.array([min(own.cases) for own in placements])
        pooled = float(ratio((values * positives * negatives).sum(), (positives * negatives).sum()))
        inside = float(np.clip(pooled, _NEXT_TO_THE_END, 1 - _NEXT_TO_THE_END))
        return cls(
            values,
            hanley_mcneil_variance(inside, positives, negatives),
            partial(auc_limits, values, variance, positives, negatives, fewest=fewest),
        )

    @classmethod
    def of_rates(cls, successes: npt.ArrayLike, trials: npt.ArrayLike) -> GroupEstimates:
        """Rates from counts [G], effective ones of patients with several rows, each with at least one trial.

        Under equality p (1 - p) / trials at one rate p, which no ratio of these depends on.
        """
        counts, sizes = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
        return cls(ratio(counts, sizes), 1 / sizes, partial(wilson_limits, counts, sizes))
