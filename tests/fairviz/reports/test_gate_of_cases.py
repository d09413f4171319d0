"""Patients with several rows behind the gate."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairviz.data.groups import Attribute
from fairviz.evaluation import evaluate_outcome
from fairviz.evaluation.binary import METRICS
from fairviz.metrics.inputs import IntArray
from fairviz.metrics.rates import CELLS
from fairviz.reports.gate import COUNTS, told_report
from fairviz.suppression import SUPPRESSED, is_small
from tests.fairviz.reports.attacker import Attacker, Count
from tests.fairviz.reports.patients import Rows, make_crossed, make_rows

Json = Mapping[str, Any]

SIZE = st.one_of(st.integers(1, 20), st.integers(20, 120), st.integers(100, 300))
MISSING = st.one_of(st.just(0), SIZE)
SEED = st.integers(0, 10_000)


def groups(most: int) -> st.SearchStrategy[list[int]]:
    """Sizes of groups, and last of the rows without a value."""
    return st.tuples(st.lists(SIZE, min_size=2, max_size=most), MISSING).map(lambda own: [*own[0], own[1]])


MADE = st.builds(
    make_rows,
    st.tuples(groups(4), groups(3)),
    st.sampled_from([0.1, 0.3, 0.5, 0.9]),
    st.sampled_from([0.0, 1.0, 3.0]),
    SEED,
)


def told(rows: Rows, *, floor: bool = False) -> list[Json]:
    return [told_report(report, public=False) for report in rows.reports(floor=floor)]


def patients_as_units(report: Any, times: int) -> Any:
    """A report with every count of rows divided by the rows that each patient has."""
    if not isinstance(report, Mapping):
        return report
    counts = (*COUNTS, "rows_left_out")
    return {
        name: value // times if name in counts and isinstance(value, int) else patients_as_units(value, times)
        for name, value in report.items()
        if name != "clusters"
    }


def without(record: Any, names: Collection[str]) -> Any:
    """A report without some of its parts, wherever they are."""
    if not isinstance(record, Mapping):
        return record
    return {name: without(own, names) for name, own in record.items() if name not in names}


def leaves(record: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Everything that is not nested, by where it is."""
    if isinstance(record, Mapping):
        for name, value in record.items():
            yield from leaves(value, (*path, name))
    else:
        yield path, record


@given(MADE, st.integers(2, 4))
@settings(max_examples=30, deadline=None)
def test_rows_told_again_are_told_exactly_where_the_first_is(rows: Rows, times: int) -> None:
    for once, again in zip(told(rows), told(rows.repeated(times)), strict=True):
        assert "people" not in json.dumps(again)
        found = dict(leaves(patients_as_units(again, times)))
        expected = dict(leaves(once))
        assert set(found) == set(expected)
        for path, value in expected.items():
            if isinstance(value, float):
                assert found[path] == pytest.approx(value, abs=1e-9), path
            elif path[-1] not in METRICS or "reason" not in path or value == SUPPRESSED:
                assert found[path] == value, path


@given(MADE, st.integers(2, 4))
@settings(max_examples=25, deadline=None)
def test_nothing_told_reveals_fewer_than_11_patients(rows: Rows, times: int) -> None:
    """The attacker knows that every patient has as many rows, which are alike."""
    units = [patients_as_units(report, times) for report in told(rows.repeated(times))]
    attacker = Attacker(units, rows.reports())
    few = [count for count in rows.counts() if count.run == 0 and 0 < rows.count(count) < 11]
    assert [count for count in few if attacker.pins(count)] == []


def test_rows_that_are_protected_reveal_patients() -> None:
    rows = make_rows(([200, 80, 6, 0], [150, 130, 0]), 0.4, 1.0, 1)
    reports = rows.repeated(3).reports()
    careless = [without(report, {"people", "people_left_out", "clusters"}) for report in reports]
    units = [patients_as_units(told_report(report, public=False), 3) for report in careless]
    group = Count(0, "a", "a2", CELLS)
    assert 0 < rows.count(group) < 11 < 3 * rows.count(group)
    assert Attacker(units, rows.reports()).pins(group)
    safe = [patients_as_units(report, 3) for report in told(rows.repeated(3))]
    assert not Attacker(safe, rows.reports()).pins(group)


