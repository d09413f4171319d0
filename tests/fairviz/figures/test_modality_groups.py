"""Modalities by group."""

from __future__ import annotations

import numpy as np

from fairviz.figures.group_series import Configuration, ModalityGroups, ModalityPanel, Told
from fairviz.figures.modality_groups import modality_groups, modality_groups_text
from fairviz.figures.theme import group_style, method_style
from tests.fairviz.figures.conftest import HOSTILE, Traces


def told(start: float) -> Told:
    value = np.array([[start, np.nan, start + 0.1], [start + 0.2, np.nan, np.nan]])
    notes = (("", "suppressed", ""), ("", "suppressed", "not estimable"))
    return Told(value, value - 0.05, value + 0.04, notes)


def made(name: str = "labs", *, reference: bool = True) -> ModalityGroups:
    panels = tuple(
        ModalityPanel(Configuration(method, method), told(start), told(0.6) if reference else None)
        for method, start in (("fairgrad", 0.62), ("multifair", 0.64))
    )
    return ModalityGroups("race", (name, "notes"), ("asian", "black", "white"), panels, ("one seed",))


def test_every_group_has_its_mark_and_the_baseline_stands_beside_the_method(traces_of: Traces) -> None:
    marks = traces_of(modality_groups(made()), "marks")
    assert len(marks) == 2 * 2 * 2
    assert [mark.marker.color for mark in marks[:2]] == [
        method_style("baseline").colour,
        method_style("fairgrad").colour,
    ]
    assert {mark.marker.symbol for mark in marks} == {group_style(0).symbol, group_style(2).symbol}
    assert (marks[0].x + marks[0].error_x.array).tolist() == (marks[0].x + 0.04).tolist()


def test_marks_of_a_modality_stay_inside_its_row(traces_of: Traces) -> None:
    for mark in traces_of(modality_groups(made()), "marks"):
        rows = np.round(np.asarray(mark.y))
        assert (np.abs(np.asarray(mark.y) - rows) < 0.5).all()
        assert set(rows) <= {0, 1}


def test_all_panels_share_one_scale_and_stack_on_a_phone() -> None:
    layout = modality_groups(made()).layout
    assert layout.xaxis2.matches == "x"
    assert layout.meta["narrow"]["xaxis"]["domain"] == layout.meta["narrow"]["xaxis2"]["domain"]


def test_what_is_withheld_is_named_in_words() -> None:
    figure = modality_groups(made())
    assert "suppressed: black" in figure.layout.title.subtitle.text
    assert "grey: baseline" in figure.layout.title.subtitle.text
    text = modality_groups_text(made())
    assert "fairgrad, labs: asian 0.620 (baseline 0.600), black suppressed, white 0.720" in text
    assert "grey" not in modality_groups(made(reference=False)).layout.title.subtitle.text


def test_names_never_become_markup() -> None:
    assert "<a href" not in modality_groups(made(HOSTILE)).to_json()
