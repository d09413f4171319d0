"""Trains one comparison: its packs take turns, an epoch each, so that all methods move together."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fairviz.data.prepare import PreparedData
from fairviz.store.records import EpochEntry, ResultEntry, RunRecord
from fairviz.store.store import Store
from fairviz.training.checkpoints import save_weights
from fairviz.training.devices import Device
from fairviz.training.engine import train
from fairviz.training.events import EpochEnd, Event, PackEnd, Tick
from fairviz.training.packing import Pack, pack_runs
from fairviz.training.runs import RunSpec

_SECONDS_BETWEEN_PROGRESS = 0.5


class Stopped(Exception):  # noqa: N818  (a wish of the person, not an error)
    """Training was asked to stop."""


@dataclass
class _Turn:
    """A pack in training: its events so far come from ``events``, ``seconds`` counts its own turns only."""

    runs: tuple[RunRecord, ...]
    events: Iterator[Event]
    seconds: float = 0.0
    share_done: float = 0.0


@dataclass
class Rotation:
    """Trains the runs of one comparison and writes what happens into the store.

    Attributes:
        stopping: asked between steps; training ends with ``Stopped`` once it says yes.
        weights_folder: where the weights of finished runs are put, a file per run.
    """

    comparison_id: str
    store: Store
    data: PreparedData
    device: Device
    weights_folder: Path
    stopping: Callable[[], bool]
    _turns: deque[_Turn] = field(init=False, default_factory=deque)
    _done: list[_Turn] = field(init=False, default_factory=list)
    _last_progress: float = field(init=False, default=0.0)

    def run(self) -> None:
        """Train every pack to its end.

        Raises:
            Stopped: if asked to stop before.
        """
        records = self.store.runs(self.comparison_id)
        packs = pack_runs([RunSpec.model_validate(record.spec) for record in records])
        self._turns.extend(self._turn(pack, records) for pack in packs)
        while self._turns:
            turn = self._turns.popleft()
            if self._epoch(turn):
                self._turns.append(turn)
            else:
                self._done.append(turn)

    def _turn(self, pack: Pack, records: list[RunRecord]) -> _Turn:
        return _Turn(tuple(records[p] for p in pack.positions), train(pack, self.data, self.device))

    def _epoch(self, turn: _Turn) -> bool:
        """Advance one pack to the end of an epoch; whether there is more to come."""
        began = time.perf_counter()
        for event in turn.events:
            if self.stopping():
                raise Stopped
            match event:
                case Tick():
                    turn.share_done = event.step / event.steps
                    self._tell_progress(turn)
                case EpochEnd():
                    turn.seconds += time.perf_counter() - began
                    self._keep_epoch(turn, event)
                    return True
                case PackEnd():
                    self._keep_results(turn, event)
        return False

    def _progress(self, current: _Turn) -> float:
        """Share of all members' steps that are done."""
        turns = [current, *self._turns, *self._done]
        members = sum(len(turn.runs) for turn in turns)
        return sum(turn.share_done * len(turn.runs) for turn in turns) / members

    def _tell_progress(self, turn: _Turn) -> None:
        """Write the progress, a few times a second at most."""
        now = time.monotonic()
        if now - self._last_progress >= _SECONDS_BETWEEN_PROGRESS:
            self._last_progress = now
            self.store.add_progress(self.comparison_id, self._progress(turn))

    def _keep_epoch(self, turn: _Turn, event: EpochEnd) -> None:
        entries = [
            EpochEntry(run.id, event.epoch, turn.seconds, member.validation.to_json(), member.traces)
            for run, member in zip(turn.runs, event.members, strict=True)
        ]
        self.store.add_epochs(self.comparison_id, self._progress(turn), entries)

    def _keep_results(self, turn: _Turn, event: PackEnd) -> None:
        """Weights first: a run that the store calls finished has its weights."""
        pairs = list(zip(turn.runs, event.members, strict=True))
        for run, member in pairs:
            save_weights(self.weights_folder / f"{run.id}.safetensors", member.weights, run.spec)
        entries = [
            ResultEntry(run.id, m.best_epoch, m.validation.to_json(), m.test.to_json(), m.scores)
            for run, m in pairs
        ]
        self.store.add_results(self.comparison_id, entries)
