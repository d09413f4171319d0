"""Runs and epochs of one comparison, each epoch read once however often a page looks."""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import Final, Protocol

from fairviz.reports.run import Epoch, Run

# A line of more points than this looks the same with every other one; each report takes some 30 kB.
MOST_KEPT: Final = 128


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
    are read anew at every revision, and a run of thousands of epochs when all are kept. Of a long run every
    second, fourth, ... epoch is kept, with the last one and the one that validation chose.
    """

    def __init__(self, source: Source, comparison_id: str) -> None:
        """Nothing is read before it is asked for."""
        self._source = source
        self._comparison_id = comparison_id
        self._reading = threading.Lock()
        self._revision = -1
        self._runs: list[Run] = []
        self._ways: dict[int, _Way] = {}

    def at(self, revision: int) -> tuple[list[Run], list[Epoch]]:
        """Runs in their order, and epochs in order of run and epoch; read only."""
        with self._reading:
            if revision > self._revision:
                self._read()
                self._revision = revision
            ways = ((run, self._ways[run.id]) for run in self._runs if run.id in self._ways)
            return self._runs, [epoch for run, way in ways for epoch in way.shown(run)]

    def _read(self) -> None:
        """Read what has come since; a run that was begun again is read again."""
        self._runs = self._source.runs(self._comparison_id)
        for run in self._runs:
            if self._read_until(run.id) > run.epoch:
                del self._ways[run.id]
        behind = {run.id for run in self._runs if run.epoch > self._read_until(run.id)}
        after = min((self._read_until(run_id) for run_id in behind), default=0)
        for epoch in self._source.epochs(self._comparison_id, of_runs=behind, after=after):
            self._ways.setdefault(epoch.run_id, _Way()).add(epoch)

    def _read_until(self, run_id: int) -> int:
        """The last epoch of a run that is known, 0 before the first."""
        return self._ways[run_id].last if run_id in self._ways else 0


class _Way:
    """One run's epochs, the first of every so many and the last."""

    def __init__(self) -> None:
        self._epochs: list[Epoch] = []
        self._each = 1

    @property
    def last(self) -> int:
        """Number of the last epoch."""
        return self._epochs[-1].epoch if self._epochs else 0

    def add(self, epoch: Epoch) -> None:
        """Join the next epoch; one that is known already is not joined."""
        if epoch.epoch <= self.last:
            return
        if self._epochs and not self._is_kept(self._epochs[-1]):
            del self._epochs[-1]
        self._epochs.append(epoch)
        if len(self._epochs) > MOST_KEPT:
            self._each *= 2
            self._epochs = [own for own in self._epochs if self._is_kept(own) or own is epoch]

    def shown(self, run: Run) -> list[Epoch]:
        """The kept epochs and, of a finished run, the one that validation chose."""
        chosen = run.best_epoch
        if chosen is None or run.validation is None or any(own.epoch == chosen for own in self._epochs):
            return self._epochs
        return sorted([*self._epochs, Epoch(run.id, chosen, run.validation)], key=lambda own: own.epoch)

    def _is_kept(self, epoch: Epoch) -> bool:
        return (epoch.epoch - 1) % self._each == 0
