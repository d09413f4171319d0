from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairviz.reports.run import Epoch, Run
from fairviz.store.records import EpochEntry, EpochRecord, RunEntry
from fairviz.store.store import Store
from fairviz.ui.history import History
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
