"""Paired differences on hand-made reports."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from fairviz.evaluation.report import FairnessReport
from fairviz.reports.differences import GAPS, differences
from tests.fairviz.ui import made


def report(auc: float, gap: float | None) -> FairnessReport:
    found = made.report(auc, gap)
    return replace(found, attributes={"race": found.attribute("sex")})


def test_only_shared_seeds_are_paired() -> None:
    ours = {0: report(0.80, 0.10), 1: report(0.82, 0.20), 7: report(0.99, 0.0)}
    baseline = {0: report(0.81, 0.15), 1: report(0.83, 0.15), 2: report(0.5, 0.5)}
    auc, gap, *_ = differences(ours, baseline)
    assert (auc.metric, auc.attribute, auc.seeds, auc.lower) == ("auc", None, 2, 2)
    assert auc.mean == pytest.approx(-0.01)
    assert (gap.attribute, gap.lower) == ("race", 1)
    assert gap.mean == pytest.approx(0.0)
    assert gap.sd == pytest.approx(0.0707, abs=1e-4)


def test_undefined_numbers_are_left_out_and_said() -> None:
    _, gap, *_ = differences({0: report(0.8, None)}, {0: report(0.8, 0.1)})
    assert asdict(gap) == {
        "metric": GAPS[0],
        "attribute": "race",
        "seeds": 0,
        "mean": None,
        "sd": None,
        "lower": 0,
    }


def test_without_a_baseline_there_is_nothing_to_say() -> None:
    assert differences({0: report(0.8, 0.1)}, {}) == []
