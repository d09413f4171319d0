"""Intervals of the differences between groups, as a report gives them."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairviz.evaluation import PARTS, AttributeReport, evaluate, evaluate_outcome
from fairviz.metrics.gap_intervals import GapInterval
from fairviz.metrics.inputs import FloatArray, IntArray
from tests.fairviz.metrics.cases import Case, cases, checked, make_case
from tests.fairviz.metrics.classes import class_case

WITHOUT = {"soft_equalized_odds_gap", "predictive_quality_disparity"}
ZERO_WHERE_EQUAL = set(PARTS) - WITHOUT - {"es_auc", "worst_group_auc"}
# As a report has them: the groups that enter have at least ten cases of each kind.
LARGE = make_case(seed=1, rows=900, groups=4, decimals=3, prevalence=0.4)


@dataclass(frozen=True)
class Attribute:
    name: str
    values: tuple[str, ...]
    codes: IntArray


def attribute(codes: IntArray, count: int = 4) -> Attribute:
    return Attribute("race", tuple(f"race {g}" for g in range(count)), codes)


def shown(labels: IntArray, scores: FloatArray, race: Attribute) -> AttributeReport:
    return evaluate(labels, scores, threshold=0.5, attributes=[race]).attributes["race"]


@checked
@given(cases)
def test_every_gap_has_limits_around_it_or_a_reason(case: Case) -> None:
    report = shown(case.labels, case.scores, attribute(case.groups, 5))
    assert not set(report.intervals) & (WITHOUT | set(report.reason))
    assert set(report.intervals) | set(report.no_interval) | set(report.reason) == set(PARTS)
    for gap, interval in report.intervals.items():
        assert interval.low - 1e-9 <= getattr(report, gap) <= interval.high + 1e-9


def test_gaps_that_vanish_where_groups_are_equal_say_whether_one_is_detected() -> None:
    report = shown(LARGE.labels, LARGE.scores, attribute(LARGE.groups))
    detectable = {gap for gap, own in report.intervals.items() if isinstance(own, GapInterval)}
    assert detectable == ZERO_WHERE_EQUAL
    assert set(report.intervals) == set(PARTS) - WITHOUT


def test_a_group_that_is_ranked_worse_is_detected_and_one_that_is_not_is_not() -> None:
    equal = shown(LARGE.labels, LARGE.scores, attribute(LARGE.groups)).to_json()
    noise = np.random.default_rng(0).random(len(LARGE.labels))
    worse = shown(
        LARGE.labels, np.where(LARGE.groups == 2, noise, LARGE.scores), attribute(LARGE.groups)
    ).to_json()
    for gap in ("auc_gap", "equalized_odds_difference"):
        assert (equal[f"{gap}_detected"], worse[f"{gap}_detected"]) == (False, True)
        assert equal[f"{gap}_low"] == 0 < worse[f"{gap}_low"]


def test_json_has_limits_and_reasons() -> None:
    report = shown(LARGE.labels, LARGE.scores, attribute(LARGE.groups))
    record = json.loads(json.dumps(report.to_json(), allow_nan=False))
    for gap, interval in report.intervals.items():
        assert (record[f"{gap}_low"], record[f"{gap}_high"]) == (interval.low, interval.high)
        assert (f"{gap}_detected" in record) == (gap in ZERO_WHERE_EQUAL)
    assert set(record["no_interval"]) == WITHOUT
    assert all(reason.startswith("no interval: ") for reason in record["no_interval"].values())


@pytest.mark.parametrize("seed", range(3))
def test_names_of_groups_and_order_of_rows_change_nothing(seed: int) -> None:
    place = list(range(4))
    random.Random(seed).shuffle(place)
    order = np.random.default_rng(seed).permutation(len(LARGE.labels))
    first = shown(LARGE.labels, LARGE.scores, attribute(LARGE.groups))
    second = shown(LARGE.labels[order], LARGE.scores[order], attribute(np.array(place)[LARGE.groups[order]]))
    _same_limits(first, second)


def test_a_group_too_small_to_enter_is_like_no_group() -> None:
    small = np.flatnonzero(LARGE.labels == 1)[:6]
    codes = LARGE.groups.copy()
    codes[small] = 4
    named = shown(LARGE.labels, LARGE.scores, attribute(codes, 6))
    missing = shown(LARGE.labels, LARGE.scores, attribute(np.where(codes == 4, -1, codes)))
    assert named.groups_used["auc_gap"] == 4
    _same_limits(named, missing)


def _same_limits(first: AttributeReport, second: AttributeReport) -> None:
    assert set(first.intervals) == set(second.intervals)
    for gap, interval in first.intervals.items():
        twin = second.intervals[gap]
        assert [twin.low, twin.high] == pytest.approx([interval.low, interval.high], abs=1e-9), gap


@checked
@given(st.integers(0, 10_000))
def test_a_group_may_enter_with_its_false_alarms_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = np.concatenate(
        [np.repeat([1, 0], (30, 60)), np.repeat([1, 0], (40, 40)), np.repeat([1, 0], (3, 50))]
    )
    codes = np.repeat([0, 1, 2], (90, 80, 53))
    report = shown(labels, rng.random(len(labels)), attribute(codes, 3))
    assert report.groups_used["auc_gap"] == 2
    odds = report.intervals["equalized_odds_difference"]
    assert odds.high >= report.intervals["equal_opportunity_difference"].high


def test_means_over_classes_say_that_each_class_has_its_own() -> None:
    case = class_case(0, 900, (0.4, 0.35, 0.25), groups=(0.6, 0.4))
    race = attribute(case.groups, 2)
    report = evaluate_outcome(case.labels, case.scores, thresholds=case.thresholds, attributes=[race])
    mean = report.attributes["race"]
    assert mean.intervals == {}
    assert set(mean.no_interval) == {gap for gap in PARTS if math.isfinite(getattr(mean, gap))}
    assert all("each class has its own" in reason for reason in mean.no_interval.values())
    for own in report.classes.values():
        assert set(own.attributes["race"].intervals) == set(PARTS) - WITHOUT
    silent = evaluate_outcome(
        case.labels, case.scores, thresholds=case.thresholds, attributes=[race], floor=False
    )
    assert silent.attributes["race"].no_interval == {}


def test_equal_groups_are_covered() -> None:
    """Names dealt out at random: in nine tables of ten no gap is detected."""
    detected = dict.fromkeys(ZERO_WHERE_EQUAL, 0)
    for seed in range(40):
        case = make_case(seed, rows=500, groups=4, decimals=6, prevalence=0.4)
        for gap, interval in shown(case.labels, case.scores, attribute(case.groups)).intervals.items():
            if isinstance(interval, GapInterval):
                detected[gap] += interval.detected
    assert max(detected.values()) <= 4
