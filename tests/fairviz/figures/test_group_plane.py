"""ROC curves and calibration of groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.figures.calibration import calibration, calibration_text
from fairviz.figures.group_series import Configuration, GroupLine, GroupPlane
from fairviz.figures.roc import roc, roc_text
from fairviz.figures.theme import NEUTRAL, group_style, method_style
from tests.fairviz.figures.conftest import HOSTILE, Traces

X, Y = np.array([0.0, 0.1, 0.4, 1.0]), np.array([0.0, 0.6, 0.8, 1.0])


def planes(group: str = "female", *, limits: bool = False) -> list[GroupPlane]:
    low, high = (Y - 0.1, Y + 0.05) if limits else (None, None)
    line = GroupLine(group, 1, X, Y, ("one", "two", "three", "four"), low, high)
    notes = {"other": "suppressed"}
    return [
        GroupPlane(Configuration("Baseline", "baseline"), (line,), notes),
        GroupPlane(Configuration("FairGrad", "fairgrad"), (line,), notes),
    ]


def test_a_line_has_the_colour_of_its_method_and_the_mark_of_its_group(traces_of: Traces) -> None:
    lines = traces_of(roc(planes(), "sex", []), "line")
    assert [line.line.color for line in lines] == [
        method_style(name).colour for name in ("baseline", "fairgrad")
    ]
    assert {line.marker.symbol for line in lines} == {group_style(1).symbol}
    assert lines[0].x.tolist() == X.tolist()


def test_both_have_the_diagonal_and_go_from_0_to_1(traces_of: Traces) -> None:
    for figure in (roc(planes(), "sex", []), calibration(planes(), "sex", [])):
        assert traces_of(figure, "diagonal")[0].y.tolist() == [0, 1]
        assert traces_of(figure, "diagonal")[0].line.color == NEUTRAL
        assert figure.layout.xaxis.range == figure.layout.yaxis.range
        assert figure.layout.title.text.endswith("?")


def test_bins_have_their_intervals(traces_of: Traces) -> None:
    line = traces_of(calibration(planes(limits=True), "sex", []), "line")[0]
    assert (line.y - line.error_y.arrayminus).tolist() == pytest.approx((Y - 0.1).tolist())
    assert (line.y + line.error_y.array).tolist() == pytest.approx((Y + 0.05).tolist())


def test_panels_stack_on_a_phone() -> None:
    layout = roc(planes(), "sex", []).layout
    assert layout.xaxis.domain[1] < layout.xaxis2.domain[0]
    assert layout.meta["narrow"]["xaxis"]["domain"] == layout.meta["narrow"]["xaxis2"]["domain"]


def test_a_group_without_a_line_is_named_with_its_reason() -> None:
    assert "suppressed: other" in roc(planes(), "sex", []).layout.title.subtitle.text
    assert "other: suppressed." in roc_text(planes(), "sex")


def test_texts_read_the_lines() -> None:
    assert "Baseline: female finds 0.60 at 0.10 false alarms." in roc_text(planes(), "sex")
    assert "female 0.00 at 0.00, 0.60 at 0.10" in calibration_text(planes(), "sex")


def test_names_never_become_markup() -> None:
    for figure in (roc(planes(HOSTILE), HOSTILE, []), calibration(planes(HOSTILE), HOSTILE, [])):
        for trace in figure.data:
            assert "<a" not in (trace.name or "")
            assert "%{" not in (trace.hovertext or [""])[0]
        assert "<a" not in figure.layout.title.subtitle.text


def test_a_line_with_a_band_has_its_edges_and_no_bars(traces_of: Traces) -> None:
    banded = [
        replace(own, lines=tuple(replace(line, is_band=True) for line in own.lines))
        for own in planes(limits=True)
    ]
    figure = roc(banded, "sex", [])
    band = traces_of(figure, "band")[0]
    assert band.x.tolist() == [*X, *X[::-1]]
    assert band.y.tolist() == pytest.approx([*(Y + 0.05), *(Y - 0.1)[::-1]])
    assert band.legendgroup == "female"
    assert traces_of(figure, "line")[0].error_y.array is None
    assert not traces_of(roc(planes(), "sex", []), "band")
