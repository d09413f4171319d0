from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.figures.forest import forest, forest_text
from fairviz.figures.group_series import Configuration, Estimates, Forest
from fairviz.figures.theme import escape, group_style, method_style
from tests.fairviz.figures.conftest import HOSTILE, Traces

NOTES = (("", "", "not estimable"), ("", "suppressed", "not estimable"))


def made(groups: tuple[str, ...] = ("a", "b", "c")) -> Forest:
    value = np.array([[18.0, 9.0, np.nan], [12.0, np.nan, np.nan]])
    panel = Estimates(
        "Missed cases", "1 - TP / (TP + FN); less is better", value, value - 6, value + 8, NOTES
    )
    return Forest(
        question="Who is missed?",
        details=("groups of sex", "test data"),
        unit="per 100 patients",
        decimals=0,
        configurations=(Configuration("Baseline", "baseline"), Configuration("FairGrad", "fairgrad")),
        groups=groups,
        panels=(panel, replace(panel, title="Flagged")),
    )


def test_marks_are_values_with_their_limits(traces_of: Traces) -> None:
    first, second = traces_of(forest(made()), "marks")[:2]
    assert first.x.tolist() == [18, 9]
    assert (first.x - first.error_x.arrayminus).tolist() == [12, 3]
    assert (first.x + first.error_x.array).tolist() == [26, 17]
    assert second.x.tolist() == [12]


def test_a_configuration_has_its_colour_and_a_group_its_mark_and_row(traces_of: Traces) -> None:
    first, second = traces_of(forest(made()), "marks")[:2]
    assert [own.marker.color for own in (first, second)] == [
        method_style(name).colour for name in ("baseline", "fairgrad")
    ]
    assert list(first.marker.symbol) == [group_style(0).symbol, group_style(1).symbol]
    assert np.round(first.y).tolist() == [0, 1]
    assert first.y[0] < second.y[0]


def test_what_has_no_number_says_why_in_its_row(traces_of: Traces) -> None:
    notes = traces_of(forest(made()), "notes")[0]
    assert [text.strip() for text in notes.text] == ["suppressed", "not estimable"]
    assert notes.y[1] == 2, "a group without any number says so once, in the middle of its row"


def test_pointing_at_a_mark_tells_number_limits_and_formula(traces_of: Traces) -> None:
    hover = traces_of(forest(made()), "marks")[0].hovertext[0]
    assert "<b>18 (12 to 26)</b>" in hover
    assert "less is better" in hover


def test_panels_stand_side_by_side_and_stack_on_a_phone() -> None:
    figure = forest(made())
    assert figure.layout.xaxis.domain[1] < figure.layout.xaxis2.domain[0]
    narrow = figure.layout.meta["narrow"]
    assert narrow["xaxis"]["domain"] == narrow["xaxis2"]["domain"]
    assert narrow["margin"]["l"] == figure.layout.margin.l


def test_changes_have_a_line_at_zero_and_verdicts(traces_of: Traces) -> None:
    marks = (("worse", "", ""), ("", "", ""))
    changed = replace(made(), is_change=True, panels=(replace(made().panels[0], marks=marks),))
    figure = forest(changed)
    assert traces_of(figure, "zero")[0].x.tolist() == [0, 0]
    assert "+18 (+12 to +26), worse" in traces_of(figure, "marks")[0].hovertext[0]
    assert not traces_of(forest(made()), "zero")


def test_text_tells_every_number_and_why_there_is_none() -> None:
    text = forest_text(made())
    assert "Missed cases, Baseline: a 18 (12 to 26); b 9 (3 to 17); c not estimable." in text
    assert "b suppressed" in text


@pytest.mark.parametrize("name", [HOSTILE, "<b>", "%{x}"])
def test_names_never_become_markup(name: str) -> None:
    written = forest(made(groups=(name, "b", "c"))).to_json()
    assert "<a href" not in written
    assert escape(name, 20) in forest(made(groups=(name, "b", "c"))).layout.yaxis.ticktext[0]
