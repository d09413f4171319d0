"""What is drawn again, or dealt anew: rows, or patients with all of their rows in a group.

Axis letters: N rows, U units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fairviz.metrics.clusters import PatientsInGroups
from fairviz.metrics.inputs import FloatArray, Groups, IntArray

BOTH: Final = 2
"""Outcome of a patient with rows of both."""


@dataclass(frozen=True)
class Units:
    """Units of N rows; units of one group and outcome may stand for each other.

    Attributes:
        codes: [N] unit of each row.
        group: [U]; -1 where it has none.
        outcome: [U] label of its rows; ``BOTH`` where they differ.
    """

    codes: IntArray
    group: IntArray
    outcome: IntArray

    @classmethod
    def of(cls, labels: IntArray, groups: Groups, patients: IntArray | None) -> Units:
        """Each row is a unit, or where patients [N] are given each patient in each group."""
        if patients is None:
            return cls(np.arange(len(labels)), groups.codes, labels)
        inside = PatientsInGroups.of(patients, Groups(groups.codes + 1, groups.count + 1))
        positive = inside.pairs.means(labels)
        outcome = np.where((positive > 0) & (positive < 1), BOTH, positive)
        return cls(inside.pairs.codes, inside.group - 1, outcome.astype(np.int64))

    def by_score(self, scores: FloatArray) -> Units:
        """The same, numbered by the mean of the scores [N] of their rows."""
        order = np.argsort(Groups(self.codes, len(self.group)).means(scores), kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return Units(place[self.codes], self.group[order], self.outcome[order])

    def members(self, group: int, outcome: int) -> IntArray:
        """Units of one group and outcome."""
        return np.flatnonzero((self.group == group) & (self.outcome == outcome))
