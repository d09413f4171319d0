"""What figures and tables of groups get from reports."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fairviz.reports.run import Run
from fairviz.suppression import SUPPRESSED
from fairviz.ui.findings import Result, results
from fairviz.ui.groupseries import (
    RATES,
    any_suppressed,
    crossing,
    numbers,
    pairs,
    rate_rows,
    rate_sentence,
    rates_forest,
)
from tests.fairviz.small import small_spec
from tests.fairviz.ui.made import report, report_json, run

NUMBERS = numbers(small_spec())


def rates(value: float | None, reason: str = "") -> dict[str, Any]:
    low, high = (None, None) if value is None else (value - 0.1, value + 0.1)
    names = ("sensitivity", "fpr", "selection_rate")
    told: dict[str, Any] = dict.fromkeys(names, value)
    told |= {f"{name}_low": low for name in names} | {f"{name}_high": high for name in names}
    return told | {"reason": dict.fromkeys(names, reason) if reason else {}}


def found() -> list[Result]:
    own = report_json()
    groups = own["attributes"]["sex"]["groups"]
    groups["a"] |= rates(0.8)
    groups["b"] |= rates(0.7)
    groups["c"] |= rates(None, SUPPRESSED)
    own["attributes"]["race"] = own["attributes"]["sex"] | {"groups": {"x": groups["a"], "y": groups["b"]}}
    own["intersections"] = {
        "sex & race": own["attributes"]["sex"] | {"groups": {"a & x": groups["a"], "c & y": groups["c"]}}
    }
    runs: list[Run] = [run(1, test=report(**own)), run(2, "fairgrad", test=report(**own))]
    return results(runs, "test")


def test_missed_cases_are_in_a_hundred_and_their_limits_turn_round() -> None:
    panel = rates_forest(found(), "sex", [NUMBERS["missed"]]).panels[0]
    assert panel.title == "Missed cases per 100 patients with died = 1"
    assert panel.value[0, :2] == pytest.approx([20, 30])
    assert (panel.low[0, 0], panel.high[0, 0]) == pytest.approx((10, 30))
    assert np.isnan(panel.value[0, 2])
    assert panel.notes[0] == ("", "", "suppressed")


def test_directions_turn_with_what_is_told() -> None:
    assert NUMBERS["missed"].formula.endswith("less is better")
    assert NUMBERS["auc"].formula.endswith("more is better")
    assert "neither" in NUMBERS["flagged"].formula
    assert [NUMBERS[name].better for name in RATES] == ["down", "down", None]


def test_a_sentence_and_a_table_tell_the_same_numbers() -> None:
    sentence = rate_sentence(found()[0], "sex", NUMBERS["missed"])
    assert "a 20 (10 to 30), b 30 (20 to 40); suppressed: c." in sentence
    rows = rate_rows(found(), "sex", [NUMBERS["missed"]])
    assert [row["group"] for row in rows] == ["a", "a", "b", "b", "c", "c"]
    assert rows[0][NUMBERS["missed"].title] == "20 (10 to 30)"
    assert rows[4][NUMBERS["missed"].title] == "suppressed"


def test_cells_of_a_crossing_say_why_they_have_no_number() -> None:
    first = found()[0].joined.first
    assert pairs(first) == {"sex & race": ("sex", "race")}
    shown = crossing(found(), "sex & race", NUMBERS["missed"])
    assert (shown.rows, shown.columns) == (("a", "b", "c"), ("x", "y"))
    assert shown.texts[0] == (
        ("20", "no patients"),
        ("no patients", "no patients"),
        ("no patients", "suppressed"),
    )
    assert shown.hovers[0][0][0] == "20 (10 to 30), 100 patients"
    assert shown.value[0, 0, 0] == pytest.approx(20)
    assert np.isnan(shown.value).sum() == 10


def test_only_a_withheld_number_counts_as_suppressed() -> None:
    assert any_suppressed(found(), "sex", [NUMBERS["missed"]])
    assert not any_suppressed(found(), "race", [NUMBERS["missed"]])
