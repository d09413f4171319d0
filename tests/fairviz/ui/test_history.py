from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairviz.reports.run import Epoch, Run
from fairviz.store.records import EpochEntry, EpochRecord, RunEntry, RunRecord, State
from fairviz.store.store import Store
from fairviz.ui.history import MOST_KEPT, History
from tests.fairviz.ui.made import report_json

EPOCHS = [(1, 1), (0, 1), (1, 2), (1, 3), (0, 2)]


@dataclass(frozen=True)
class Told:
    """All that a store has."""

    store: Store

    def runs(self, comparison_id: str) -> list[Run]:
        return [Run.told(run, public=True) for run in self.store.runs(comparison_id)]

    def epochs(
        self, comparison_id: str, *, of_runs: Collection[int] | None = None, after: int = 0
    ) -> list[Epoch]:
        found = self.store.epochs(comparison_id, of_runs=of_runs, after=after)
        return [Epoch.told(epoch, public=True) for epoch in found]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'fairviz.db'}")
    opened.add_dataset("d" * 64, "patients", 100, 7)
    opened.add_task("t", "d" * 64, "Patients", {"outcome": "died"})
    yield opened
    opened.close()


@pytest.fixture
def comparison(store: Store) -> str:
    entries = [RunEntry("Baseline", {"method": "baseline", "seed": seed}) for seed in range(2)]
    return store.add_comparison("t", entries, owner="me").id


def advance(store: Store, comparison: str, run_id: int, epoch: int) -> int:
    entry = EpochEntry(
        run_id, epoch, 1.0, report_json(auc=epoch / 10), {"loss": np.zeros(1, dtype=np.float32)}
    )
    store.add_epochs(comparison, 0.1, [entry])
    return store.comparison(comparison).revision


def test_it_shows_what_the_store_holds_however_packs_advance(store: Store, comparison: str) -> None:
    told = Told(store)
    history = History(told, comparison)
    ids = [run.id for run in store.runs(comparison)]
    for place, epoch in EPOCHS:
        revision = advance(store, comparison, ids[place], epoch)
        assert history.at(revision) == (told.runs(comparison), told.epochs(comparison))


def test_every_epoch_is_read_once(store: Store, comparison: str, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History(Told(store), comparison)
    read: list[tuple[int, int]] = []
    original = store.epochs

    def counted(*args: Any, **kwargs: Any) -> list[EpochRecord]:
        found = original(*args, **kwargs)
        read.extend((epoch.run_id, epoch.epoch) for epoch in found)
        return found

    monkeypatch.setattr(store, "epochs", counted)
    ids = [run.id for run in store.runs(comparison)]
    for place, epoch in EPOCHS:
        revision = advance(store, comparison, ids[place], epoch)
        history.at(revision)
        history.at(revision)
    assert sorted(read) == sorted((ids[place], epoch) for place, epoch in EPOCHS)


def test_records_are_shared_between_revisions(store: Store, comparison: str) -> None:
    history = History(Told(store), comparison)
    run_id = store.runs(comparison)[0].id
    _, before = history.at(advance(store, comparison, run_id, 1))
    _, after = history.at(advance(store, comparison, run_id, 2))
    assert before[0] is after[0]
    assert len(before) == 1, "what somebody holds does not change under them"


def test_an_older_revision_is_answered_with_what_is_known(store: Store, comparison: str) -> None:
    history = History(Told(store), comparison)
    run_id = store.runs(comparison)[0].id
    revision = advance(store, comparison, run_id, 1)
    assert history.at(revision) == history.at(revision - 1)


def long_run(epochs: int, best: int | None = None) -> tuple[list[Run], list[Epoch]]:
    """One run of so many epochs, finished if validation chose one."""
    record = RunRecord(
        id=1, comparison_id="c", position=0, label="Baseline", spec={}, seconds=1.0, epoch=epochs,
        state=State.RUNNING if best is None else State.FINISHED, best_epoch=best,
        validation=None if best is None else report_json(auc=best / 10_000), test=None,
    )  # fmt: skip
    told = [
        Epoch.told(EpochRecord(1, epoch, report_json(auc=epoch / 10_000)), public=True)
        for epoch in range(1, epochs + 1)
    ]
    return [Run.told(record, public=True)], told


@dataclass
class Growing:
    """A run that gets longer."""

    told: tuple[list[Run], list[Epoch]]

    def runs(self, comparison_id: str) -> list[Run]:
        assert comparison_id == "c"
        return self.told[0]

    def epochs(
        self, comparison_id: str, *, of_runs: Collection[int] | None = None, after: int = 0
    ) -> list[Epoch]:
        assert comparison_id == "c"
        return [epoch for epoch in self.told[1] if epoch.run_id in (of_runs or ()) and epoch.epoch > after]


@pytest.mark.parametrize("step", [1, 37])
def test_of_a_long_run_some_epochs_are_kept_evenly_with_the_last(step: int) -> None:
    runs, epochs = long_run(700)
    source = Growing((runs, []))
    history = History(source, "c")
    for last in range(step, 700, step):
        source.told = [replace(runs[0], epoch=last)], epochs[:last]
        _, kept = history.at(last)
        numbers = [epoch.epoch for epoch in kept]
        assert (numbers[0], numbers[-1]) == (1, last)
        assert min(last, MOST_KEPT // 2) <= len(numbers) <= MOST_KEPT
        gaps = set(np.diff(numbers[:-1]).tolist())
        assert len(gaps) <= 1, "evenly, but for the last"
        assert all(epoch.validation.auc == epoch.epoch / 10_000 for epoch in kept)


def test_the_chosen_epoch_of_a_long_run_is_shown() -> None:
    history = History(Growing(long_run(700, best=366)), "c")
    _, kept = history.at(1)
    numbers = [epoch.epoch for epoch in kept]
    assert numbers == sorted(set(numbers))
    assert {1, 366, 700} <= set(numbers)
    assert kept[numbers.index(366)].validation.auc == 366 / 10_000
