"""Finished runs at other thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fairviz.data.prepare import PreparedData, prepare
from fairviz.evaluation.thresholds import ThresholdRule
from fairviz.metrics.inputs import IntArray
from fairviz.reports.redecided import Redecided
from fairviz.store.records import Json, ResultEntry, RunEntry
from fairviz.store.store import Store
from fairviz.training.scoring import report
from tests.fairviz.small import small_spec, small_table

DATA = prepare(small_table(rows=3_000), small_spec())
PRIVATE = replace(DATA, task=DATA.task.model_copy(update={"public": False}))
RULES = [ThresholdRule.parse(text) for text in ("youden", "sensitivity=0.9", "0.5")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    opened.add_dataset("d", "d", len(DATA.labels), 2)
    opened.add_task("t", "d", "t", {})
    yield opened
    opened.close()


def scores() -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    return (0.4 * DATA.labels + 0.6 * rng.random(len(DATA.labels))).astype(np.float32)[:, np.newaxis]


def finished(store: Store, decisions: bool = False) -> str:
    """A comparison of one run that is finished, and one that is not."""
    entry = {"method": "baseline", "parameters": {}, "training": {}}
    made = store.add_comparison("t", [RunEntry("b", entry | {"seed": seed}) for seed in (0, 1)], "nobody").id
    store.start(made)
    decided = (scores()[:, 0] > 0.3).astype(np.int64) if decisions else None
    validation, test = (
        report(DATA, rows, scores()[rows], None if decided is None else decided[rows], floor=False)
        for rows in (DATA.split.validation, DATA.split.test)
    )
    first = store.runs(made)[0].id
    store.add_results(made, [ResultEntry(first, 1, validation.to_json(), test.to_json(), scores())])
    return made


def reported(store: Store, rule: ThresholdRule, data: PreparedData = DATA) -> Json:
    found = Redecided(store, lambda _: data).runs(finished(store), rule)[0].test
    assert found is not None
    return found


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_threshold_is_chosen_on_validation_rows_and_reported_on_test_rows(
    store: Store, rule: ThresholdRule
) -> None:
    found = reported(store, rule)
    rows, test = DATA.split.validation, DATA.split.test
    own = scores()[:, 0].astype(np.float64)
    chosen = rule.choose(DATA.labels[rows], own[rows], float("nan"))
    assert found["threshold"] == chosen
    positives = test[DATA.labels[test] == 1]
    assert found["sensitivity"] == pytest.approx((own[positives] >= chosen).mean())


def test_what_rests_on_no_threshold_stays(store: Store) -> None:
    made = finished(store)
    book = Redecided(store, lambda _: DATA)
    (before, _), (after, _) = store.runs(made), book.runs(made, RULES[0])
    assert before.test is not None
    assert after.test is not None
    assert before.test["sensitivity"] != after.test["sensitivity"]
    for metric in ("auc", "auc_low", "brier", "n", "positives"):
        assert before.test[metric] == after.test[metric]


def test_the_usual_rule_needs_no_data(store: Store) -> None:
    made = finished(store)

    def gone(_: str) -> PreparedData:
        raise AssertionError("nothing is to be worked out")

    assert Redecided(store, gone).runs(made, ThresholdRule()) == store.runs(made)


def test_a_method_that_decides_by_itself_keeps_its_decisions(store: Store) -> None:
    made = finished(store, decisions=True)
    assert Redecided(store, lambda _: DATA).runs(made, RULES[2]) == store.runs(made)


def test_a_run_in_training_is_left_as_it_is(store: Store) -> None:
    made = finished(store)
    assert Redecided(store, lambda _: DATA).runs(made, RULES[0])[1] == store.runs(made)[1]


def test_thresholds_of_private_data_are_far_enough_apart(store: Store) -> None:
    """Decisions on the groups that are told differ in no or at least 11 patients of an outcome."""
    rules = [ThresholdRule.parse(f"{number / 20}") for number in range(21)]
    made = finished(store)
    kept_back, free = Redecided(store, lambda _: PRIVATE), Redecided(store, lambda _: DATA)
    private, public = ([threshold(book, made, rule) for rule in rules] for book in (kept_back, free))
    assert 2 < len(set(private)) < len(set(public))
    own = scores()[:, 0].astype(np.float64)
    for rows in (DATA.split.validation, DATA.split.test):
        decided = own[rows] >= np.array(private)[:, np.newaxis]
        for attribute in DATA.attributes:
            for group in range(len(attribute.values)):
                for label in (0, 1):
                    members = (attribute.codes[rows] == group) & (DATA.labels[rows] == label)
                    counts = decided[:, members].sum(axis=1)
                    apart = np.abs(counts[:, np.newaxis] - counts)
                    assert ((apart == 0) | (apart >= 11)).all()


def three_rows_each() -> IntArray:
    """Patients of rows that are of the same part of the split, groups and outcome."""
    part = np.zeros_like(DATA.labels)
    part[DATA.split.validation], part[DATA.split.test] = 1, 2
    kinds = np.column_stack([part, DATA.labels, *(own.codes for own in DATA.attributes)])
    _, kind = np.unique(kinds, axis=0, return_inverse=True)
    patients = np.empty_like(kind)
    for code in np.unique(kind):
        rows = np.flatnonzero(kind == code)
        patients[rows] = rows[np.arange(len(rows)) // 3]
    return patients


def fewest_apart(thresholds: set[float], patients: IntArray) -> int:
    """The fewest patients of a group and outcome, if any, decided otherwise at two thresholds."""
    own, passed = scores()[:, 0].astype(np.float64), []
    for rows, attribute in product((DATA.split.validation, DATA.split.test), DATA.attributes):
        cells = 2 * attribute.codes[rows] + DATA.labels[rows]
        for low, high in combinations(sorted(thresholds), 2):
            between = (own[rows] >= low) & (own[rows] < high)
            passed += [len(np.unique(patients[rows][between & (cells == cell)])) for cell in np.unique(cells)]
    return min(count for count in passed if count)


def test_thresholds_of_private_data_count_patients(store: Store) -> None:
    rules = [ThresholdRule.parse(f"{number / 20}") for number in range(21)]
    made, patients = finished(store), three_rows_each()
    by_row, by_patient = (
        {threshold(book, made, rule) for rule in rules}
        for book in (
            Redecided(store, lambda _: PRIVATE),
            Redecided(store, lambda _: replace(PRIVATE, patients=patients)),
        )
    )
    assert len(by_patient) > 1
    assert fewest_apart(by_patient, patients) >= 11
    assert fewest_apart(by_row, patients) < 11


def threshold(book: Redecided, comparison: str, rule: ThresholdRule) -> float:
    test = book.runs(comparison, rule)[0].test
    assert test is not None
    return float(test["threshold"])


def test_it_is_worked_out_once(store: Store) -> None:
    made, asked = finished(store), []

    def prepared(task_id: str) -> PreparedData:
        asked.append(task_id)
        return DATA

    book = Redecided(store, prepared)
    assert book.runs(made, RULES[0]) == book.runs(made, RULES[0])
    assert asked == ["t"]
