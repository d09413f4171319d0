"""A metric where two attributes cross: a cell per combination of groups, a panel per configuration."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.frame import Caption, Layout
from fairviz.figures.group_series import Crossed
from fairviz.figures.panels import Grid, Panel, Row, panel_figure
from fairviz.figures.theme import NEUTRAL, escape, method_style, tint

_ROW = 34
_LONGEST_NAME = 18
_CHARACTER = 7.2
_COLUMNS = 2
_PALE, _DEEP = 0.04, 0.5
# Cells that differ by less are not to look as if they did.
_LEAST_SPAN = 0.05
# Texts of cells without a number.
SUPPRESSED, NOT_ESTIMABLE, NO_PATIENTS = "suppressed", "not estimable", "no patients"
_MARKS = {SUPPRESSED: "\u2020", NOT_ESTIMABLE: "\u2013", NO_PATIENTS: ""}
_MEANING = {
    SUPPRESSED: "suppressed, too few patients to be told",
    NOT_ESTIMABLE: "too few patients to estimate",
}
# Columns beside which words still fit into a cell on a phone.
_WORDS_FIT = 3
_WITHHELD = 0.22
_DEEPER = {"up": "higher, which is better", "down": "lower, which is better"}


def crossed(shown: Crossed) -> go.Figure:
    """Figure of all cells; deeper is better, and what has no number says why."""
    across = [escape(name, _LONGEST_NAME) for name in shown.columns]
    axis: Layout = {
        "tickvals": list(range(len(shown.rows))),
        "ticktext": [escape(name, _LONGEST_NAME) for name in shown.rows],
        "range": [len(shown.rows) - 0.5, -0.5],
        "showgrid": False,
        "fixedrange": True,
    }
    grid = Grid(
        rows=(
            Row(
                "",
                tuple(
                    Panel(escape(own.label), _traces(shown, place), axis, _empty_cells(shown, place))
                    for place, own in enumerate(shown.configurations)
                ),
            ),
        ),
        columns=min(_COLUMNS, len(shown.configurations)),
        step=escape(shown.attributes[1]),
        share_y=True,
        plot_height=_ROW * len(shown.rows),
        x_axis={
            "tickvals": list(range(len(across))),
            "ticktext": across,
            "range": [-0.5, len(across) - 0.5],
            "showgrid": False,
            "fixedrange": True,
        },
        left=round(20 + _CHARACTER * max(min(len(name), _LONGEST_NAME) for name in shown.rows)),
        is_wide=True,
    )
    return panel_figure(grid, _caption(shown), [])


def crossed_text(shown: Crossed) -> str:
    """The same figure in words; not escaped."""
    parts = [
        f"{own.label}: "
        + "; ".join(
            f"{a} and {b} {shown.texts[place][r][c]}"
            for r, a in enumerate(shown.rows)
            for c, b in enumerate(shown.columns)
        )
        for place, own in enumerate(shown.configurations)
    ]
    first, second = shown.attributes
    return f"{shown.measure[0]} where {first} and {second} cross, {shown.split} data. {'. '.join(parts)}."


def _traces(shown: Crossed, place: int) -> tuple[Layout, ...]:
    return _cells(shown, place), _texts(shown, place)


def _cells(shown: Crossed, place: int) -> Layout:
    own = shown.configurations[place]
    colour = method_style(own.method).colour
    least, most = _span(shown)
    return {
        "type": "heatmap",
        "x": list(range(len(shown.columns))),
        "y": list(range(len(shown.rows))),
        "z": shown.value[place],
        "zmin": least,
        "zmax": most,
        "colorscale": [[0, tint(colour, _PALE)], [1, tint(colour, _DEEP)]],
        "reversescale": shown.better == "down",
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hoverinfo": "text",
        "hovertext": _hovers(shown, place),
        "meta": "cells",
    }


def _span(shown: Crossed) -> tuple[float, float]:
    known = shown.value[np.isfinite(shown.value)]
    if not len(known):
        return 0.0, 1.0
    middle = float(known.max() + known.min()) / 2
    half = max(float(known.max() - known.min()), _LEAST_SPAN) / 2
    return middle - half, middle + half


def _hovers(shown: Crossed, place: int) -> list[list[str]]:
    own = shown.configurations[place]
    return [
        [
            f"<b>{escape(first)}, {escape(second)}</b>, {escape(own.label)}"
            f"<br>{escape(shown.measure[0], 80)}: {shown.hovers[place][r][c]}<br>  {shown.measure[1]}"
            for c, second in enumerate(shown.columns)
        ]
        for r, first in enumerate(shown.rows)
    ]


def _texts(shown: Crossed, place: int) -> Layout:
    """A text in each cell, in the page's ink: of itself plotly forgets the paper behind a pale colour."""
    places = [(r, c) for r in range(len(shown.rows)) for c in range(len(shown.columns))]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [c for _, c in places],
        "y": [r for r, _ in places],
        "text": [_short(shown, place, r, c) for r, c in places],
        "textfont": {"size": 12},
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": "texts",
    }


def _short(shown: Crossed, place: int, r: int, c: int) -> str:
    """What stands in a cell: in a narrow one a mark in place of words, which the caption explains."""
    text = shown.texts[place][r][c]
    return _MARKS.get(text, text) if len(shown.columns) > _WORDS_FIT else text


def _empty_cells(shown: Crossed, place: int) -> tuple[Layout, ...]:
    """A frame around each cell without a number, filled where it is withheld: it is no low number."""
    width = 1 / len(shown.columns)
    return tuple(
        {
            "type": "rect",
            "x0": c * width,
            "x1": (c + 1) * width,
            "y0": r - 0.44,
            "y1": r + 0.44,
            "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
            "fillcolor": tint(NEUTRAL, _WITHHELD if shown.texts[place][r][c] == SUPPRESSED else 0),
            "layer": "below",
        }
        for r in range(len(shown.rows))
        for c in range(len(shown.columns))
        if np.isnan(shown.value[place, r, c]) and shown.texts[place][r][c] != NO_PATIENTS
    )


def _explained(shown: Crossed) -> list[str]:
    """What cells without a number say, of the reasons that occur."""
    found = {text for own in shown.texts for row in own for text in row}
    reasons = [reason for reason in (SUPPRESSED, NOT_ESTIMABLE) if reason in found]
    if len(shown.columns) > _WORDS_FIT:
        return [f"{_MARKS[reason]} {_MEANING[reason]}" for reason in reasons]
    return [f"dotted: {' or '.join(_MEANING[reason] for reason in reasons)}"] if reasons else []


def _caption(shown: Crossed) -> Caption:
    first, second = (escape(name) for name in shown.attributes)
    details = [
        escape(shown.measure[0], 80),
        f"{first} by {second}",
        f"{shown.split} data",
        "mean over seeds",
        *([f"deeper: {_DEEPER[shown.better]}"] if shown.better else ["deeper: higher"]),
        *_explained(shown),
    ]
    return Caption("Which combinations of groups fare worst?", " · ".join(details))
