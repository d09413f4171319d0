from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairviz.data.groups import Attribute
from fairviz.evaluation import evaluate, evaluate_outcome
from fairviz.evaluation.binary import METRICS, PARTS
from fairviz.metrics.equity import combine_odds, spread
from fairviz.metrics.rates import CELLS, group_rates
from fairviz.reports.gate import COUNTS, told_counts, told_report
from fairviz.suppression import SUPPRESSED
from tests.fairviz.reports.attacker import Attacker, Count, wilson_counts
from tests.fairviz.reports.patients import Rows, make_rows

Json = Mapping[str, Any]

SIZE = st.one_of(st.integers(1, 20), st.integers(20, 120), st.integers(100, 500))
MISSING = st.one_of(st.just(0), SIZE)
MADE = st.builds(
    make_rows,
    st.tuples(
        st.tuples(st.lists(SIZE, min_size=2, max_size=4), MISSING).map(lambda own: [*own[0], own[1]]),
        st.tuples(st.lists(SIZE, min_size=2, max_size=3), MISSING).map(lambda own: [*own[0], own[1]]),
    ),
    st.sampled_from([0.1, 0.3, 0.5, 0.9]),
    st.sampled_from([0.0, 1.0, 3.0]),
    st.integers(0, 10_000),
)


@given(MADE)
@settings(max_examples=40, deadline=None)
def test_nothing_told_reveals_a_count_under_11(made: Rows) -> None:
    truth = made.reports()
    attacker = Attacker([told_report(report, public=False) for report in truth], truth)
    few = [count for count in made.counts() if count.run == 0 and 0 < made.count(count) < 11]
    assert [count for count in few if attacker.pins(count)] == []


@given(MADE)
@settings(max_examples=20, deadline=None)
def test_what_is_withheld_of_an_outcome_does_not_add_up_to_a_few(made: Rows) -> None:
    truth = made.reports()
    told = [told_report(report, public=False) for report in truth]
    attacker = Attacker(told, truth)
    for name, own in told[0]["attributes"].items():
        for noun, cells in (("positives", ("tp", "fn")), ("negatives", ("fp", "tn"))):
            hidden = [Count(0, name, g, cells) for g, record in own["groups"].items() if record[noun] is None]
            if hidden and 0 < sum(map(made.count, hidden)) < 11:
                assert not attacker.pins(*hidden)


def test_the_attacker_finds_what_is_told_without_a_gate() -> None:
    made = make_rows(([60, 30, 6, 1], [60, 37, 1]), 0.4, 1.0, 0)
    truth = made.reports()
    attacker = Attacker(truth, truth)
    for count in made.counts():
        if count.cells in (CELLS, ("tp", "fn")):
            assert attacker.bounds(count) == (made.count(count), made.count(count))


@pytest.mark.parametrize("noun", ["positives", "negatives"])
def test_the_attacker_subtracts(noun: str) -> None:
    made = make_rows(([60, 30, 6, 0], [60, 37, 0]), 0.4, 1.0, 0)
    truth = json.loads(json.dumps(made.reports()))
    for report in truth:
        record = report["attributes"]["a"]["groups"]["a2"]
        record |= dict.fromkeys(name for name in record if name not in ("grade", "reason"))
        record["grade"] = dict.fromkeys(record["grade"], "none")
    cells = ("tp", "fn") if noun == "positives" else ("fp", "tn")
    count = Count(0, "a", "a2", cells)
    assert Attacker(truth, made.reports()).bounds(count) == (made.count(count), made.count(count))


@given(trials=st.integers(1, 400), share=st.floats(0, 1))
def test_the_limits_of_a_rate_tell_its_counts(trials: int, share: float) -> None:
    successes = round(share * trials)
    labels, decisions = np.ones(trials, dtype=int), np.arange(trials) < successes
    rates = group_rates(labels, decisions.astype(int), sensitive_features=["all"] * trials)
    assert wilson_counts(rates["tpr_low"].iloc[0], rates["tpr_high"].iloc[0]) == (successes, trials)


