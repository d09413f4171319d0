from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairviz.store.records import EpochEntry, EpochRecord, RunEntry
from fairviz.store.store import Store
from fairviz.ui.history import History

EPOCHS = [(1, 1), (0, 1), (1, 2), (1, 3), (0, 2)]


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
    entry = EpochEntry(run_id, epoch, 1.0, {"auc": epoch / 10}, {"loss": np.zeros(1, dtype=np.float32)})
    store.add_epochs(comparison, 0.1, [entry])
    return store.comparison(comparison).revision


def test_it_shows_what_the_store_holds_however_packs_advance(store: Store, comparison: str) -> None:
    history = History(store, comparison)
    ids = [run.id for run in store.runs(comparison)]
    for place, epoch in EPOCHS:
        revision = advance(store, comparison, ids[place], epoch)
        assert history.at(revision) == (store.runs(comparison), store.epochs(comparison))


def test_every_epoch_is_read_once(store: Store, comparison: str, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History(store, comparison)
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
    history = History(store, comparison)
    run_id = store.runs(comparison)[0].id
    _, before = history.at(advance(store, comparison, run_id, 1))
    _, after = history.at(advance(store, comparison, run_id, 2))
    assert before[0] is after[0]
    assert len(before) == 1, "what somebody holds does not change under them"


def test_an_older_revision_is_answered_with_what_is_known(store: Store, comparison: str) -> None:
    history = History(store, comparison)
    run_id = store.runs(comparison)[0].id
    revision = advance(store, comparison, run_id, 1)
    assert history.at(revision) == history.at(revision - 1)
