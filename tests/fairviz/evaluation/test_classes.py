"""Outcomes with more than two values: each class against the rest, and the mean over the classes."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from fairviz.data.groups import Attribute
from fairviz.data.load import read_table
from fairviz.data.prepare import prepare
from fairviz.data.suggest import suggest_task
from fairviz.errors import MetricError
from fairviz.evaluation import PARTS, AttributeReport, FairnessReport, Performance, evaluate, evaluate_outcome
from fairviz.metrics.inputs import IntArray
from tests.fairviz.metrics.cases import checked, make_case
from tests.fairviz.metrics.classes import ClassCase, class_case, class_shares

NAMES = ("cancer", "coma", "heart", "lung")
SHARES = (0.4, 0.3, 0.2, 0.1)
LARGE = class_case(0, 2000, SHARES, groups=(0.5, 0.3, 0.2))


def attribute(codes: IntArray, name: str = "race", count: int = 3) -> Attribute:
    return Attribute(name, tuple(f"{name} {g}" for g in range(count)), codes)


def report_on(case: ClassCase, *, floor: bool = False, **changes: Any) -> FairnessReport:
    given_here: dict[str, Any] = {
        "thresholds": case.thresholds,
        "attributes": [attribute(case.groups)],
        "classes": NAMES[: case.scores.shape[1]],
    }
    return evaluate_outcome(case.labels, case.scores, floor=floor, **(given_here | changes))


@pytest.fixture(scope="module")
def report() -> FairnessReport:
    return report_on(LARGE, floor=True)


def ovr(labels: IntArray, scores: Any) -> float:
    return float(
        sklearn.metrics.roc_auc_score(
            labels, scores, multi_class="ovr", average="macro", labels=range(scores.shape[1])
        )
    )


@pytest.mark.parametrize("seed", range(5))
def test_auc_is_scikit_learns_macro_one_against_the_rest_also_inside_groups(seed: int) -> None:
    case = class_case(seed, 1200, SHARES[: 3 + seed % 2] if seed % 2 else (0.5, 0.3, 0.2), groups=(0.6, 0.4))
    found = report_on(case, attributes=[attribute(case.groups, count=2)])
    assert found.auc == pytest.approx(ovr(case.labels, case.scores))
    for code, group in enumerate(found.attributes["race"].groups.values()):
        own = case.groups == code
        assert group.auc == pytest.approx(ovr(case.labels[own], case.scores[own]))


def test_every_class_is_reported_as_if_it_were_the_only_question(report: FairnessReport) -> None:
    assert tuple(report.classes) == NAMES
    for code, own in enumerate(report.classes.values()):
        alone = evaluate(
            LARGE.labels == code,
            LARGE.scores[:, code],
            threshold=LARGE.thresholds[code],
            attributes=[attribute(LARGE.groups)],
        )
        assert own == alone


def test_every_number_is_the_mean_over_the_classes(report: FairnessReport) -> None:
    classes = list(report.classes.values())
    pairs: list[tuple[Any, list[Any]]] = [
        (report, list(classes)),
        (report.attributes["race"], [own.attributes["race"] for own in classes]),
    ]
    pairs += [
        (group, [own.attributes["race"].groups[name] for own in classes])
        for name, group in report.attributes["race"].groups.items()
    ]
    for mean, single in pairs:
        names = [f.name for f in fields(mean) if f.type == "float" and not f.name.endswith(("_low", "_high"))]
        for name in set(names) - {"threshold"}:
            assert getattr(mean, name) == pytest.approx(np.mean([getattr(own, name) for own in single]))


def test_intervals_hold_the_mean_and_are_narrower_than_the_mean_interval(report: FairnessReport) -> None:
    for mean, single in (
        (report, list(report.classes.values())),
        (
            report.attributes["race"].groups["race 2"],
            [own.attributes["race"].groups["race 2"] for own in report.classes.values()],
        ),
    ):
        for name in ("auc", "tpr", "fpr", "ppv", "selection_rate"):
            low, high = getattr(mean, f"{name}_low"), getattr(mean, f"{name}_high")
            assert low < getattr(mean, name) < high
            widths = [getattr(own, f"{name}_high") - getattr(own, f"{name}_low") for own in single]
            assert high - low < np.mean(widths)


def test_counts_are_those_of_the_rarest_class(report: FairnessReport) -> None:
    rows = np.bincount(LARGE.labels)
    assert (report.n, report.positives, report.negatives) == (2000, rows.min(), 2000 - rows.min())
    group = report.attributes["race"].groups["race 1"]
    own = np.bincount(LARGE.labels[LARGE.groups == 1])
    assert (group.n, group.positives, group.negatives) == (own.sum(), own.min(), own.sum() - own.min())


def test_each_class_has_a_threshold_and_the_mean_has_none(report: FairnessReport) -> None:
    assert math.isnan(report.threshold)
    assert report.reason == {"threshold": "each class has its own"}
    assert [own.threshold for own in report.classes.values()] == LARGE.thresholds


def test_two_values_are_reported_as_before() -> None:
    case = make_case(3, rows=600, groups=3, decimals=3, prevalence=0.3)
    race = [attribute(case.groups)]
    found = evaluate_outcome(case.labels, case.scores[:, None], thresholds=[0.4], attributes=race)
    assert found == evaluate(case.labels, case.scores, threshold=0.4, attributes=race)
    assert found.classes == {}
    assert "classes" not in found.to_json()


@checked
@given(st.permutations(range(4)))
def test_the_order_of_the_classes_changes_nothing(order: list[int]) -> None:
    case = class_case(4, 500, SHARES, groups=(0.5, 0.3, 0.2), decimals=2)
    place = np.argsort(order)
    shuffled = replace(case, labels=place[case.labels], scores=case.scores[:, order])
    names = tuple(NAMES[code] for code in order)
    one, other = report_on(case).to_json(), report_on(shuffled, classes=names).to_json()
    assert set(one["classes"]) == set(other["classes"])
    for record in (one, other):
        record["classes"] = dict(sorted(record["classes"].items()))
        # The first class that lacks a number is named; which one that is does depend on the order.
        record["reasons"] = _without_reasons(record)
    assert _numbers(one) == pytest.approx(_numbers(other), nan_ok=True)
    assert one["reasons"] == other["reasons"]


def _without_reasons(record: dict[str, Any]) -> list[str]:
    groups = record["attributes"]["race"]["groups"].items()
    found = {f"{name} {metric}" for name, group in groups for metric in group.get("reason", {})}
    return sorted(found | set(record["attributes"]["race"].get("reason", {})))


def _numbers(record: Any) -> list[float]:
    """All numbers of nested records, in the order of their names."""
    if isinstance(record, dict):
        return [number for name in sorted(record) for number in _numbers(record[name])]
    if isinstance(record, list | str):
        return []
    return [math.nan if record is None else float(record)]


def test_floors_hold_what_equal_groups_show() -> None:
    """Groups drawn at random are equal: a gap is below its 95th percentile 19 times in 20."""
    exceeded: dict[str, list[bool]] = {}
    shown: dict[str, list[float]] = {}
    expected: dict[str, list[float]] = {}
    for seed in range(60):
        case = class_case(seed, 1500, (0.4, 0.35, 0.25), groups=(0.6, 0.25, 0.15))
        found = report_on(case, floor=True).attributes["race"]
        for gap, floor in found.floors.items():
            exceeded.setdefault(gap, []).append(getattr(found, gap) > floor.percentile_95)
            shown.setdefault(gap, []).append(getattr(found, gap))
            expected.setdefault(gap, []).append(floor.expected)
    assert len(exceeded) == 5
    assert all(sum(times) <= 8 for times in exceeded.values()), exceeded
    for gap, gaps in shown.items():
        assert np.mean(expected[gap]) == pytest.approx(np.mean(gaps), rel=0.1)


def test_a_floor_knows_that_classes_even_out(report: FairnessReport) -> None:
    """Chance does not make the gap of every class large at once."""
    for gap, floor in report.attributes["race"].floors.items():
        single = [own.attributes["race"].floors[gap] for own in report.classes.values()]
        assert floor.expected == pytest.approx(np.mean([own.expected for own in single]), rel=0.03)
        assert floor.expected < floor.percentile_95 < np.mean([own.percentile_95 for own in single])


def test_groups_that_take_turns_in_being_worse_off_are_not_equal() -> None:
    case = class_case(5, 3000, (0.34, 0.33, 0.33), groups=(0.5, 0.5), skill=2.0)
    # In group 0 the scores of class 0 say nothing, in group 1 those of class 1.
    noise = np.random.default_rng(6).random(3000)
    scores = case.scores.copy()
    for code in (0, 1):
        scores[:, code] = np.where(case.groups == code, noise, scores[:, code])
    found = report_on(replace(case, scores=scores), attributes=[attribute(case.groups, count=2)])
    race = found.attributes["race"]
    first, second = (group.auc for group in race.groups.values())
    assert abs(first - second) < 0.02
    assert race.auc_gap > 0.2


def test_what_a_class_lacks_is_undefined_and_the_class_is_named() -> None:
    case = class_case(7, 900, SHARES, groups=(0.5, 0.45, 0.05))
    labels = np.where((case.groups == 1) & (case.labels == 3), 0, case.labels)
    found = report_on(replace(case, labels=labels), floor=True).attributes["race"]
    assert found.groups["race 1"].reason["auc"] == (
        f'not estimable for class "lung": no positives among {(case.groups == 1).sum()} patients'
    )
    assert math.isnan(found.groups["race 1"].auc)
    assert found.groups["race 1"].grade["auc"] == "none"
    assert math.isfinite(found.groups["race 1"].fpr), "negatives are many in every class"
    assert math.isnan(found.auc_gap)
    assert found.reason["auc_gap"] == (
        'not estimable for class "lung": groups with at least 10 positives and negatives: 1 of 3'
    )
    assert math.isnan(found.floors["auc_gap"].percentile_95)
    assert found.groups_used["auc_gap"] == 1
    assert found.groups_used["demographic_parity_difference"] == 3


@checked
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 120), decimals=st.integers(1, 6))
def test_undefined_if_and_only_if_there_is_a_reason(seed: int, rows: int, decimals: int) -> None:
    case = class_case(seed, rows, (0.6, 0.3, 0.1), groups=(0.6, 0.3, 0.1), decimals=decimals)
    found = report_on(case, attributes=[attribute(case.groups - 1, count=2), attribute(case.groups, "sex")])
    parts: list[Performance | AttributeReport] = [found]
    for own in found.attributes.values():
        parts += [own, *own.groups.values()]
    for part in parts:
        numbers = {f.name: getattr(part, f.name) for f in fields(part) if f.type == "float"}
        undefined = {name for name, value in numbers.items() if math.isnan(value)}
        assert {n for n in undefined if not n.endswith(("_low", "_high"))} == set(part.reason)
        assert {n.rsplit("_", 1)[0] for n in undefined if n.endswith(("_low", "_high"))} <= set(part.reason)


def test_json_is_plain_and_nested(report: FairnessReport) -> None:
    record = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert list(record["classes"]) == list(NAMES)
    assert record["classes"]["coma"] == report.classes["coma"].to_json()
    assert record["threshold"] is None
    assert record["reason"]["threshold"] == "each class has its own"
    race = record["attributes"]["race"]
    assert set(race["groups_used"]) == set(PARTS)
    assert race["auc_gap_floor_95"] == report.attributes["race"].floors["auc_gap"].percentile_95


@pytest.mark.parametrize(
    ("name", "outcome", "classes"), [("support2", "dzclass", 4), ("nhefs", "education", 5)]
)
def test_a_model_of_real_patients(real_data_dir: Path, name: str, outcome: str, classes: int) -> None:
    frame = read_table(real_data_dir / f"{name}.parquet")
    data = prepare(frame, suggest_task(frame, dataset="0" * 64, name="t", outcome=outcome))
    table, test = np.concatenate(data.inputs, axis=1), data.split.test
    model = LogisticRegression(max_iter=3000).fit(table[data.split.train], data.labels[data.split.train])
    scores, labels = model.predict_proba(table[test]), data.labels[test]
    found = evaluate_outcome(
        labels,
        scores,
        thresholds=class_shares(data.labels[data.split.train], classes),
        attributes=[replace(own, codes=own.codes[test]) for own in data.attributes],
        classes=data.classes,
    )
    assert found.auc == pytest.approx(ovr(labels, scores))
    assert found.auc_low < found.auc < found.auc_high
    sex = next(own for attribute, own in found.attributes.items() if attribute.startswith("sex"))
    assert 0 <= sex.auc_gap < 0.3
    assert 0 < sex.floors["auc_gap"].expected < sex.floors["auc_gap"].percentile_95
    race = next(own for attribute, own in found.attributes.items() if attribute.startswith("race"))
    assert any(math.isnan(group.auc) for group in race.groups.values()), "some groups lack a class"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"scores": [0.5, 0.5]},
            "scores: expected a table with one column, or with one for each of at least",
        ),
        (
            {"scores": np.ones((2, 2)) / 2},
            "found an array of shape (2, 2). Of two classes give the probability",
        ),
        ({"thresholds": [0.5]}, "thresholds: expected 3, one for each column of scores, found 1. Give"),
        ({"classes": ["a", "a", "b"]}, "classes: expected 3, one for each column of scores, found 2. Give"),
        (
            {"labels": [0, 3]},
            "labels: expected class codes from 0 to 2, one for each column of scores, found 3 at",
        ),
        ({"labels": [0]}, "scores: expected 1 values, one for each of labels, found 2"),
        ({"scores": np.full((2, 3), 1.5)}, "scores: expected probabilities between 0 and 1"),
        ({"thresholds": [0.5, math.nan, 0.5]}, "threshold: expected a number, found NaN"),
    ],
)
def test_errors_name_the_argument(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {
        "labels": [0, 2],
        "scores": np.full((2, 3), 1 / 3),
        "thresholds": [0.3, 0.3, 0.3],
        "attributes": [],
    }
    with pytest.raises(MetricError) as caught:
        evaluate_outcome(**(arguments | change))
    assert message in str(caught.value)
