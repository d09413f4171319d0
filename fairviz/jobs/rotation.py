"""Trains one comparison: its packs take turns, an epoch each, so that all methods move together."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from joblib import Parallel, delayed

from fairviz.data.prepare import PreparedData
from fairviz.errors import FairVizError, SettingError
from fairviz.jobs.stopping import Stopped
from fairviz.store.records import EpochEntry, ResultEntry, RunRecord
from fairviz.store.store import Store
from fairviz.training.checkpoints import save_weights
from fairviz.training.devices import Device, OutOfMemory
from fairviz.training.engine import train
from fairviz.training.events import EpochEnd, Event, PackEnd, Tick
from fairviz.training.packing import Pack, image_bytes, largest_pack, pack_runs
from fairviz.training.runs import RunSpec
from fairviz.training.tensors import TaskTensors

_SECONDS_BETWEEN_PROGRESS = 0.5

_log = logging.getLogger(__name__)


@dataclass
class _Turn:
    """A pack in training: its events so far come from ``events``, ``seconds`` counts its own turns only.

    ``epochs_kept`` are in the store already, from a pack that this one is a half of.
    """

    pack: Pack
    runs: tuple[RunRecord, ...]
    events: Generator[Event, None, None]
    epochs_kept: int = 0
    too_large: bool = False
    seconds: float = 0.0
    share_done: float = 0.0
    goes_on: bool = True
    stopped: bool = False
    errors: list[FairVizError] = field(default_factory=list)


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
    _records: list[RunRecord] = field(init=False)
    _tensors: TaskTensors = field(init=False)
    _last_progress: float = field(init=False, default=0.0)
    _failed: int = field(init=False, default=0)
    # Progress is read and written in one go, so that it never falls back.
    _writing: threading.Lock = field(init=False, default_factory=threading.Lock)

    def run(self) -> list[str]:
        """Train every pack to its end; a pack that fails leaves the others alone.

        Returns:
            What went wrong with packs that failed.

        Raises:
            Stopped: if asked to stop before.
            FairVizError: if every pack failed.
        """
        self._turns = list(self._all_turns())
        # Packs that take their turns on one GPU at the same time would share its memory and gain nothing.
        at_once = self.workers if self.device.type == "cpu" else 1
        with Parallel(n_jobs=at_once, require="sharedmem") as together:
            while active := [turn for turn in self._turns if turn.goes_on]:
                together(delayed(self._take)(turn) for turn in active)
                self._turns = [part for turn in self._turns for part in self._fitting(turn)]
        if any(turn.stopped for turn in self._turns):
            raise Stopped
        errors = [error for turn in self._turns for error in turn.errors]
        if self._failed == len(self._records):
            raise errors[0]
        return [str(error) for error in errors]

    def _all_turns(self) -> Iterator[_Turn]:
        """A turn per pack, all on one copy of the data."""
        self._records = self.store.runs(self.comparison_id)
        self._tensors = self._all_tensors()
        specs = [RunSpec.model_validate(record.spec) for record in self._records]
        largest = largest_pack(
            len(specs),
            self.workers,
            on_cpu=self.device.type == "cpu",
            bytes_per_member=image_bytes(self.data, specs),
        )
        for pack in pack_runs(specs, largest=largest):
            yield self._turn(pack)

    def _all_tensors(self) -> TaskTensors:
        """The task's rows on the device.

        Raises:
            SettingError: if they do not fit.
        """
        try:
            return TaskTensors.of(self.data, self.device)
        except OutOfMemory as error:
            raise _too_large("the task's rows", error) from error

    def _turn(self, pack: Pack, *, epochs_kept: int = 0, share_done: float = 0.0) -> _Turn:
        """A pack, ready to begin."""
        runs = tuple(self._records[p] for p in pack.positions)
        return _Turn(pack, runs, self._events(pack), epochs_kept, share_done=share_done)

    def _fitting(self, turn: _Turn) -> Iterator[_Turn]:
        """The turn itself, or its two halves where the whole was too large for the device's memory."""
        if not turn.too_large:
            yield turn
            return
        for half in turn.pack.halves():
            yield self._turn(half, epochs_kept=turn.epochs_kept, share_done=turn.share_done)

    def _events(self, pack: Pack) -> Generator[Event, None, None]:
        """What training a pack tells. The libraries of comparators are imported with the first of them."""
        if pack.runs[0].trains_network:
            yield from train(pack, self.data, self._tensors)
        else:
            from fairviz.training.comparators.train import train as train_comparator  # noqa: PLC0415

            yield from train_comparator(pack, self.data)

    def _take(self, turn: _Turn) -> None:
        """One turn of one pack; all of them end before ``run`` says that it was stopped."""
        turn.goes_on = False  # unless the epoch ends well
        try:
            turn.goes_on = self._epoch(turn)
        except Stopped:
            turn.stopped = True
        except OutOfMemory as error:
            turn.too_large = len(turn.runs) > 1
            if not turn.too_large:
                self._fail(turn, turn.runs, _too_large(turn.runs[0].label, error))
        except FairVizError as error:
            self._fail(turn, turn.runs, error)
        except Exception:
            _log.exception("Training %s failed", turn.runs[0].label)
            self._fail(turn, turn.runs, _unexpected(turn))
        finally:
            if not turn.goes_on:
                turn.events.close()

    def _fail(self, turn: _Turn, runs: Sequence[RunRecord], error: FairVizError) -> None:
        """Note an error of some of a pack's runs."""
        turn.errors.append(error)
        turn.share_done = 1.0
        with self._writing:
            self._failed += len(runs)
        self.store.fail_runs(self.comparison_id, [run.id for run in runs])

    def _epoch(self, turn: _Turn) -> bool:
        """Advance one pack to the end of an epoch; whether there is more to come."""
        began = time.perf_counter()
        if self.stopping():
            raise Stopped
        for event in turn.events:
            if self.stopping():
                raise Stopped
            match event:
                case Tick():
                    turn.share_done = max(turn.share_done, event.step / event.steps)
                    self._tell_progress()
                case EpochEnd():
                    turn.seconds += time.perf_counter() - began
                    self._keep_epoch(turn, event)
                    return True
                case PackEnd():
                    turn.share_done = 1.0
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
            with self._writing:
                self._last_progress = now
                self.store.add_progress(self.comparison_id, self._progress())

    def _keep_epoch(self, turn: _Turn, event: EpochEnd) -> None:
        if event.epoch <= turn.epochs_kept:
            return
        turn.epochs_kept = event.epoch
        entries = [
            EpochEntry(run.id, event.epoch, turn.seconds, member.validation.to_json(), member.traces)
            for run, member in zip(turn.runs, event.members, strict=True)
            if member is not None
        ]
        with self._writing:
            self.store.add_epochs(self.comparison_id, self._progress(), entries)

    def _keep_results(self, turn: _Turn, event: PackEnd) -> None:
        """Weights first: a run that the store calls finished has its weights."""
        for place, error in event.failures.items():
            self._fail(turn, [turn.runs[place]], error)
        pairs = [(turn.runs[place], member) for place, member in event.results.items()]
        for run, member in pairs:
            save_weights(self.weights_folder / f"{run.id}.safetensors", member.weights, run.spec)
        entries = [
            ResultEntry(run.id, m.best_epoch, m.validation.to_json(), m.test.to_json(), m.scores)
            for run, m in pairs
        ]
        self.store.add_results(self.comparison_id, entries)


def _too_large(what: str, error: OutOfMemory) -> SettingError:
    return SettingError(
        what,
        expected="something that fits into the device's memory",
        found=str(error).split(". ", maxsplit=1)[0],
        remedy="Make the batches smaller, or train on the CPU.",
    )


def _unexpected(turn: _Turn) -> SettingError:
    return SettingError(
        turn.runs[0].label,
        expected="a training to its end",
        found="an unexpected error",
        remedy="The server's log has the details.",
    )
