from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairviz.data.prepare import PreparedData
from fairviz.evaluation.binary import evaluate
from fairviz.metrics import paired_auc_test
from fairviz.reports.evidence import Evidence, Unavailable
from fairviz.reports.evidence_book import EvidenceBook
from fairviz.store.records import Json, ResultEntry, RunEntry
from fairviz.store.store import Store
from fairviz.suppression import SUPPRESSED
from tests.fairviz.small import small_task

DATA = small_task()
RUNS = [("baseline", 0, 3), ("baseline", 1, 3), ("fairgrad", 0, 3), ("fairgrad", 1, 3), ("multifair", 0, 9)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    opened.add_dataset("d", "d", len(DATA.labels), 2)
    opened.add_task("t", "d", "t", {})
    yield opened
    opened.close()


@pytest.fixture
def comparison(store: Store) -> str:
    """Two configurations; the baseline has other training settings than MultiFair."""
    entries = [
        RunEntry(method, {"method": method, "seed": seed, "parameters": {}, "training": {"epochs": epochs}})
        for method, seed, epochs in RUNS
    ]
    made = store.add_comparison("t", entries, "nobody").id
    store.start(made)
    return made


def finish(store: Store, comparison: str, places: range, data: PreparedData = DATA) -> None:
    runs = store.runs(comparison)
    store.add_results(
        comparison,
        [ResultEntry(runs[at].id, 1, {}, report(at, data), scores(at)) for at in places],
    )


def scores(at: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(at).random((len(DATA.labels), 1), dtype=np.float32)


def report(at: int, data: PreparedData) -> Json:
    rows = data.split.test
    attributes = [replace(own, codes=own.codes[rows]) for own in data.attributes]
    found = evaluate(
        data.labels[rows], scores(at)[rows, 0], threshold=0.5, attributes=attributes, floor=False
    )
    return found.to_json()


class Counted:
    """Hands out the data of the one task and counts how often."""

    def __init__(self, data: PreparedData = DATA) -> None:
        self.data, self.times = data, 0

    def __call__(self, task_id: str) -> PreparedData:
        assert task_id == "t"
        self.times += 1
        return self.data


def test_configurations_are_compared_on_test_rows(store: Store, comparison: str) -> None:
    finish(store, comparison, range(5))
    found = EvidenceBook(store, Counted()).of(comparison, store.runs(comparison))
    assert list(found) == ["fairgrad", "multifair"]
    own = found["fairgrad"]
    assert isinstance(own, Evidence)
    test = DATA.split.test
    new, old = ([scores(at)[test, 0] for at in places] for places in ((2, 3), (0, 1)))
    assert own.auc == paired_auc_test(DATA.labels[test], new, old)
    assert list(own.attributes) == ["race", "sex"]
    assert found["multifair"] is Unavailable.NO_BASELINE


def test_what_is_known_is_not_worked_out_again(store: Store, comparison: str) -> None:
    prepared = Counted()
    book = EvidenceBook(store, prepared)
    assert book.of(comparison, store.runs(comparison)) == {}
    assert prepared.times == 0
    finish(store, comparison, range(3))
    first = book.of(comparison, store.runs(comparison))
    assert book.of(comparison, store.runs(comparison))["fairgrad"] is first["fairgrad"]
    assert prepared.times == 1


def test_a_further_seed_is_further_evidence(store: Store, comparison: str) -> None:
    book = EvidenceBook(store, Counted())
    finish(store, comparison, range(3))
    (before,) = book.of(comparison, store.runs(comparison)).values()
    finish(store, comparison, range(3, 4))
    (after,) = book.of(comparison, store.runs(comparison)).values()
    assert isinstance(before, Evidence)
    assert isinstance(after, Evidence)
    assert (before.seeds, after.seeds) == ((0,), (0, 1))


def test_several_classes_are_not_compared(store: Store, comparison: str) -> None:
    finish(store, comparison, range(4))
    classes = replace(DATA, classes=("a", "b", "c"))
    found = EvidenceBook(store, Counted(classes)).of(comparison, store.runs(comparison))
    assert found == {"fairgrad": Unavailable.SEVERAL_CLASSES}


def test_a_group_that_reports_withhold_takes_no_part(store: Store, comparison: str) -> None:
    """8 patients of one race among the test rows, in data that are not public."""
    race, sex = DATA.attributes
    few = np.full(len(race.codes), 1)
    few[DATA.split.test[:8]] = 0
    private = DATA.task.model_copy(update={"public": False})
    data = replace(DATA, task=private, attributes=(replace(race, codes=few), sex))
    finish(store, comparison, range(4), data)
    hidden = EvidenceBook(store, Counted(data)).of(comparison, store.runs(comparison))["fairgrad"]
    public = replace(data, task=data.task.model_copy(update={"public": True}))
    shown = EvidenceBook(store, Counted(public)).of(comparison, store.runs(comparison))["fairgrad"]
    assert isinstance(hidden, Evidence)
    assert isinstance(shown, Evidence)
    assert hidden.auc == shown.auc
    # The other group would tell of this one by subtraction.
    assert [group.auc.reason for group in hidden.attributes["race"].groups.values()] == [SUPPRESSED] * 2
    assert "suppressed" not in str(shown.attributes["race"].groups[race.values[0]].auc.reason)
    assert shown.attributes["race"].groups[race.values[1]].auc.reason is None
    assert set(hidden.attributes["race"].gaps.values()) == {None}
    told, known = hidden.attributes["sex"], shown.attributes["sex"]
    for name, group in told.groups.items():
        assert group.auc == known.groups[name].auc
        assert group.sensitivity is Unavailable.SUPPRESSED
    assert told.gaps["auc_gap"] == known.gaps["auc_gap"]
