from __future__ import annotations

import copy
import json
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairviz.data.groups import Attribute
from fairviz.evaluation import evaluate_outcome
from fairviz.evaluation.binary import METRICS, PARTS
from fairviz.reports.gate import told_report, told_run
from fairviz.reports.gate_of_intersections import FEWEST_OUTCOMES
from fairviz.store.records import RunRecord, State
from fairviz.suppression import SUPPRESSED
from tests.fairviz.reports.attacker import Attacker, Count
from tests.fairviz.reports.patients import Cell, Rows, make_crossed

# Shares of 100 to 200 rows that leave a few, enough, or none.
SHARES = st.sampled_from([0.0, 0.03, 0.2, 0.5, 0.8, 0.97, 1.0])
LARGE = st.tuples(st.sampled_from([0, 100, 110, 150, 200]), st.tuples(SHARES, SHARES))
ANY = st.tuples(st.sampled_from([0, 3, 12, 60, 99, 120]), st.tuples(SHARES, SHARES))


@st.composite
def crossed(draw: st.DrawFn, cell: st.SearchStrategy[Cell]) -> Rows:
    """Two or three groups of one attribute, two of the other, which some rows have no value of."""
    places = product(range(draw(st.integers(2, 3))), range(-draw(st.integers(0, 1)), 2), (0, 1))
    cells = {place: draw(cell) for place in places}
    always = (150, (0.5, 0.5))
    return make_crossed({**cells, (0, 1, 0): always, (1, 0, 1): always})


def told(rows: Rows) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Of both runs what is told, and the truth."""
    truth = [dict(report) for report in rows.reports(floor=True)]
    return [dict(told_report(report, public=False)) for report in truth], truth


def pinned(rows: Rows, runs: list[dict[str, Any]], truth: list[dict[str, Any]]) -> list[Count]:
    """Counts of 1 to 10 patients, of attributes or of intersections, that follow from what is told."""
    attacker = Attacker(runs, truth)
    few = [count for count in rows.counts(crossed=True) if 0 < rows.count(count) < 11]
    return [count for count in few if attacker.pins(count)]


@given(crossed(LARGE))
@settings(max_examples=25, deadline=None, derandomize=True, database=None)
def test_nothing_told_of_large_intersections_reveals_a_count_under_11(rows: Rows) -> None:
    runs, truth = told(rows)
    assert all(run["intersections"]["a & b"]["groups"] for run in runs)
    assert pinned(rows, runs, truth) == []


@given(crossed(ANY))
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
def test_nor_does_what_is_told_of_small_ones(rows: Rows) -> None:
    assert pinned(rows, *told(rows)) == []


def nested() -> Rows:
    """All of b0 is in a0 or a2, and one run misses few of a2; the other run is safe."""
    share = (0.5, 0.5)
    cells = {(a, b, 0): (200, share) for a, b in ((0, 0), (1, 1), (2, 0), (1, 0))}
    positives = {(0, 0, 1): (200, (0.5, 0.5)), (1, 1, 1): (150, share), (2, 0, 1): (200, (0.5, 0.98))}
    return make_crossed(cells | positives)


def test_the_attacker_needs_no_more_than_rates_of_attributes_beside_counts_of_intersections() -> None:
    rows = nested()
    runs, truth = told(rows)
    few = Count(1, "a", "a2", ("fn",))
    assert rows.count(few) == 4
    assert not Attacker(runs, truth).pins(few)
    careless = copy.deepcopy(runs)
    before = [dict(report) for report in rows.reports()]
    careless[1]["attributes"] = told_report(before[1], public=False)["attributes"]
    groups = careless[1]["attributes"]["a"]["groups"]
    assert groups["a2"]["tpr"] is None
    assert Attacker(careless, truth).pins(few)


def test_without_decisions_there_are_counts_and_areas_under_curves() -> None:
    safe, unsafe = told(nested())[0]
    own = unsafe["intersections"]["a & b"]["groups"]["a2 & b0"]
    assert (own["n"], own["positives"]) == (400, 200)
    assert own["auc"] is not None
    assert own["fpr"] is not None
    assert (own["tpr"], own["reason"]["tpr"]) == (None, SUPPRESSED)
    assert unsafe["attributes"]["b"]["groups"]["b1"]["tpr"] is None
    assert unsafe["tpr"] is not None
    assert unsafe["intersections"]["a & b"]["equal_opportunity_difference"] is None
    assert safe["intersections"]["a & b"]["equal_opportunity_difference"] is not None


@pytest.mark.parametrize(
    ("rows", "is_told"), [(FEWEST_OUTCOMES - 1, False), (FEWEST_OUTCOMES, True), (0, True)]
)
def test_intersections_are_told_as_a_whole_or_withheld_as_a_whole(rows: int, is_told: bool) -> None:
    cells = dict.fromkeys(product((0, 1), (0, 1), (0, 1)), (200, (0.5, 0.5)))
    run, _ = told(make_crossed(cells | {(1, -1, 1): (rows, (0.5, 0.5))}))[0]
    own = run["intersections"]["a & b"]
    assert len(own["groups"]) == (4 if is_told else 0)
    assert own["rows_left_out"] == (rows if is_told else None)
    assert (own.get("reason") == dict.fromkeys(["rows_left_out", *PARTS], SUPPRESSED)) != is_told
    assert "fewest_crossed" not in run
    assert (run["attributes"]["a"]["groups"]["a0"]["tpr"]) is not None


def test_intersections_of_validation_rows_are_not_told() -> None:
    cells = dict.fromkeys(product((0, 1), (0, 1), (0, 1)), (200, (0.5, 0.5)))
    report, _ = make_crossed(cells).reports(floor=True)
    run = RunRecord(1, "", 0, "", {}, State.FINISHED, 1, 1, 0.0, validation=report, test=report)
    shown = told_run(run, public=False)
    assert shown.test is not None
    assert shown.validation is not None
    assert shown.test["intersections"]["a & b"]["groups"]
    assert not shown.validation["intersections"]["a & b"]["groups"]
    assert told_run(run, public=True) == run


def test_intersections_that_are_left_out_say_so() -> None:
    cells = {(a, b, label): (1, (0.5, 0.5)) for a in range(8) for b in range(8) for label in (0, 1)}
    run, _ = told(make_crossed(cells))[0]
    assert run["no_intersection"] == {"a & b": "left out: 64 combinations of groups, more than 50"}
    assert "fewest_crossed" not in json.dumps(run)


def test_of_several_classes_all_must_be_large() -> None:
    def shown(rare: int) -> dict[str, Any]:
        places = list(product((0, 1), (0, 1), (0, 1, 2)))
        sizes = [rare if place == (1, 1, 2) else 300 for place in places]
        first, second, labels = np.repeat(places, sizes, axis=0).T
        rng = np.random.default_rng(0)
        report = evaluate_outcome(
            labels,
            rng.dirichlet(np.ones(3), len(labels)),
            thresholds=[0.3] * 3,
            attributes=[Attribute("a", ("a0", "a1"), first), Attribute("b", ("b0", "b1"), second)],
            classes=("x", "y", "z"),
        ).to_json()
        return dict(told_report(report, public=False))

    large, small = shown(150), shown(50)
    assert "fewest_crossed" not in json.dumps([large, small])
    for report in (large, *large["classes"].values()):
        groups = report["intersections"]["a & b"]["groups"]
        assert all(groups["a1 & b1"][metric] is not None for metric in METRICS)
    for report in (small, *small["classes"].values()):
        assert not report["intersections"]["a & b"]["groups"]
