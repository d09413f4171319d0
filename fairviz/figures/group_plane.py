"""Lines of groups between shares from 0 to 1: what ROC curves and calibration have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.frame import Caption, Layout
from fairviz.figures.group_series import Configuration, GroupLine, GroupPlane
from fairviz.figures.panels import Grid, Panel, Row, legend_entry, panel_figure
from fairviz.figures.theme import NEUTRAL, escape, group_style, method_style, tint

_HEIGHT = 210
_COLUMNS = 2
# More marks than this on a line are a texture, not marks.
_MOST_MARKS = 12
_BAND = 0.14


def plane_figure(
    planes: Sequence[GroupPlane], question: str, details: Sequence[str], axes: tuple[str, str], diagonal: str
) -> go.Figure:
    """Figure of the lines of every configuration.

    Args:
        planes: a panel each.
        question: title.
        details: escaped texts below it.
        axes: names of the x axis and the y axis.
        diagonal: what the line from corner to corner means.
    """
    axis: Layout = {"range": [-0.02, 1.02], "tickformat": ".1f"}
    grid = Grid(
        rows=(Row("", tuple(Panel(escape(own.configuration.label), _traces(own), axis) for own in planes)),),
        columns=min(_COLUMNS, len(planes)),
        step=axes[0],
        share_y=True,
        plot_height=_HEIGHT,
        x_axis={"range": [-0.02, 1.02], "tickformat": ".1f"},
    )
    places = {line.group: line.place for own in planes for line in own.lines}
    shown = dict(sorted(places.items(), key=lambda item: item[1]))
    entries = [legend_entry(group, _style(place, NEUTRAL)) for group, place in shown.items()]
    texts = [f"up: {axes[1]}", *details, f"dotted: {diagonal}", *_without(planes)]
    return panel_figure(
        grid, Caption(question, " · ".join(texts), [escape(group) for group in shown]), entries
    )


def without_line(planes: Sequence[GroupPlane]) -> dict[str, list[str]]:
    """By reason, the groups that have no line anywhere."""
    drawn = {line.group for own in planes for line in own.lines}
    found: dict[str, list[str]] = {}
    for group, note in {g: note for own in planes for g, note in own.notes.items()}.items():
        if group not in drawn:
            found.setdefault(note, []).append(group)
    return found


def _without(planes: Sequence[GroupPlane]) -> list[str]:
    return [f"{note}: {', '.join(map(escape, groups))}" for note, groups in without_line(planes).items()]


def _traces(own: GroupPlane) -> tuple[Layout, ...]:
    bands = [_band(own.configuration, line) for line in own.lines if line.is_band]
    return (_diagonal(), *bands, *(_line(own.configuration, line) for line in own.lines))


def _diagonal() -> Layout:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.array([0.0, 1.0]),
        "y": np.array([0.0, 1.0]),
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": "diagonal",
    }


def _band(own: Configuration, line: GroupLine) -> Layout:
    assert line.low is not None, "a band has edges"
    assert line.high is not None, "a band has edges"
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([line.x, line.x[::-1]]),
        "y": np.concatenate([line.high, line.low[::-1]]),
        "fill": "toself",
        "fillcolor": tint(method_style(own.method).colour, _BAND),
        "line": {"width": 0},
        "legendgroup": line.group,
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": "band",
    }


def _line(own: Configuration, line: GroupLine) -> Layout:
    colour = method_style(own.method).colour
    who = f"<b>{escape(line.group)}</b>, {escape(own.label)}"
    return {
        **_style(line.place, colour),
        "type": "scatter",
        "x": line.x,
        "y": line.y,
        **_bars(line, colour),
        "legendgroup": line.group,
        "showlegend": False,
        "hoverinfo": "text",
        "hovertext": [f"{who}<br>{hover}" for hover in line.hovers],
        "meta": "line",
    }


def _bars(line: GroupLine, colour: str) -> Layout:
    if line.low is None or line.high is None or line.is_band:
        return {}
    return {
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": line.high - line.y,
            "arrayminus": line.y - line.low,
            "color": tint(colour, 0.4),
            "thickness": 1,
            "width": 2,
        }
    }


def _style(place: int, colour: str) -> Layout:
    style = group_style(place)
    return {
        "mode": "lines+markers",
        "line": {"color": colour, "width": 1.4, "dash": style.dash},
        "marker": {"symbol": style.symbol, "size": 6, "color": colour, "maxdisplayed": _MOST_MARKS},
    }
