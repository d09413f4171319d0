"""Runs and epochs of one comparison, each epoch read once however often a page looks."""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import Protocol

from fairviz.reports.run import Epoch, Run


class Source(Protocol):
    """Whoever hands out runs and epochs: the workbench, which withholds what may not be told."""

    def runs(self, comparison_id: str) -> list[Run]:
        """The runs of a comparison."""

    def epochs(
        self, comparison_id: str, *, of_runs: Collection[int] | None = None, after: int = 0
    ) -> list[Epoch]:
        """Epochs of some runs of a comparison, those after one."""


class History:
    """What is told of a comparison, as of the newest revision that anybody asked for.

    A report after each epoch of each run adds up: a sweep of hundreds of runs has gigabytes of them when they
    are read anew at every revision.
    """

    def __init__(self, source: Source, comparison_id: str) -> None:
        """Nothing is read before it is asked for."""
        self._source = source
        self._comparison_id = comparison_id
        self._reading = threading.Lock()
        self._revision = -1
        self._runs: list[Run] = []
        self._epochs: dict[int, list[Epoch]] = {}

    def at(self, revision: int) -> tuple[list[Run], list[Epoch]]:
        """Runs in their order, and epochs in order of run and epoch; read only."""
        with self._reading:
            if revision > self._revision:
                self._read()
                self._revision = revision
            return self._runs, [epoch for run in self._runs for epoch in self._epochs.get(run.id, ())]

    def _read(self) -> None:
        """Read what has come since; a run that was begun again is read again."""
        self._runs = self._source.runs(self._comparison_id)
        for run in self._runs:
            if len(self._epochs.get(run.id, ())) > run.epoch:
                del self._epochs[run.id]
        behind = {run.id for run in self._runs if run.epoch > len(self._epochs.get(run.id, ()))}
        after = min((len(self._epochs.get(run_id, ())) for run_id in behind), default=0)
        for epoch in self._source.epochs(self._comparison_id, of_runs=behind, after=after):
            known = self._epochs.setdefault(epoch.run_id, [])
            if epoch.epoch > len(known):
                known.append(epoch)
