from __future__ import annotations

import itertools

import pytest

from fairviz.figures.theme import (
    Mode,
    escape,
    group_style,
    method_style,
    template,
    tint,
    wrap,
)
from models import specs

METHODS = ("baseline", "fairgrad", "multifair", "multifair-m", "multifair-g", "multifair-plus")


def _contrast(first: str, second: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("method", "colour"),
    [
        ("baseline", "#6B6B6B"),
        ("fairgrad", "#0072B2"),
        ("multifair", "#D55E00"),
        ("multifair-plus", "#009E73"),
    ],
)
def test_methods_have_their_colours(method: str, colour: str) -> None:
    assert method_style(method).colour == colour


def test_no_two_methods_look_the_same() -> None:
    looks = {(method_style(method).colour, method_style(method).symbol) for method in specs.METHODS}
    assert len(looks) == len(specs.METHODS)


def test_methods_are_called_what_people_know_them_by() -> None:
    comparators = specs.METHODS.keys() - set(METHODS)
    assert {name: method_style(name).name for name in comparators} == {
        name: specs.METHODS[name].title for name in comparators
    }


def test_a_comparator_never_has_a_method_s_colour() -> None:
    ours = {method_style(method).colour for method in METHODS}
    for name in (*(specs.METHODS.keys() - set(METHODS)), "modality-dropout"):
        assert method_style(name).colour not in ours


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("method", METHODS)
def test_methods_stand_out_from_the_background(method: str, mode: Mode) -> None:
    paper = template(mode).layout.paper_bgcolor
    assert _contrast(method_style(method).colour, paper) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_is_readable(mode: Mode) -> None:
    layout = template(mode).layout
    assert _contrast(layout.font.color, layout.paper_bgcolor) >= 7
    assert _contrast(layout.xaxis.tickfont.color, layout.paper_bgcolor) >= 4.5


def test_groups_differ_in_marker_and_in_dash() -> None:
    styles = [group_style(index) for index in range(8)]
    for first, second in itertools.combinations(styles, 2):
        assert first.symbol != second.symbol
        assert first.dash != second.dash
    assert group_style(8) == styles[0]


def test_markup_links_entities_and_templates_become_plain_text() -> None:
    assert escape("<a href=x>") == "&lt;a href=x&gt;"
    assert escape("&lt;") == "&amp;lt;"
    assert "%{" not in escape("%{y}")
    assert escape("age 65-74") == "age 65-74"


def test_long_names_are_cut_before_they_are_escaped() -> None:
    assert escape("x" * 40) == "x" * 31 + "…"
    assert escape("<" * 40) == "&lt;" * 31 + "…"


def test_wrapped_lines_keep_every_word() -> None:
    text = "validation data · race, over 3 of 5 groups"
    lines = wrap(text, 20).split("<br>")
    assert max(map(len, lines)) <= 20
    assert " ".join(lines) == text


def test_tint_keeps_the_colour() -> None:
    assert tint("#0072B2", 0.25) == "rgba(0,114,178,0.25)"
