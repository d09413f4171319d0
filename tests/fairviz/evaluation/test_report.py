from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairviz.evaluation import PARTS, AttributeReport, FairnessReport, Performance, evaluate
from fairviz.metrics.estimable import Grade
from fairviz.metrics.floor import NoiseFloor
from fairviz.metrics.gap_intervals import GapInterval
from fairviz.metrics.intervals import Interval
from tests.fairviz.metrics.cases import make_case

NUMBER = st.one_of(st.just(math.nan), st.floats(-2, 2))
COUNT = st.one_of(st.none(), st.integers(0, 10_000))
NAME = st.sampled_from(["a", "b", "", "auc", "not estimable"])
LIMITS = st.one_of(st.just((math.nan, math.nan)), st.tuples(st.floats(0, 1), st.floats(0, 1)))
INTERVAL = st.one_of(
    st.builds(lambda both: Interval(*both), LIMITS), st.builds(lambda both: GapInterval(*both), LIMITS)
)
FLOOR = st.builds(NoiseFloor, NUMBER, NUMBER)


def by_name(values: st.SearchStrategy[Any], names: st.SearchStrategy[str] = NAME) -> st.SearchStrategy[Any]:
    return st.dictionaries(names, values, max_size=3)


def plain(kind: type[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Numbers, counts and mappings to plain values of a part of a report."""
    known = {
        "float": NUMBER,
        "int | None": COUNT,
        "Mapping[str, Grade]": by_name(st.sampled_from(Grade)),
        "Mapping[str, str]": by_name(NAME),
        "Mapping[str, int]": by_name(st.integers(0, 9)),
    }
    return {own.name: known[str(own.type)] for own in fields(kind) if own.type in known}


GAP = st.sampled_from(list(PARTS))
PERFORMANCE = st.builds(Performance, **plain(Performance))
ATTRIBUTE = st.builds(
    AttributeReport,
    **plain(AttributeReport),
    groups=by_name(PERFORMANCE),
    floors=by_name(FLOOR, GAP),
    intervals=by_name(INTERVAL, GAP),
)
PART = {**plain(FairnessReport), "attributes": by_name(ATTRIBUTE)}
REPORT = st.builds(FairnessReport, **PART, classes=by_name(st.builds(FairnessReport, **PART)))


def same(one: Any, other: Any) -> bool:
    """Whether two values are of the same type and equal, NaN being equal to NaN; mappings in any order."""
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(same(getattr(one, own.name), getattr(other, own.name)) for own in fields(one))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)


def read_again(report: FairnessReport) -> FairnessReport:
    return FairnessReport.from_json(json.loads(json.dumps(report.to_json(), allow_nan=False)))


@pytest.fixture(scope="module")
def report() -> FairnessReport:
    case = make_case(seed=1, rows=900, groups=3, decimals=3, prevalence=0.4)
    race = Attribute("race", ("a", "b", "c"), case.groups)
    return evaluate(case.labels, case.scores, threshold=0.5, attributes=[race])


@dataclass(frozen=True)
class Attribute:
    name: str
    values: tuple[str, ...]
    codes: Any


@dataclass(frozen=True, kw_only=True)
class Wider(FairnessReport):
    """With one more field, as a later version may have it."""

    pairs: Mapping[str, AttributeReport] = field(default_factory=dict)


@given(REPORT)
@settings(max_examples=60, deadline=None)
def test_a_report_is_read_back_as_it_was_written(made: FairnessReport) -> None:
    assert same(read_again(made), made)


def test_an_evaluated_report_is_read_back_with_floors_and_intervals(report: FairnessReport) -> None:
    found = read_again(report)
    assert same(found, report)
    race = found.attribute("race")
    assert race.floor("auc_gap") == report.attributes["race"].floors["auc_gap"]
    assert isinstance(race.interval("auc_gap"), GapInterval)
    assert type(race.interval("es_auc")) is Interval
    assert race.interval("soft_equalized_odds_gap") is None
    assert race.floor("soft_equalized_odds_gap") is None
    assert found.interval("auc") == Interval(report.auc_low, report.auc_high)
    assert found.interval("brier") is None


def test_what_is_not_known_is_none_by_its_name(report: FairnessReport) -> None:
    record = report.to_json()
    race = record["attributes"]["race"]
    for key in ("auc_gap", "auc_gap_floor", "auc_gap_floor_95", "auc_gap_low", "auc_gap_high"):
        race[key] = None
    race |= {"auc_gap_detected": None, "rows_left_out": None}
    record |= {"auc": None, "auc_low": None, "auc_high": None, "n": None, "reason": {"auc": "withheld"}}
    found = FairnessReport.from_json(record)
    assert math.isnan(found.auc)
    assert (found.value("auc"), found.interval("auc"), found.n) == (None, None, None)
    assert found.value("brier") == report.brier
    assert found.reason == {"auc": "withheld"}
    own = found.attribute("race")
    assert (own.value("auc_gap"), own.floor("auc_gap"), own.interval("auc_gap")) == (None, None, None)
    assert found.to_json() == record


def test_reports_from_the_same_json_are_equal_though_they_hold_nan(report: FairnessReport) -> None:
    record = report.to_json() | {"threshold": None}
    assert FairnessReport.from_json(record) == FairnessReport.from_json(json.loads(json.dumps(record)))


def test_a_record_of_before_intervals_and_some_metrics_can_be_read(report: FairnessReport) -> None:
    record = report.to_json()
    race = record["attributes"]["race"]
    lacking = [key for key in race if key.endswith(("_low", "_high", "_detected", "_floor", "_floor_95"))]
    for key in (*lacking, "no_interval", "equal_opportunity_difference"):
        del race[key]
    del record["balanced_accuracy"]
    found = FairnessReport.from_json(record)
    own = found.attribute("race")
    assert (own.intervals, own.floors, own.no_interval) == ({}, {}, {})
    assert (own.value("equal_opportunity_difference"), found.value("balanced_accuracy")) == (None, None)
    assert own.auc_gap == report.attribute("race").auc_gap
    assert found.classes == {}


@pytest.mark.parametrize("key", ["n", "positives", "grade", "attributes"])
def test_what_every_version_wrote_is_missed(report: FairnessReport, key: str) -> None:
    record = report.to_json()
    del record[key]
    with pytest.raises(KeyError, match=key):
        FairnessReport.from_json(record)


def test_a_further_field_is_written_and_read_without_further_code(report: FairnessReport) -> None:
    record = report.to_json()
    narrow = Wider.from_json(record)
    assert narrow.to_json() == record, "an empty one changes nothing"
    pair = report.attribute("race")
    wide = Wider(**(vars(narrow) | {"pairs": {"race and sex": pair}}))
    written = wide.to_json()
    assert written.keys() - record.keys() == {"pairs"}
    assert same(Wider.from_json(written), wide)
    assert same(FairnessReport.from_json(written), report), "an older version does not read what it has not"


def test_every_field_of_a_report_is_written(report: FairnessReport) -> None:
    """None of a type that is forgotten."""
    several = replace(report, classes={"a": report, "b": report})
    for part, flat in ((several, set()), (report.attribute("race"), {"floors", "intervals"})):
        filled = {own.name for own in fields(part) if getattr(part, own.name) not in ({}, None)}
        assert filled - flat <= part.to_json().keys()
