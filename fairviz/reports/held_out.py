"""Test rows of a task, and what stored runs say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fairviz.data.groups import Attribute
from fairviz.data.prepare import PreparedData
from fairviz.metrics.clusters import chosen
from fairviz.reports.comparing import Comparer, ScoredRuns
from fairviz.reports.withheld import Withheld
from fairviz.store.records import RunRecord
from fairviz.store.store import Store


class HeldOutRows:
    """The test rows of one task.

    Attributes:
        attributes: sensitive attributes of these rows.
        public: whether the task declares its data synthetic or public.
    """

    def __init__(self, store: Store, data: PreparedData) -> None:
        """Take where runs are kept, and the data of the task that they were trained on."""
        self._store = store
        self._rows = data.split.test
        self._labels = data.labels[self._rows]
        self._patients = chosen(data.patients, self._rows)
        self.attributes = [replace(own, codes=own.codes[self._rows]) for own in data.attributes]
        self.public = data.task.public

    def comparer(self, withheld: Withheld, attributes: Sequence[Attribute]) -> Comparer:
        """Compares configurations on these rows, between the groups of some attributes."""
        return Comparer(self._labels, attributes, withheld, self._patients)

    def scored(self, runs: Sequence[RunRecord]) -> ScoredRuns:
        """Scores of the rows as they were evaluated: in double precision."""
        scores = [self._store.scores(run.id)[self._rows, 0].astype(np.float64) for run in runs]
        return ScoredRuns(
            seeds=tuple(run.spec["seed"] for run in runs),
            scores=np.stack(scores),
            thresholds=tuple(run.test["threshold"] if run.test else None for run in runs),
        )


def decided_runs(runs: Sequence[RunRecord]) -> tuple[tuple[int, float | None], ...]:
    """Which runs these are, and at which threshold they decide."""
    return tuple((run.id, run.test["threshold"] if run.test else None) for run in runs)
