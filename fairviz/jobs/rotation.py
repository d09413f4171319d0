"""Trains one comparison: its packs take turns, an epoch each, so that all methods move together."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from joblib import Parallel, delayed

from fairviz.data.prepare import PreparedData
from fairviz.errors import FairVizError
from fairviz.store.records import EpochEntry, ResultEntry, RunRecord
from fairviz.store.store import Store
from fairviz.training.checkpoints import save_weights
from fairviz.training.devices import Device
from fairviz.training.engine import train
from fairviz.training.events import EpochEnd, Event, PackEnd, Tick
from fairviz.training.packing import MEMBERS_ON_CPU, pack_runs
from fairviz.training.runs import RunSpec
from fairviz.training.tensors import TaskTensors

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
    goes_on: bool = True
    error: FairVizError | None = None


@dataclass
class Rotation:
    """Trains the runs of one comparison and writes what happens into the store.

    Attributes:
        workers: packs that take their turns at the same time, each in a thread; torch lets go of
            Python's lock while it calculates.
        stopping: asked between steps; training ends with ``Stopped`` once it says yes.
        weights_folder: where the weights of finished runs are put, a file per run.
    """

    comparison_id: str
    store: Store
    data: PreparedData
    device: Device
    workers: int
    weights_folder: Path
    stopping: Callable[[], bool]
    _turns: list[_Turn] = field(init=False, default_factory=list)
    _last_progress: float = field(init=False, default=0.0)

    def run(self) -> list[str]:
        """Train every pack to its end; a pack that fails leaves the others alone.

        Returns:
            What went wrong with packs that failed.

        Raises:
            Stopped: if asked to stop before.
            FairVizError: if every pack failed.
        """
        self._turns = list(self._all_turns())
        with Parallel(n_jobs=self.workers, prefer="threads") as together:
            while active := [turn for turn in self._turns if turn.goes_on]:
                together(delayed(self._take)(turn) for turn in active)
        errors = [turn.error for turn in self._turns if turn.error is not None]
        if len(errors) == len(self._turns):
            raise errors[0]
        return [str(error) for error in errors]

    def _all_turns(self) -> Iterator[_Turn]:
        """A turn per pack, all on one copy of the data.

        A GPU takes any number of members at once. On a CPU the members are shared out among the workers.
        """
        records = self.store.runs(self.comparison_id)
        specs = [RunSpec.model_validate(record.spec) for record in records]
        share = math.ceil(len(specs) / self.workers)
        largest = min(MEMBERS_ON_CPU, share) if self.device.type == "cpu" else len(specs)
        tensors = TaskTensors.of(self.data, self.device)
        for pack in pack_runs(specs, largest=largest):
            yield _Turn(tuple(records[p] for p in pack.positions), train(pack, self.data, tensors))

    def _take(self, turn: _Turn) -> None:
        """One turn of one pack."""
        try:
            turn.goes_on = self._epoch(turn)
        except FairVizError as error:
            turn.goes_on, turn.error = False, error
            self.store.fail_runs(self.comparison_id, [run.id for run in turn.runs])

    def _epoch(self, turn: _Turn) -> bool:
        """Advance one pack to the end of an epoch; whether there is more to come."""
        began = time.perf_counter()
        for event in turn.events:
            if self.stopping():
                raise Stopped
            match event:
                case Tick():
                    turn.share_done = event.step / event.steps
                    self._tell_progress()
                case EpochEnd():
                    turn.seconds += time.perf_counter() - began
                    self._keep_epoch(turn, event)
                    return True
                case PackEnd():
                    self._keep_results(turn, event)
        return False

    def _progress(self) -> float:
        """Share of all members' steps that are done."""
        members = sum(len(turn.runs) for turn in self._turns)
        return sum(turn.share_done * len(turn.runs) for turn in self._turns) / members

    def _tell_progress(self) -> None:
        """Write the progress, a few times a second at most."""
        now = time.monotonic()
        if now - self._last_progress >= _SECONDS_BETWEEN_PROGRESS:
            self._last_progress = now
            self.store.add_progress(self.comparison_id, self._progress())

    def _keep_epoch(self, turn: _Turn, event: EpochEnd) -> None:
        entries = [
            EpochEntry(run.id, event.epoch, turn.seconds, member.validation.to_json(), member.traces)
            for run, member in zip(turn.runs, event.members, strict=True)
        ]
        self.store.add_epochs(self.comparison_id, self._progress(), entries)

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
