"""Reports on patients with several rows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from fairviz.data.groups import Attribute
from fairviz.errors import MetricError
from fairviz.evaluation import FairnessReport, evaluate, evaluate_outcome
from fairviz.metrics.estimable import Grade
from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.macro import recovered_limits, row_deviations
from fairviz.metrics.measured import measure

RNG = np.random.default_rng(3)
ROWS = 300
LABELS = (RNG.random(ROWS) < 0.35).astype(np.int64)
CODES = RNG.integers(-1, 4, ROWS)
SCORES = 1 / (1 + np.exp(-np.round(RNG.normal(1.2 * LABELS), 2)))
CLASSES = RNG.integers(0, 3, ROWS)
SHARES = 0.85 * RNG.dirichlet((1, 1, 1), ROWS) + 0.15 * np.eye(3)[CLASSES]
ONCE = np.arange(ROWS)
COUNTS = ("n", "positives", "negatives", "rows_left_out")


def _race(codes: IntArray) -> Attribute:
    return Attribute("race", ("a", "b", "c", "d"), codes)


def _binary(rows: IntArray, patients: IntArray | None = None, **changes: Any) -> dict[str, Any]:
    race = _race(CODES[rows])
    return evaluate(
        LABELS[rows], SCORES[rows], threshold=0.5, attributes=[race], patients=patients, **changes
    ).to_json()


def _of_three(rows: IntArray, patients: IntArray | None = None) -> dict[str, Any]:
    return evaluate_outcome(
        CLASSES[rows],
        SHARES[rows],
        thresholds=[0.33] * 3,
        attributes=[_race(CODES[rows])],
        patients=patients,
    ).to_json()


def _numbers(report: Any, path: str = "") -> dict[str, Any]:
    """Everything a report says but how many rows there are, by where it stands."""
    if not isinstance(report, dict):
        return {path: report}
    found: dict[str, Any] = {}
    for name, own in report.items():
        if name not in (*COUNTS, "clusters", "people", "people_left_out"):
            found |= _numbers(own, f"{path}/{name}")
    return found


@pytest.mark.parametrize("evaluated", [_binary, _of_three])
def test_patients_with_a_row_each_change_nothing(evaluated: Any) -> None:
    assert evaluated(ONCE, np.random.default_rng(0).permutation(ROWS)) == evaluated(ONCE)


@pytest.mark.parametrize("evaluated", [_binary, _of_three])
def test_rows_told_twice_tell_nothing_new(evaluated: Any) -> None:
    """Every limit, floor and grade is that of the rows told once; without ids limits would close in."""
    twice = np.repeat(ONCE, 2)
    once, again = _numbers(evaluated(ONCE)), _numbers(evaluated(twice, twice))
    assert set(once) == set(again)
    for place, value in once.items():
        assert again[place] == (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value), place
    naive = _numbers(evaluated(twice))
    widths = [own["/auc_high"] - own["/auc_low"] for own in (naive, once)]
    assert widths[0] / widths[1] == pytest.approx(np.sqrt(0.5), rel=0.02)


def test_people_are_those_of_whom_rows_are_told_once() -> None:
    twice = np.repeat(ONCE, 2)
    once, again = _binary(ONCE), _binary(twice, twice)
    own, race = once["attributes"]["race"], again["attributes"]["race"]
    assert race["people_left_out"]["patients"] == own["rows_left_out"] == race["rows_left_out"] / 2
    for report, people in [
        (once, again["people"]),
        *((own["groups"][name], group["people"]) for name, group in race["groups"].items()),
    ]:
        assert [people[name] for name in ("patients", "positives", "negatives")] == [
            report[name] for name in COUNTS[:3]
        ]
        assert people["tp"] + people["fn"] == people["positives"]
        assert people["fp"] + people["tn"] == people["negatives"]
        assert people["tp"] / people["positives"] == pytest.approx(report["tpr"])


def test_people_are_of_every_class_and_can_be_read_again() -> None:
    report = _of_three(ONCE, ONCE // 3)
    for c in range(3):
        own = report["classes"][str(c)]["people"]
        assert own["patients"] == 100
        assert own["positives"] == len(np.unique(ONCE[np.equal(CLASSES, c)] // 3))
    assert FairnessReport.from_json(report).to_json() == report


def test_without_ids_there_are_no_people() -> None:
    assert "people" not in json.dumps([_binary(ONCE), _of_three(ONCE), _binary(ONCE, ONCE)])


def test_a_patient_who_is_told_once_counts_beside_one_who_is_told_ten_times() -> None:
    rows = np.concatenate([ONCE, np.repeat(0, 9)])
    report = _binary(rows, rows)
    assert report["clusters"] == ROWS
    assert report["n"] == ROWS + 9


def test_numbers_stay_those_of_rows() -> None:
    patients = ONCE // 3
    with_ids, without = _binary(ONCE, patients), _binary(ONCE)
    for name in ("auc", "tpr", "accuracy", "brier", "calibration_error", *COUNTS[:3]):
        assert with_ids[name] == without[name]
    assert with_ids["clusters"] == 100
    assert "clusters" not in without
    assert _of_three(ONCE, patients)["classes"]["0"]["clusters"] == 100


@pytest.mark.parametrize(
    ("patients", "expected"),
    [(4, Grade.NONE), (9, Grade.INTERVAL), (19, Grade.IMPRECISE), (20, Grade.NORMAL)],
)
def test_grades_count_patients(patients: int, expected: Grade) -> None:
    """Ten positive rows of each of few patients, beside two hundred others."""
    ids = np.concatenate([np.repeat(np.arange(patients), 10), 1000 + np.arange(200)])
    labels = (ids < 1000).astype(np.int64)
    scores = np.random.default_rng(0).random(len(ids))
    group = Attribute("race", ("a",), np.zeros_like(ids))
    report = evaluate(labels, scores, threshold=0.5, attributes=[group], patients=ids)
    found = report.attributes["race"].groups["a"]
    assert {found.grade[name] for name in ("auc", "tpr", "sensitivity")} == {expected}
    assert found.grade["fpr"] == Grade.NORMAL
    assert found.positives == 10 * patients
    assert np.isnan(found.auc) == (patients < 10)
    assert np.isnan(found.auc_low) == (patients < 5)
    if patients < 5:
        assert "too few positives (4 among 204 patients" in found.reason["auc"]


def _covered(rng: np.random.Generator) -> FloatArray:
    """Whether the AUC's and the TPR's intervals hold the truth: counting patients, then rows, [2, 2]."""
    ids = np.repeat(np.arange(50), 6)
    labels = (ids % 2 == 0).astype(np.int64)
    logits = 1.2 * (labels - 0.5) + 0.8 * rng.standard_normal(50)[ids] + 0.6 * rng.standard_normal(300)
    reports = [
        evaluate(labels, 1 / (1 + np.exp(-logits)), threshold=0.5, attributes=[], patients=who)
        for who in (ids, None)
    ]
    auc, tpr = 0.80193, 0.72575  # Phi(1.2 / sqrt 2) and Phi(0.6)
    return np.array(
        [(own.auc_low <= auc <= own.auc_high, own.tpr_low <= tpr <= own.tpr_high) for own in reports],
        dtype=np.float64,
    )


def test_intervals_hold_the_truth_where_patients_are_counted_and_not_where_rows_are() -> None:
    rng = np.random.default_rng(0)
    by_patients, by_rows = np.mean([_covered(rng) for _ in range(400)], axis=0)
    assert (by_patients > 0.925).all()
    assert (by_patients < 0.985).all()
    assert (by_rows < 0.8).all()


def test_classes_move_together_as_patients_do() -> None:
    patients, everyone = ONCE // 3, [Groups(np.zeros_like(CODES), 1)]
    report = _of_three(ONCE, patients)
    sums, columns = [], []
    for c in range(3):
        labels, scores = np.equal(CLASSES, c).astype(np.int64), SHARES[:, c]
        (own,) = measure(labels, scores, 0.33, everyone, patients=patients)
        rows = row_deviations(labels, (scores >= 0.33).astype(np.int64), own)["auc"]
        sums.append(rows.reshape(100, 3).sum(axis=1))
        columns.append([own.columns[name] for name in ("auc", "auc_low", "auc_high")])
    products = np.array(sums) @ np.array(sums).T
    between = products / np.sqrt(np.outer(np.diag(products), np.diag(products)))
    auc, low, high = np.moveaxis(np.array(columns), 1, 0)
    expected = [float(limit[0]) for limit in recovered_limits(auc, low, high, between)]
    assert [report["auc_low"], report["auc_high"]] == pytest.approx(expected)


def test_every_row_has_a_patient() -> None:
    with pytest.raises(MetricError, match="patients"):
        _binary(ONCE, ONCE[:-1])
