"""Numbers of groups with their intervals, one group under another: rates, or changes against the baseline."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.frame import Caption, Layout
from fairviz.figures.group_series import Estimates, Forest
from fairviz.figures.panels import Grid, Panel, Row, legend_entry, panel_figure
from fairviz.figures.theme import NEUTRAL, escape, group_style, method_style, tint

# Pixels of one mark's line and between groups; shares of a group's height that its marks take.
_LINE, _BETWEEN, _SHARE = 15, 14, 0.72
_LONGEST_NAME = 20
_CHARACTER = 7.2


def forest(shown: Forest) -> go.Figure:
    """Figure with a panel per number; a configuration has its colour, a group its row and mark."""
    height = len(shown.groups) * (_BETWEEN + _LINE * len(shown.configurations))
    names = [escape(group, _LONGEST_NAME) for group in shown.groups]
    axis: Layout = {
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "range": [len(names) - 0.5, -0.5],
        "showgrid": False,
        "fixedrange": True,
    }
    grid = Grid(
        rows=(Row("", tuple(Panel(escape(p.title, 80), _traces(shown, p), axis) for p in shown.panels)),),
        columns=len(shown.panels),
        step=shown.unit,
        share_y=True,
        plot_height=height,
        x_axis={} if shown.is_change else {"rangemode": "tozero"},
        left=round(20 + _CHARACTER * max(min(len(group), _LONGEST_NAME) for group in shown.groups)),
        is_wide=len(shown.panels) > 1,
    )
    entries = [
        legend_entry(own.label, {"mode": "markers", "marker": {"color": method_style(own.method).colour}})
        for own in shown.configurations
    ]
    legend = [escape(own.label) for own in shown.configurations]
    return panel_figure(
        grid, Caption(shown.question, " · ".join(map(escape_detail, shown.details)), legend), entries
    )


def forest_text(shown: Forest) -> str:
    """The same figure in words; not escaped."""
    parts = [
        f"{panel.title}, {own.label}: {'; '.join(_told(shown, panel, place))}."
        for panel in shown.panels
        for place, own in enumerate(shown.configurations)
    ]
    return f"{shown.question} {', '.join(shown.details)}. {' '.join(parts)}"


def escape_detail(text: str) -> str:
    """A detail under the title, which may hold an attribute's name."""
    return escape(text, 120)


def _told(shown: Forest, panel: Estimates, place: int) -> list[str]:
    return [
        f"{group} {panel.notes[place][g] or _number(shown, panel, place, g)}"
        for g, group in enumerate(shown.groups)
    ]


def _number(shown: Forest, panel: Estimates, place: int, g: int) -> str:
    value, low, high = (own[place, g] for own in (panel.value, panel.low, panel.high))
    sign = "+" if shown.is_change else ""
    digits = f"{sign}.{shown.decimals}f"
    limits = "" if np.isnan(low) else f" ({low:{digits}} to {high:{digits}})"
    mark = panel.marks[place][g] if panel.marks else ""
    return f"{value:{digits}}{limits}{', ' + mark if mark else ''}".replace("-", "\u2212")


def _traces(shown: Forest, panel: Estimates) -> tuple[Layout, ...]:
    marks = [_marks(shown, panel, place) for place in range(len(shown.configurations))]
    zero = [_zero(len(shown.groups))] if shown.is_change else []
    return (*zero, *marks, _notes(shown, panel))


def _row(shown: Forest, place: int, g: int) -> float:
    """Height of a configuration's mark: its share of the group's row."""
    count = len(shown.configurations)
    return g + _SHARE * ((place + 0.5) / count - 0.5)


def _marks(shown: Forest, panel: Estimates, place: int) -> Layout:
    own = shown.configurations[place]
    colour = method_style(own.method).colour
    known = np.flatnonzero(np.isfinite(panel.value[place])).tolist()
    value = panel.value[place, known]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": value,
        "y": np.array([_row(shown, place, g) for g in known]),
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": panel.high[place, known] - value,
            "arrayminus": value - panel.low[place, known],
            "color": tint(colour, 0.6),
            "thickness": 1.5,
            "width": 3,
        },
        "marker": {"color": colour, "size": 8, "symbol": [group_style(g).symbol for g in known]},
        "legendgroup": own.label,
        "showlegend": False,
        "hoverinfo": "text",
        "hovertext": [
            f"<b>{escape(shown.groups[g])}</b>, {escape(own.label)}<br>{escape(panel.title, 80)} "
            f"<b>{_number(shown, panel, place, g)}</b><br>  {panel.formula}"
            for g in known
        ],
        "meta": "marks",
    }


def _notes(shown: Forest, panel: Estimates) -> Layout:
    """Why there is no number, where the mark would be; once for a group without any."""
    count = len(shown.configurations)
    places = [
        (place, g)
        for g in range(len(shown.groups))
        for place in range(count)
        if panel.notes[place][g] and (place == 0 or np.isfinite(panel.value[:, g]).any())
    ]
    alone = {g for g in range(len(shown.groups)) if not np.isfinite(panel.value[:, g]).any()}
    labels = [escape(own.label) for own in shown.configurations]
    return {
        "type": "scatter",
        "mode": "text",
        "x": np.zeros(len(places)),
        "y": np.array([g if g in alone else _row(shown, place, g) for place, g in places], dtype=np.float64),
        # A space that does not break keeps the words off the group's name.
        "text": [f"\u00a0{panel.notes[place][g]}" for place, g in places],
        # Not shown; in the table of the chart's numbers.
        "hovertext": [
            panel.notes[place][g] if g in alone else f"{labels[place]}: {panel.notes[place][g]}"
            for place, g in places
        ],
        "textposition": "middle right" if not shown.is_change else "middle center",
        "textfont": {"size": 11, "color": NEUTRAL},
        "cliponaxis": False,
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": "notes",
    }


def _zero(groups: int) -> Layout:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.zeros(2),
        "y": np.array([-0.5, groups - 0.5]),
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": "zero",
    }
