"""What a run's method recorded at its steps, each epoch read once however often a page looks."""

from __future__ import annotations

import threading
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Traces = dict[str, NDArray[np.float32]]


class Source(Protocol):
    """Whoever hands out traces: the workbench, which withholds what may not be told."""

    def traces(self, run_id: int, *, after: int = 0, until: int | None = None) -> Traces:
        """Traces of a run's epochs after one, until another, each [steps, ...]."""


class TraceHistory:
    """The traces of one run, which become longer at every epoch.

    To unpack those of a thousand epochs takes a second, too long for a chart drawn each second.
    """

    def __init__(self, source: Source, run_id: int) -> None:
        """Nothing is read before it is asked for."""
        self._source = source
        self._run_id = run_id
        self._reading = threading.Lock()
        self._epoch = 0
        self._traces: Traces = {}

    def until(self, epoch: int) -> Traces:
        """Traces of the epochs up to one, each [steps, ...]; read only.

        A run that has fewer epochs than before was begun again, and is read again.
        """
        with self._reading:
            if epoch < self._epoch:
                self._epoch, self._traces = 0, {}
            if epoch > self._epoch:
                new = self._source.traces(self._run_id, after=self._epoch, until=epoch)
                known = self._traces or {name: trace[:0] for name, trace in new.items()}
                self._traces = {name: np.concatenate([known[name], trace]) for name, trace in new.items()}
                self._epoch = epoch
            return self._traces
