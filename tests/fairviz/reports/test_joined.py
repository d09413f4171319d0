from __future__ import annotations

from dataclasses import replace

import pytest

from fairviz.evaluation.report import FairnessReport
from fairviz.metrics.gap_intervals import GapInterval
from fairviz.metrics.over_seeds import mean_gap_interval, mean_interval
from fairviz.reports.joined import Joined
from fairviz.suppression import SUPPRESSED
from tests.fairviz.ui.made import report, report_json

GAP = "equalized_odds_difference"


def with_limits(gap: float, low: float, high: float, auc: float = 0.8) -> FairnessReport:
    record = report_json(auc, gap)
    record["attributes"]["sex"] |= {f"{GAP}_low": low, f"{GAP}_high": high, f"{GAP}_detected": low > 0}
    return FairnessReport.from_json(record)


TWO = Joined({0: with_limits(0.1, 0.0, 0.2, 0.8), 1: with_limits(0.2, 0.1, 0.3, 0.84)})


def test_performance_is_a_mean_with_limits_of_rows_and_seeds() -> None:
    found = TWO.performance("auc")
    intervals = [own.interval("auc") for own in TWO.by_seed.values()]
    assert found.value == pytest.approx(0.82)
    assert found.interval == mean_interval([0.8, 0.84], [own for own in intervals if own], 60)
    assert not found.reason


def test_a_group_counts_its_own_cases() -> None:
    found = TWO.of_group("sex", "a", "auc")
    assert found.value == pytest.approx(0.82)
    assert found.interval is not None
    assert found.interval.high <= 1


def test_a_gap_is_a_mean_with_its_own_kind_of_limits() -> None:
    found = TWO.gap("sex", GAP)
    assert found.value == pytest.approx(0.15)
    assert found.interval == mean_gap_interval([0.1, 0.2], [GapInterval(0.0, 0.2), GapInterval(0.1, 0.3)])


def test_a_number_without_limits_has_none() -> None:
    assert TWO.performance("brier").interval is None
    assert TWO.gap("sex", "soft_equalized_odds_gap").interval is None


def test_one_seed_that_lacks_a_number_leaves_none() -> None:
    lacking = Joined({0: report(gap=0.1), 1: report(gap=None)})
    assert lacking.gap("sex", GAP).value is None
    assert lacking.gap("sex", GAP).reason == "not estimable"


def test_what_is_withheld_is_said() -> None:
    record = report_json(gap=None)
    record["attributes"]["sex"]["reason"] = {GAP: SUPPRESSED}
    assert Joined({0: FairnessReport.from_json(record)}).gap("sex", GAP).reason == SUPPRESSED


def test_without_counts_several_seeds_have_no_limits_and_one_keeps_its_own() -> None:
    untold = replace(report(), n=None, positives=None, negatives=None)
    assert Joined({0: untold, 1: untold}).performance("auc").interval is None
    assert Joined({0: untold}).performance("auc").interval == untold.interval("auc")


def test_the_floor_is_the_mean_over_seeds() -> None:
    assert Joined({0: report(floor=0.1), 1: report(floor=0.3)}).floor("sex", GAP) == pytest.approx(0.2)
    assert TWO.floor("sex", "soft_equalized_odds_gap") is None


def test_a_modality_is_read_by_its_own_report() -> None:
    own = replace(report(), modalities={"notes": report(auc=0.7)})
    assert Joined({0: own, 1: own}).of_modality("notes", "auc").value == pytest.approx(0.7)


def test_where_rows_share_patients_these_are_the_cases() -> None:
    few = {"patients": 12, "positives": 4, "negatives": 8}
    of_rows, of_people = (
        Joined({seed: replace(report(0.8 + 0.02 * seed), people=people) for seed in range(2)})
        for people in ({}, few)
    )
    narrow, wide = (own.performance("auc").interval for own in (of_rows, of_people))
    assert narrow is not None
    assert wide is not None
    assert wide.high - wide.low > narrow.high - narrow.low