@st.composite
def with_any_ids(draw: st.DrawFn) -> Rows:
    """Patients with any rows, who change group, outcome and decision; some have many more than others."""
    rows = draw(MADE)
    rng = np.random.default_rng(draw(SEED))
    count = len(rows.labels)
    share = rng.dirichlet(np.full(max(2, count // draw(st.integers(1, 8))), draw(st.sampled_from([0.3, 3]))))
    patients = rng.choice(len(share), count, p=share)
    patients[-1] = patients[0]
    return Rows(rows.labels, rows.attributes, rows.scores, patients)


def people(rows: Rows, codes: IntArray, code: int, cells: tuple[str, ...]) -> int:
    """Different patients with rows of a group in some cells of the first run's confusion matrix."""
    assert rows.patients is not None
    decided = np.array(CELLS)[2 * rows.labels + (rows.scores[0] >= 0.5)]
    return len(np.unique(rows.patients[(codes == code) & np.isin(decided, cells)]))


@given(with_any_ids())
@settings(max_examples=60, deadline=None)
def test_a_count_told_is_of_rows_of_no_patient_or_of_11(rows: Rows) -> None:
    report = told(rows)[0]
    everyone = np.zeros(len(rows.labels), dtype=np.int64)
    records = [(everyone, 0, report)]
    for own in rows.attributes:
        shown = report["attributes"][own.name]
        records += [(own.codes, own.values.index(name), group) for name, group in shown["groups"].items()]
        assert shown["rows_left_out"] is None or not is_small(people(rows, own.codes, -1, CELLS))
    needs = {
        "n": (CELLS,),
        "positives": (("tp", "fn"),),
        "negatives": (("fp", "tn"),),
        "auc": (("tp", "fn"), ("fp", "tn")),
        "tpr": (("tp",), ("fn",)),
        "specificity": (("fp",), ("tn",)),
        **dict.fromkeys(("ppv", "selection_rate", "accuracy"), (("tp",), ("fn",), ("fp",), ("tn",))),
    }
    for codes, code, record in records:
        for name, counted in needs.items():
            if record[name] is not None:
                assert not any(is_small(people(rows, codes, code, cells)) for cells in counted), name


@given(with_any_ids())
@settings(max_examples=60, deadline=None)
def test_what_is_withheld_adds_up_to_11_patients(rows: Rows) -> None:
    """A patient counts once in each group."""
    report = told(rows)[0]
    for own in rows.attributes:
        shown = report["attributes"][own.name]
        asked: list[tuple[str, tuple[str, ...]]] = [("positives", ("tp", "fn")), ("negatives", ("fp", "tn"))]
        for noun, cells in asked:
            by_group = {name: people(rows, own.codes, g, cells) for g, name in enumerate(own.values)}
            told_of = {name for name, group in shown["groups"].items() if group[noun] is not None}
            missing = people(rows, own.codes, -1, cells)
            withheld = sum(own for name, own in by_group.items() if name not in told_of)
            everybody = sum(by_group.values()) + missing
            # That of the rows without a value is not told by itself.
            assert not is_small(withheld + missing) or is_small(everybody)


def test_a_group_of_five_patients_with_three_rows_each_is_withheld() -> None:
    rng = np.random.default_rng(0)
    patients = np.concatenate([np.repeat(np.arange(5), 3), np.arange(5, 1005)])
    codes = np.where(np.arange(1015) < 15, 2, np.arange(1015) % 2)
    labels, scores = rng.integers(0, 2, 1015), rng.random(1015)
    race = Attribute("race", ("a", "b", "c"), codes)
    named = Rows(labels, (race,), (scores,), patients)
    (report,) = named.reports(floor=True)
    (shown,) = told(named, floor=True)
    assert report["attributes"]["race"]["groups"]["c"]["n"] == 15
    group = shown["attributes"]["race"]["groups"]["c"]
    assert all(group[name] is None for name in (*COUNTS, *METRICS))
    assert group["reason"] == dict.fromkeys([*COUNTS, *METRICS], SUPPRESSED)
    assert sum(own["n"] is None for own in shown["attributes"]["race"]["groups"].values()) == 2
    assert (shown["n"], shown["clusters"]) == (1015, 1005)
    (by_row,) = told(Rows(labels, (race,), (scores,)))
    assert by_row["attributes"]["race"]["groups"]["c"]["n"] == 15


def test_patients_of_several_outcomes_do_not_make_a_group_large() -> None:
    patients = np.concatenate([np.repeat(np.arange(6), 10), np.arange(6, 1006)])
    codes = np.where(np.arange(1060) < 60, 1, 0)
    race = Attribute("race", ("a", "b"), codes)
    rows = Rows(np.arange(1060) % 2, (race,), (np.random.default_rng(0).random(1060),), patients)
    assert [own["n"] for own in told(rows)[0]["attributes"]["race"]["groups"].values()] == [None, None]


def test_few_patients_altogether_are_not_counted() -> None:
    rng = np.random.default_rng(0)
    race = Attribute("race", ("a", "b"), np.arange(90) % 2)
    (shown,) = told(Rows(rng.integers(0, 2, 90), (race,), (rng.random(90),), np.arange(90) // 10))
    assert shown["n"] is None
    assert "clusters" not in shown


def test_a_reason_does_not_count_patients_beside_rows() -> None:
    patients = np.arange(400) // 2
    race = Attribute("race", ("a", "b"), (patients % 2).astype(np.int64))
    labels = np.where(race.codes == 0, 0, patients // 2 % 2)
    rows = Rows(labels, (race,), (np.random.default_rng(0).random(400),), patients)
    (report,), (shown,) = rows.reports(), told(rows)
    own, group = (each["attributes"]["race"]["groups"]["a"] for each in (report, shown))
    assert own["reason"]["auc"] == "not estimable: no positives among 100 patients"
    assert (group["n"], group["reason"]["auc"]) == (200, "not estimable: no positives")


def test_of_reports_of_before_patients_were_counted_nothing_is_told() -> None:
    rows = make_rows(([900, 600, 0], [900, 600, 0]), 0.4, 0.5, 1).repeated(2)
    report = without(rows.reports()[0], {"people", "people_left_out"})
    told_of = [
        (path, value)
        for path, value in leaves(told_report(report, public=False))
        if value is not None and not {"grade", "reason", "groups_used"} & set(path)
    ]
    assert told_of == []
    assert told_report(report, public=True) == report


@pytest.mark.parametrize(("patients", "is_told"), [(60, False), (120, True)])
def test_intersections_count_patients(patients: int, is_told: bool) -> None:
    cells = dict.fromkeys(product((0, 1), (0, 1), (0, 1)), (patients, (0.5, 0.5)))
    rows = make_crossed(cells).repeated(2)
    (shown, _) = told(rows, floor=True)
    assert bool(shown["intersections"]["a & b"]["groups"]) == is_told
    (careless, _) = told(Rows(rows.labels, rows.attributes, rows.scores), floor=True)
    assert careless["intersections"]["a & b"]["groups"]


def test_of_several_classes_patients_are_counted_in_each() -> None:
    rng = np.random.default_rng(0)
    sizes = [900, 600, 300, 6]
    once = np.arange(sum(sizes))
    codes, labels = np.repeat(np.arange(4), sizes), rng.choice(3, len(once), p=[0.5, 0.3, 0.2])
    scores = (rng.dirichlet(np.ones(3), len(once)) + 0.2 * np.eye(3)[labels]) / 1.2

    def shown(rows: IntArray, patients: IntArray | None) -> Json:
        report = evaluate_outcome(
            labels[rows],
            scores[rows],
            thresholds=[0.4] * 3,
            attributes=[Attribute("a", tuple("wxyz"), codes[rows])],
            floor=False,
            patients=patients,
        )
        return told_report(report.to_json(), public=False)

    thrice = np.repeat(once, 3)
    single, again, careless = shown(once, None), shown(thrice, thrice), shown(thrice, None)
    assert again["clusters"] == len(once) == again["classes"]["0"]["clusters"]
    units = dict(leaves(patients_as_units(again, 3)))
    for path, value in leaves(single):
        assert units[path] == (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value), path
    assert single["attributes"]["a"]["groups"]["z"]["n"] is None
    assert careless["attributes"]["a"]["groups"]["z"]["n"] == 18
