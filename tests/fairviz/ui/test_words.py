from __future__ import annotations

import re
from datetime import datetime

import pytest

from fairviz.ui import words


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "![x](http://x.invalid/p.png)",
        "[l](http://x.invalid)",
        "# heading",
        "*a* _b_ `c` ~d~ $e$ :red[f] :material/home:",
        "a | b",
        "1. first",
        "&lt;",
    ],
)
def test_every_mark_of_a_name_is_escaped(text: str) -> None:
    shown = words.plain(text)
    assert re.findall(r"[!-/:-@\[-`{-~]", re.sub(r"\\.", "", shown)) == []
    assert shown.replace("\\", "").replace("\u2060", "") == text


@pytest.mark.parametrize("text", ["http://x.invalid", "www.x.invalid", "a@x.invalid", ":smile:"])
def test_what_markdown_finds_without_marks_is_broken_invisibly(text: str) -> None:
    resolved = words.plain(text).replace("\\", "")
    assert "\u2060" in resolved
    assert resolved.replace("\u2060", "") == text


def test_a_name_stays_on_one_line() -> None:
    assert words.plain("a\n\n# b") == "a \\# b"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.8725, "0.873"), (-0.01, "\u22120.010"), (None, "not estimable"), (float("nan"), "not estimable")],
)
def test_numbers_have_three_decimals_or_say_why_not(value: float | None, shown: str) -> None:
    assert words.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0123, "+0.012"), (-0.0123, "\u22120.012"), (0.0001, "0.000"), (-0.0001, "0.000")]
)
def test_a_change_has_its_sign_unless_it_is_nothing(value: float, shown: str) -> None:
    assert words.change(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.2, "1 s"), (40.4, "40 s"), (59.6, "1 min 0 s"), (130, "2 min 10 s"), (3900, "1 h 5 min")],
)
def test_durations_are_what_one_plans_with(seconds: float, shown: str) -> None:
    assert words.duration(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"), [(1, "1 run"), (9, "9 runs"), (9105, "9,105 runs"), (0, "0 runs")]
)
def test_counts_agree_with_their_noun(count: int, shown: str) -> None:
    assert words.counted(count, "run") == shown


def test_times_say_their_zone() -> None:
    assert words.moment(datetime(2026, 11, 5, 7, 3)) == "5 Nov 2026, 07:03 UTC"


def test_only_the_first_letter_is_raised() -> None:
    assert words.upper("positive value of AUC") == "Positive value of AUC"


def test_a_column_is_as_wide_as_its_longest_text_within_limits() -> None:
    short, long, longest = (words.column_pixels(["a", "b" * count]) for count in (2, 40, 400))
    assert short < long < longest
    assert words.column_pixels([]) == short
    assert longest == words.column_pixels(["c" * 4_000])
