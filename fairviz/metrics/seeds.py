"""AUCs, and differences of AUCs, of models trained with several seeds and tested on the same rows.

Rows and seeds are two sources of chance. With v_rows the variance over test rows and v_seeds that over
seeds, a mean over S seeds has the variance ``v_rows + v_seeds / S``; either alone claims too much.

Axis letters: S seeds, N rows, m positives, n negatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError
from fairviz.metrics.inputs import FloatArray, IntArray, check_same_length, check_scores
from fairviz.metrics.ranking import Placements
from fairviz.metrics.student import Estimate, Variance


@dataclass(frozen=True)
class SeedAveraged:
    """An AUC, or a difference of two, with each of S seeds on the same rows.

    Attributes:
        values: [S].
        placements: mean over seeds of the rows' placements, or of their differences.
    """

    values: FloatArray
    placements: Placements

    @classmethod
    def of(cls, labels: IntArray, scores: FloatArray, patients: IntArray | None = None) -> SeedAveraged:
        """AUC of one model from labels [N], scores [S, N] and patients [N]."""
        return cls._of([Placements.of(labels, own, patients) for own in scores])

    @classmethod
    def difference(
        cls, labels: IntArray, a: FloatArray, b: FloatArray, patients: IntArray | None = None
    ) -> SeedAveraged:
        """First less second AUC, seed by seed, from labels [N], scores [S, N] of both and patients [N]."""
        pairs = [
            (Placements.of(labels, x, patients), Placements.of(labels, y)) for x, y in zip(a, b, strict=True)
        ]
        return cls._of(
            [Placements(x.positives - y.positives, x.negatives - y.negatives, x.patients) for x, y in pairs]
        )

    @classmethod
    def _of(cls, by_seed: Sequence[Placements]) -> SeedAveraged:
        return cls(
            np.array([own.auc for own in by_seed]),
            Placements(
                np.mean([own.positives for own in by_seed], axis=0),
                np.mean([own.negatives for own in by_seed], axis=0),
                by_seed[0].patients,
            ),
        )

    @property
    def positives(self) -> int:
        """Patients with a row of label 1."""
        return self.placements.cases[0]

    @property
    def negatives(self) -> int:
        """Patients with a row of label 0."""
        return self.placements.cases[1]

    @property
    def rows(self) -> Variance:
        """Variance over test rows: DeLong's, of the placements averaged over seeds; NaN below two of a class.

        Of patients with several rows it is Obuchowski's, and patients are counted in place of rows.

        With one seed the degrees of freedom are Welch's. To first order the AUC is the sum of two
        independent means, of the m positives' placements and of the n negatives'; each mean's variance is
        estimated with one degree of freedom less than it has rows. With several seeds they are those of the
        rarer class alone, which is never more.
        """
        if min(self.positives, self.negatives) < 2:
            return Variance(np.nan, np.nan)
        if len(self.values) > 1:
            return Variance(self.placements.variance, min(self.positives, self.negatives) - 1)
        return self.placements.estimated_variance

    @property
    def estimate(self) -> Estimate:
        """Mean over seeds; its variance is that over rows, and with several seeds their share of it."""
        seeds = [Variance.of_mean(self.values)] if len(self.values) > 1 else []
        return Estimate(float(self.values.mean()), Variance.total([self.rows, *seeds]))


def check_runs(values: npt.ArrayLike, argument: str) -> FloatArray:
    """Scores [S, N] of S runs on the same rows, or [N] of one; refuses NaN and infinities."""
    array = np.asarray(values)
    if array.ndim == 1:
        return check_scores(array, argument)[None]
    if array.ndim != 2 or not len(array):
        raise MetricError(
            argument,
            expected="scores of at least one run, [seeds, rows]",
            found=f"an array of shape {array.shape}",
            remedy="Stack the scores of all seeds, one row of the array for each.",
        )
    return np.stack([check_scores(own, f"{argument}[{seed}]") for seed, own in enumerate(array)])


def check_paired_runs(labels: IntArray, a: FloatArray, b: FloatArray) -> None:
    """Refuse runs [S, N] that are not of the same seeds and rows."""
    check_same_length(y_true=labels, score_a=a[0], score_b=b[0])
    if len(a) != len(b):
        raise MetricError(
            "score_b",
            expected=f"{len(a)} runs, one for each of score_a",
            found=str(len(b)),
            remedy="Compare the seeds that both models were trained with.",
        )