def test_public_data_pass_as_they_are() -> None:
    (report, _) = make_rows(([60, 30, 6, 1], [60, 37, 1]), 0.4, 1.0, 0).reports(floor=True)
    assert told_report(report, public=True) == report


def test_large_groups_pass_as_they_are() -> None:
    (report, _) = make_rows(([2900, 2700, 1900], [4000, 4000]), 0.4, 0.5, 0).reports(floor=True)
    fewest = report["fewest_crossed"]
    assert fewest["outcomes"] >= 100
    assert min(fewest["positives"], fewest["negatives"]) >= 11
    assert {**told_report(report, public=False), "fewest_crossed": fewest} == report


def small_group() -> tuple[Json, Json]:
    """A report on groups of about 900, 600, 150 and 6, and what is told: the last two are withheld."""
    made = make_rows(([900, 600, 150, 6, 0], [900, 600, 0]), 0.4, 0.5, 1)
    (report, _) = made.reports(floor=True)
    return report, told_report(report, public=False)


def test_a_withheld_group_says_why_everywhere() -> None:
    report, told = small_group()
    group = told["attributes"]["a"]["groups"]["a3"]
    assert 0 < report["attributes"]["a"]["groups"]["a3"]["n"] < 11
    assert all(group[name] is None for name in (*COUNTS, *METRICS))
    assert group["reason"] == dict.fromkeys([*COUNTS, *METRICS], SUPPRESSED)
    assert set(group["grade"].values()) == {"none"}
    assert told["attributes"]["a"]["groups"]["a0"] == report["attributes"]["a"]["groups"]["a0"]


def test_gaps_are_made_anew_of_the_groups_that_are_told() -> None:
    report, told = small_group()
    own = told["attributes"]["a"]
    groups = [group for group in own["groups"].values() if group["tpr"] is not None]
    assert 1 < len(groups) < len(own["groups"])
    tprs, fprs, aucs = (np.array([g[name] for g in groups]) for name in ("tpr", "fpr", "auc"))
    assert own["auc_gap"] == pytest.approx(spread(aucs))
    assert own["equalized_odds_difference"] == pytest.approx(combine_odds(spread(tprs), spread(fprs)))
    assert own["worst_group_auc"] == pytest.approx(aucs.min())
    assert own["groups_used"]["auc_gap"] == len(groups)
    assert own["auc_gap_floor_95"] is None
    assert (own["soft_equalized_odds_gap"], own["reason"]["soft_equalized_odds_gap"]) == (None, SUPPRESSED)
    assert told["attributes"]["b"] == report["attributes"]["b"]


@given(MADE)
@settings(max_examples=30, deadline=None)
def test_gaps_follow_from_numbers_that_are_told(made: Rows) -> None:
    (report, _) = made.reports()
    told = told_report(report, public=False)
    for own in told["attributes"].values():
        for gap, parts in PARTS.items():
            if own[gap] is None or gap == "soft_equalized_odds_gap":
                continue
            by_part = [[g[part] for g in own["groups"].values() if g[part] is not None] for part in parts]
            assert all(len(values) > 1 for values in by_part)
            if gap in ("auc_gap", "demographic_parity_difference", "equal_opportunity_difference"):
                assert own[gap] == pytest.approx(spread(np.array(by_part[0])))


@given(MADE)
@settings(max_examples=30, deadline=None)
def test_no_reason_counts_what_is_withheld(made: Rows) -> None:
    (report, _) = made.reports()
    told = told_report(report, public=False)
    for own in told["attributes"].values():
        for group in own["groups"].values():
            said = {int(n) for text in group.get("reason", {}).values() for n in re.findall(r"\d+", text)}
            assert said <= {11, 10, group["n"], group["positives"], group["negatives"]}
            for metric, grade in group["grade"].items():
                assert grade == "none" or group.get("reason", {}).get(metric) != SUPPRESSED


def test_an_unknown_field_does_not_pass() -> None:
    (report, _) = make_rows(([900, 700, 400], [1000, 1000]), 0.4, 0.5, 0).reports()
    extended = {**report, "true_positives": 3}
    extended["attributes"]["a"]["smallest"] = 3
    extended["attributes"]["a"]["groups"]["a0"]["true_positives"] = 3
    assert "3" not in re.findall(
        r'(?:true_positives|smallest)": (\d)', json.dumps(told_report(extended, public=False))
    )


