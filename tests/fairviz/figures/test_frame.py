from __future__ import annotations

import pytest

from fairviz.figures.frame import HALF, PHONE, WIDE, Caption, frame

CAPTION = Caption("Which group is served worst?", "AUC per group of race · validation data", ("a",))


@pytest.mark.parametrize("width", [WIDE, HALF, PHONE])
def test_height_is_plot_and_margins(width: int) -> None:
    layout = frame(CAPTION, plot_height=300, width=width)
    assert layout["height"] == 300 + layout["margin"]["t"] + layout["margin"]["b"]


def test_less_width_takes_more_lines_and_more_room() -> None:
    long = Caption("question " * 12, "details " * 20, ("a long name of a group",) * 8)
    wide, narrow = (frame(long, plot_height=300, width=width) for width in (WIDE, PHONE))
    assert narrow["title"]["text"].count("<br>") > wide["title"]["text"].count("<br>")
    assert narrow["margin"]["t"] > wide["margin"]["t"]
    assert narrow["margin"]["b"] > wide["margin"]["b"]


def test_a_legend_of_one_is_no_legend() -> None:
    assert not frame(CAPTION, plot_height=300, width=WIDE)["showlegend"]
