from __future__ import annotations

from dataclasses import replace

import numpy as np

from fairviz.figures.crossed import crossed, crossed_text
from fairviz.figures.group_series import Configuration, Crossed
from fairviz.figures.theme import NEUTRAL, tint
from tests.fairviz.figures.conftest import HOSTILE, Traces


def made(rows: tuple[str, ...] = ("black", "white"), better: str | None = "down") -> Crossed:
    return Crossed(
        attributes=("race", "sex"),
        rows=rows,
        columns=("female", "male"),
        measure=("Missed cases per 100", "1 - TP / (TP + FN); less is better"),
        configurations=(Configuration("Baseline", "baseline"), Configuration("FairGrad", "fairgrad")),
        value=np.array([[[20.0, 10.0], [np.nan, 15.0]]] * 2),
        texts=((("20", "10"), ("suppressed", "15")),) * 2,
        hovers=((("20 (8 to 40)", "10"), ("suppressed: fewer than 11", "15")),) * 2,
        better=better,
    )


def test_every_cell_says_its_number_or_why_there_is_none(traces_of: Traces) -> None:
    for texts in traces_of(crossed(made()), "texts"):
        assert list(texts.text) == ["20", "10", "suppressed", "15"]
        assert list(texts.x) == [0, 1, 0, 1]
        assert list(texts.y) == [0, 0, 1, 1]


def test_all_panels_share_one_scale_of_which_deeper_is_better(traces_of: Traces) -> None:
    cells = traces_of(crossed(made()), "cells")
    assert {(own.zmin, own.zmax) for own in cells} == {(10, 20)}
    assert all(own.reversescale for own in cells)
    assert not any(own.reversescale for own in traces_of(crossed(made(better="up")), "cells"))


def test_nearly_equal_cells_do_not_look_different(traces_of: Traces) -> None:
    shown = made()
    shown.value[:] = np.array([[0.8, 0.801], [0.802, np.nan]])
    own = traces_of(crossed(shown), "cells")[0]
    assert own.zmax - own.zmin > 0.04


def test_pointing_tells_limits_and_formula(traces_of: Traces) -> None:
    hover = traces_of(crossed(made()), "cells")[0].hovertext[0][0]
    assert "black, female" in hover
    assert "20 (8 to 40)" in hover
    assert "less is better" in hover


def test_panels_stack_on_a_phone_and_no_name_becomes_markup() -> None:
    figure = crossed(made(rows=(HOSTILE, "white")))
    narrow = figure.layout.meta["narrow"]
    assert narrow["xaxis"]["domain"] == narrow["xaxis2"]["domain"]
    assert narrow["height"] > figure.layout.height
    assert "<a href" not in figure.to_json()


def test_text_names_every_cell() -> None:
    text = crossed_text(made())
    assert "race and sex cross" in text
    assert "white and female suppressed" in text


def test_a_cell_without_a_number_has_a_frame_that_is_filled_where_it_is_withheld() -> None:
    figure = crossed(made())
    frames = figure.layout.shapes
    assert len(frames) == 2
    assert {frame.fillcolor for frame in frames} == {tint(NEUTRAL, 0.22)}
    assert (frames[0].x0, frames[0].x1, frames[0].y0 < 1 < frames[0].y1) == (0, 0.5, True)
    assert "suppressed, too few patients to be told" in figure.layout.title.subtitle.text


def test_many_columns_have_marks_that_the_caption_explains(traces_of: Traces) -> None:
    texts = (("20", "suppressed", "not estimable", "no patients"),)
    shown = replace(
        made(("black",)),
        columns=("a", "b", "c", "d"),
        value=np.array([[[20.0, np.nan, np.nan, np.nan]]] * 2),
        texts=(texts,) * 2,
        hovers=(texts,) * 2,
    )
    figure = crossed(shown)
    assert list(traces_of(figure, "texts")[0].text) == ["20", "\u2020", "\u2013", ""]
    assert "\u2020 suppressed" in figure.layout.title.subtitle.text
    assert len(figure.layout.shapes) == 4
    assert "a 20; black and b suppressed" in crossed_text(shown)
