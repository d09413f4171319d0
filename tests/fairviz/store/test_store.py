"""The store: what is written together is seen together, and revisions tell pages when to look again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from fairviz.errors import NotFoundError
from fairviz.store.records import ComparisonRecord, EpochEntry, ResultEntry, RunEntry, State
from fairviz.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'fairviz.db'}")
    yield opened
    opened.close()


def add_comparison(store: Store, runs: int = 2) -> ComparisonRecord:
    store.add_dataset("d" * 64, "patients", 100, 7)
    store.add_task("t1", "d" * 64, "Patients", {"outcome": "died"})
    entries = [RunEntry("Baseline", {"method": "baseline", "seed": seed}) for seed in range(runs)]
    return store.add_comparison("t1", entries, owner="me")


def epoch(run_id: int, number: int) -> EpochEntry:
    traces = {"loss": np.full(3, number, dtype=np.float32)}
    return EpochEntry(run_id, number, 1.5 * number, {"auc": 0.7 + number / 100}, traces)


def test_the_same_content_twice_is_one_dataset_under_its_newest_name(store: Store) -> None:
    store.add_dataset("d" * 64, "old", 100, 7)
    store.add_dataset("d" * 64, "new", 100, 7)
    assert [dataset.name for dataset in store.datasets()] == ["new"]


def test_a_task_survives(store: Store) -> None:
    add_comparison(store)
    assert store.task("t1").spec == {"outcome": "died"}
    assert [task.id for task in store.tasks()] == ["t1"]


def test_a_comparison_starts_queued_with_its_runs_in_order(store: Store) -> None:
    comparison = add_comparison(store)
    assert comparison.state is State.QUEUED
    runs = store.runs(comparison.id)
    assert [(run.position, run.spec["seed"], run.state) for run in runs] == [
        (0, 0, State.QUEUED),
        (1, 1, State.QUEUED),
    ]


def test_configurations_are_listed_once_in_their_order(store: Store) -> None:
    add_comparison(store)
    labels = ["FairGrad", "Baseline", "FairGrad"]
    entries = [RunEntry(label, {"seed": seed}) for seed, label in enumerate(labels)]
    comparison = store.add_comparison("t1", entries, owner="me")
    assert store.labels(comparison.id) == ["FairGrad", "Baseline"]


def test_an_epoch_becomes_visible_whole(store: Store) -> None:
    comparison = add_comparison(store)
    first, second = store.runs(comparison.id)
    store.start(comparison.id)
    before = store.comparison(comparison.id).revision
    store.add_epochs(comparison.id, 0.5, [epoch(first.id, 1), epoch(second.id, 1)])
    after = store.comparison(comparison.id)
    assert after.revision == before + 1
    assert after.progress == 0.5
    assert [(e.run_id, e.epoch, e.validation["auc"]) for e in store.epochs(comparison.id)] == [
        (first.id, 1, 0.71),
        (second.id, 1, 0.71),
    ]
    assert store.run(first.id).seconds == 1.5


def test_a_failed_write_leaves_nothing_behind(store: Store) -> None:
    comparison = add_comparison(store)
    first, second = store.runs(comparison.id)
    store.add_epochs(comparison.id, 0.5, [epoch(first.id, 1)])
    revision = store.comparison(comparison.id).revision
    with pytest.raises(IntegrityError):
        store.add_epochs(comparison.id, 0.9, [epoch(second.id, 1), epoch(first.id, 1)])
    assert [e.run_id for e in store.epochs(comparison.id)] == [first.id]
    unchanged = store.comparison(comparison.id)
    assert (unchanged.revision, unchanged.progress) == (revision, 0.5)


def test_traces_join_epochs(store: Store) -> None:
    comparison = add_comparison(store)
    run, other = store.runs(comparison.id)
    for number in (1, 2):
        store.add_epochs(comparison.id, 0.1, [epoch(run.id, number)])
    np.testing.assert_array_equal(store.traces(run.id)["loss"], [1, 1, 1, 2, 2, 2])
    np.testing.assert_array_equal(store.traces(run.id, after=1)["loss"], [2, 2, 2])
    np.testing.assert_array_equal(store.traces(run.id, until=1)["loss"], [1, 1, 1])
    assert store.traces(run.id, after=1, until=1) == {}
    assert store.traces(other.id) == {}


def test_finished_runs_keep_reports_and_scores(store: Store) -> None:
    comparison = add_comparison(store)
    run, other = store.runs(comparison.id)
    scores = np.linspace(0, 1, 5, dtype=np.float32)
    store.add_results(comparison.id, [ResultEntry(run.id, 4, {"auc": 0.8}, {"auc": 0.79}, scores)])
    kept = store.run(run.id)
    assert (kept.state, kept.best_epoch, kept.test) == (State.FINISHED, 4, {"auc": 0.79})
    np.testing.assert_array_equal(store.scores(run.id), scores)
    with pytest.raises(NotFoundError, match="finished run: expected the id"):
        store.scores(other.id)


def test_the_end_spares_finished_runs(store: Store) -> None:
    comparison = add_comparison(store)
    run, other = store.runs(comparison.id)
    store.start(comparison.id)
    store.add_results(comparison.id, [ResultEntry(run.id, 1, {}, {}, np.zeros(1, dtype=np.float32))])
    store.end(comparison.id, State.INTERRUPTED)
    assert store.run(run.id).state is State.FINISHED
    assert store.run(other.id).state is State.INTERRUPTED
    assert store.comparison(comparison.id).state is State.INTERRUPTED
    assert store.active_owners() == set()


def test_progress_alone_is_not_worth_drawing_again(store: Store) -> None:
    comparison = add_comparison(store)
    store.add_progress(comparison.id, 0.25)
    seen = store.comparison(comparison.id)
    assert (seen.progress, seen.revision) == (0.25, comparison.revision)


@pytest.mark.parametrize("kind", ["dataset", "task", "comparison", "run"])
def test_what_is_not_there_is_named(store: Store, kind: str) -> None:
    key = 99 if kind == "run" else "none"
    with pytest.raises(NotFoundError, match=f"{kind}: expected the id of a {kind} .* found {key!r}"):
        getattr(store, kind)(key)


def test_a_comparison_needs_its_task(store: Store) -> None:
    with pytest.raises(IntegrityError):
        store.add_comparison("missing", [], owner="me")


def test_only_what_came_since_can_be_asked_for(store: Store) -> None:
    comparison = add_comparison(store)
    first, second = store.runs(comparison.id)
    for number in (1, 2, 3):
        store.add_epochs(comparison.id, 0.5, [epoch(first.id, number), epoch(second.id, number)])
    found = store.epochs(comparison.id, of_runs={second.id}, after=1)
    assert [(record.run_id, record.epoch) for record in found] == [(second.id, 2), (second.id, 3)]
    assert store.epochs(comparison.id, of_runs=()) == []
