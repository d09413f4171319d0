from __future__ import annotations

import pytest

from tests.effect.intervals import Interval
from tests.effect.words import change, level, listed, percent, relative, signed, table


def minus(text: str) -> str:
    """The text with typographic minus signs."""
    return text.replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize(
    ("value", "text"), [(0.0123, "+0.012"), (-0.0123, "-0.012"), (-0.0001, "0.000"), (0.0, "0.000")]
)
def test_a_change_has_a_sign_unless_it_is_nothing(value: float, text: str) -> None:
    assert signed(value) == minus(text)


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(-0.02, -0.03, -0.01), "**-0.020** [-0.030, -0.010]"),
        (Interval(-0.02, -0.05, 0.01), "-0.020 [-0.050, +0.010]"),
        (Interval(0.001, 0.0002, 0.002), "+0.001 [0.000, +0.002]"),
    ],
)
def test_bold_is_what_is_clear_of_zero_as_printed(interval: Interval, text: str) -> None:
    assert change(interval) == minus(text)


def test_what_is_missing_is_not_estimable() -> None:
    assert change(None) == level(None) == "not estimable"


def test_shares_are_percent() -> None:
    assert percent(-0.333) == minus("-33 %")
    assert relative(Interval(-0.2, -0.3, 0.1)) == minus("-20 % [-30 %, +10 %]")


def test_names_with_commas_are_listed_with_semicolons() -> None:
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a, 1", "b", "c"]) == "a, 1; b and c"
    assert listed(["a"]) == "a"
    assert listed([]) == ""


def test_a_table_has_a_rule_under_its_headings() -> None:
    assert table(("A", "B"), [("x", "1")]).splitlines() == ["| A | B |", "| :-- | --: |", "| x | 1 |"]
