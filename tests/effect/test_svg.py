from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.effect.intervals import Interval
from tests.effect.svg import Mark, Panel, chart, symbol, ticks

SVG = "{http://www.w3.org/2000/svg}"
MARKS = [
    Mark("Baseline", Interval(0.80, 0.80, 0.80), Interval(0.10, 0.10, 0.10), "#6B6B6B", "circle"),
    Mark("A < B & C", Interval(0.82, 0.81, 0.83), Interval(0.05, -0.02, 0.08), "#0072B2", "square"),
]
PANEL = Panel("Gap by race", "Gap", MARKS, [("Path", [(0.80, 0.10), (0.79, 0.02)])], floor=0.03)


def places(tree: ElementTree.Element, text: str) -> tuple[float, float]:
    (found,) = (e for e in tree.iter(f"{SVG}text") if e.text == text)
    return float(found.attrib["x"]), float(found.attrib["y"])


def test_right_is_better_and_up_is_a_smaller_gap() -> None:
    tree = ElementTree.fromstring(chart([PANEL]))
    first, second = places(tree, "1"), places(tree, "2")
    assert second[0] > first[0]
    assert second[1] < first[1]


def test_names_cannot_break_the_picture() -> None:
    tree = ElementTree.fromstring(chart([PANEL]))
    assert any(e.text == "2 A < B & C" for e in tree.iter(f"{SVG}text"))


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert chart([PANEL, PANEL]) == chart([PANEL, PANEL])


def test_the_path_goes_through_its_points() -> None:
    tree = ElementTree.fromstring(chart([PANEL]))
    (line,) = tree.iter(f"{SVG}polyline")
    assert len(line.attrib["points"].split()) == 2


@pytest.mark.parametrize(("low", "high"), [(0.79, 0.84), (0.0, 0.031), (0.0, 1.0), (0.8611, 0.8639)])
def test_ticks_are_round_and_inside(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 3 <= len(found) <= 7
    assert all(low <= value <= high for value in found)
    step = found[1] - found[0]
    assert float(f"{step:.0e}") == pytest.approx(step)


def test_an_unknown_symbol_is_a_circle() -> None:
    assert symbol("no such", 1, 2, "#000000").startswith("<circle")
    assert symbol("star", 1, 2, "#000000").startswith("<polygon")
