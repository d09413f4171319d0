"""A configuration and the baseline on the same rows: all test rows, or those of one group.

Axis letters: S seeds, N rows, m positives among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fairviz.metrics.clusters import chosen, count_patients
from fairviz.metrics.comparison import AucComparison, MeanAuc, delong_test, mean_auc, paired_auc_test
from fairviz.metrics.estimable import MINIMUM_FOR_INTERVAL, Grade, grade
from fairviz.metrics.inputs import BoolArray, FloatArray, IntArray
from fairviz.metrics.seeds import SeedAveraged
from fairviz.metrics.sensitivity_drop import SensitivityDrop, sensitivity_drop_test

LEVEL: Final = 0.95


@dataclass(frozen=True)
class PairedRows:
    """Scores and decisions of both with the same seeds.

    Attributes:
        labels: [N].
        new: [S, N] scores of the configuration.
        old: [S, N] scores of the baseline.
        flagged_new: [S, N] whether the configuration decides a row positive.
        flagged_old: [S, N] whether the baseline does.
        patients: [N] patient of each row, which everything then counts; None where each row is its own.
    """

    labels: IntArray
    new: FloatArray
    old: FloatArray
    flagged_new: BoolArray
    flagged_old: BoolArray
    patients: IntArray | None = None

    def among(self, rows: BoolArray) -> PairedRows:
        """The same for some of the rows."""
        return PairedRows(
            self.labels[rows],
            self.new[:, rows],
            self.old[:, rows],
            self.flagged_new[:, rows],
            self.flagged_old[:, rows],
            chosen(self.patients, rows),
        )

    @property
    def positives(self) -> int:
        """Patients with the outcome."""
        return count_patients(self.patients, self.labels == 1)

    @property
    def rarer(self) -> int:
        """Patients of the rarer class."""
        return min(self.positives, count_patients(self.patients, self.labels == 0))

    @property
    def grade(self) -> Grade:
        """What the patients carry of an AUC."""
        return grade(self.rarer)

    @property
    def difference(self) -> SeedAveraged:
        """New less old AUC, seed by seed."""
        return SeedAveraged.difference(self.labels, self.new, self.old, self.patients)

    def auc_of_all(self) -> AucComparison:
        """Change of the AUC of all test rows: DeLong's test, with several seeds their variance too."""
        if len(self.new) == 1:
            return delong_test(self.labels, self.new[0], self.old[0], level=LEVEL, patients=self.patients)
        return paired_auc_test(self.labels, self.new, self.old, level=LEVEL, patients=self.patients)

    def auc_of_group(self) -> AucComparison:
        """Change of the AUC of one group, where rows may be few."""
        return paired_auc_test(
            self.labels,
            self.new,
            self.old,
            level=LEVEL,
            minimum=MINIMUM_FOR_INTERVAL,
            patients=self.patients,
        )

    def mean_aucs(self) -> tuple[MeanAuc, MeanAuc]:
        """AUC of the configuration and of the baseline."""
        own, baseline = (
            mean_auc(self.labels, scores, level=LEVEL, patients=self.patients)
            for scores in (self.new, self.old)
        )
        return own, baseline

    def sensitivity(self) -> SensitivityDrop | None:
        """Change of the decisions on positives; None where these are too few."""
        if self.positives < MINIMUM_FOR_INTERVAL:
            return None
        detected = self.labels == 1
        return sensitivity_drop_test(
            self.flagged_old[:, detected],
            self.flagged_new[:, detected],
            patients=chosen(self.patients, detected),
        )
