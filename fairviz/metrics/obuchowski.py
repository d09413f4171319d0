"""Variance of an AUC, or of a difference of two, among patients with several rows.

Obuchowski 1997, Biometrics 53:567: DeLong's placements are summed over the rows of each patient, and sums of
patients with rows of both classes move together.

Axis letters: m positives, n negatives, P patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairviz.metrics.clusters import effective_share, even_patients
from fairviz.metrics.inputs import FloatArray, IntArray, ratio
from fairviz.metrics.student import Variance


@dataclass(frozen=True)
class TwoClasses:
    """What positives and negatives of each patient add to the error of a mean of placements.

    Attributes:
        added: [2, P] sums of deviations from the mean, over the rows of each class; positives first.
        rows: [2, P] rows of each patient in each class.
        if_independent: variance if each row were a patient of its own, without its correction for few rows.
    """

    added: FloatArray
    rows: FloatArray
    if_independent: float

    @classmethod
    def of(
        cls, positives: FloatArray, negatives: FloatArray, patients: tuple[IntArray, IntArray]
    ) -> TwoClasses:
        """From placements of m positives and n negatives, or differences of them, and their patients."""
        known, codes = np.unique(np.concatenate(patients), return_inverse=True)
        classes = list(zip((positives, negatives), np.split(codes, [len(positives)]), strict=True))
        deviations = [(values - values.mean()) / len(values) for values, _ in classes]
        added = [
            np.bincount(own, deviation, len(known))
            for deviation, (_, own) in zip(deviations, classes, strict=True)
        ]
        rows = [np.bincount(own, minlength=len(known)) for _, own in classes]
        return cls(
            np.array(added),
            np.array(rows, dtype=np.float64),
            float(sum((deviation**2).sum() for deviation in deviations)),
        )

    @property
    def cases(self) -> IntArray:
        """Patients with a row of each class, [2]."""
        return np.asarray(np.count_nonzero(self.rows, axis=1))

    @property
    def _parts(self) -> FloatArray:
        """Variances [2] of both classes' means."""
        return np.asarray((self.added**2).sum(axis=1) * self.cases / (self.cases - 1))

    @property
    def variance(self) -> float:
        """Obuchowski's estimate; each class has at least two patients."""
        patients = self.rows.shape[1]
        return float(self._parts.sum() + 2 * patients / (patients - 1) * (self.added[0] @ self.added[1]))

    @property
    def estimate(self) -> Variance:
        """The same with degrees of freedom: Welch's where no patient has rows of both classes.

        Else those of the class with fewer patients alone, which is never more.
        """
        freedom = self.cases - 1
        if self.rows.all(axis=0).any():
            return Variance(self.variance, float(freedom.min()))
        return Variance.total([Variance(*own) for own in zip(self._parts.tolist(), freedom, strict=True)])

    @property
    def effective_share(self) -> float:
        """Share of the rows that are effective, the same for both classes: variances are then as large."""
        totals = self.rows.sum(axis=1)
        even = even_patients(totals, (self.rows**2).sum(axis=1))
        fewest = int(even.argmin())
        by_patients = (self.added.sum(axis=0) ** 2).sum()
        design_effect = ratio(by_patients, np.asarray(self.if_independent))
        return float(effective_share(totals[fewest], design_effect, even[fewest]))