def test_a_method_that_decides_by_itself_ranks_by_its_decisions() -> None:
    made = make_rows(([300, 60, 1], [200, 200]), 0.4, 1.5, 3)
    decided = (made.scores[0] >= 0.5).astype(np.int64)
    report = evaluate(
        made.labels,
        decided.astype(float),
        threshold=0.5,
        attributes=made.attributes,
        floor=False,
        decisions=decided,
    ).to_json()
    told = told_report(report, public=False)["attributes"]["a"]["groups"]
    for record in told.values():
        assert (record["auc"] is None) == (record["tpr"] is None or record["fpr"] is None)
    assert any(record["auc"] is None and record["n"] is not None for record in told.values())


class TestSeveralClasses:
    @staticmethod
    def reports(sizes: list[int], seed: int = 0) -> tuple[Json, Json]:
        rng = np.random.default_rng(seed)
        rows = sum(sizes)
        group = Attribute(
            "a", tuple(f"a{g}" for g in range(len(sizes))), np.repeat(np.arange(len(sizes)), sizes)
        )
        labels = rng.choice(3, rows, p=[0.5, 0.3, 0.2])
        scores = rng.dirichlet(np.ones(3), rows) + 0.2 * np.eye(3)[labels]
        report = evaluate_outcome(
            labels,
            scores / 1.2,
            thresholds=[0.4] * 3,
            attributes=[group],
            classes=("x", "y", "z"),
            floor=False,
        ).to_json()
        return report, told_report(report, public=False)

    def test_large_groups_pass_as_they_are(self) -> None:
        report, told = self.reports([900, 800, 700])
        assert told == report

    def test_a_group_is_withheld_in_every_class_and_in_the_mean(self) -> None:
        _, told = self.reports([900, 600, 60, 6])
        for report in (told, *told["classes"].values()):
            hidden = [
                name for name, g in report["attributes"]["a"]["groups"].items() if g["positives"] is None
            ]
            assert hidden == ["a2", "a3"]
            assert report["attributes"]["a"]["groups"]["a3"]["n"] is None

    def test_a_mean_is_withheld_where_a_class_is(self) -> None:
        _, told = self.reports([900, 110])
        for place in ("a0", "a1"):
            mean = told["attributes"]["a"]["groups"][place]
            own = [report["attributes"]["a"]["groups"][place] for report in told["classes"].values()]
            for metric in METRICS:
                assert (mean[metric] is None) == any(record[metric] is None for record in own)
        assert any(
            record["tpr"] is None
            for report in told["classes"].values()
            for record in report["attributes"]["a"]["groups"].values()
        )

    def test_gaps_are_means_over_the_classes(self) -> None:
        _, told = self.reports([900, 600, 60, 6])
        own = [report["attributes"]["a"]["auc_gap"] for report in told["classes"].values()]
        assert told["attributes"]["a"]["auc_gap"] == pytest.approx(np.mean(own))


def counts_table(groups: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    rows = [("race", name, sum(cells), *cells) for name, cells in groups.items()]
    return pd.DataFrame(rows, columns=["attribute", "group", "n", "positives", "negatives"])


def test_group_counts_hide_small_groups_and_the_next() -> None:
    counts = counts_table({"a": (200, 300), "b": (20, 30), "c": (3, 4), "d": (90, 90)})
    told = told_counts(counts, public=False)
    assert told["n"].isna().tolist() == [False, True, True, False]
    assert told["positives"].isna().tolist() == [False, True, True, False]
    pd.testing.assert_frame_equal(told_counts(counts, public=True), counts)


def test_group_counts_keep_the_size_of_a_group_with_a_rare_outcome() -> None:
    told = told_counts(counts_table({"a": (200, 300), "b": (3, 60), "c": (40, 50)}), public=False)
    assert told["n"].tolist() == [500, 63, 90]
    assert told["negatives"].isna().tolist() == [False, True, True]
