"""Rows of small panels that share one step axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import plotly.graph_objects as go

from fairviz.figures.frame import HALF, PHONE, WIDE, Caption, Layout, figure, frame
from fairviz.figures.theme import escape

# Pixels, from the top of a row to its foot.
_ABOVE, _HEADING, _TITLE, _TICKS = 10, 24, 20, 26


@dataclass(frozen=True, slots=True)
class Panel:
    """One small plot.

    Attributes:
        title: escaped.
        traces: without axes; the grid gives them theirs.
        axis: settings of the y axis.
        shapes: with y in data units; they span the panel's width.
    """

    title: str
    traces: tuple[Layout, ...]
    axis: Layout
    shapes: tuple[Layout, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """Panels that belong together, under a heading unless it is empty."""

    heading: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of panels and how to set them.

    Attributes:
        rows: from the top.
        columns: panels side by side on a wide page; on a phone they stack.
        step: title of the shared x axis.
        share_y: all panels have one y axis, labelled once.
        plot_height: pixels of one panel.
        x_axis: further settings of the x axis.
        left: pixels for the numbers or names of the y axis; None where three digits stand there.
        is_wide: over the whole page, however few the columns.
    """

    rows: tuple[Row, ...]
    columns: int
    step: str
    share_y: bool = False
    plot_height: int = 112
    x_axis: Layout = field(default_factory=dict)
    left: int | None = None
    is_wide: bool = False


def panel_figure(grid: Grid, caption: Caption, legend: Sequence[Layout]) -> go.Figure:
    """The figure of a grid; ``legend`` are traces without data that name the lines."""
    panels = [panel for row in grid.rows for panel in row.panels]
    traces = [
        {**trace, "xaxis": f"x{number}", "yaxis": f"y{number}", "uid": f"{number} {index}"}
        for number, panel in enumerate(panels, start=1)
        for index, trace in enumerate(panel.traces)
    ]
    wide = HALF if grid.columns <= 3 and not grid.is_wide else WIDE
    names = [_full_title(row, panel) for row in grid.rows for panel in row.panels]
    return figure([*legend, *traces], partial(_layout, grid, caption), wide=wide, panels=names)


def _full_title(row: Row, panel: Panel) -> str:
    return f"{row.heading}: {panel.title}" if row.heading else panel.title


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a panel stands: pixels from the top, fractions from the left."""

    panel: Panel
    top: int
    left: float
    right: float
    is_first: bool
    is_last: bool


def _layout(grid: Grid, caption: Caption, width: int) -> Layout:
    columns = 1 if width == PHONE else grid.columns
    places, headings, height = _places(grid, columns)
    layout = frame(caption, plot_height=height, width=width)
    if grid.left is not None:
        layout["margin"]["l"] = grid.left
    layout["annotations"] = [_heading(text, top, height) for text, top in headings]
    layout["shapes"] = []
    for number, place in enumerate(places, start=1):
        layout |= _axes(grid, place, number, height)
        layout["annotations"] += [_title(place, height)]
        layout["shapes"] += _attached(place.panel.shapes, number)
    return layout


def _places(grid: Grid, columns: int) -> tuple[list[_Place], list[tuple[str, int]], int]:
    places, headings, top = [], [], 0
    line = _TITLE + grid.plot_height + _TICKS
    for row in grid.rows:
        if row.heading:
            top += _ABOVE if top else 0
            headings.append((row.heading, top))
            top += _HEADING
        across = min(columns, len(row.panels)) if not grid.share_y else columns
        for index, panel in enumerate(row.panels):
            column = index % across
            if index and column == 0:
                top += line
            left, right = _span(column, across, shared=grid.share_y)
            last = index + across >= len(row.panels)
            places.append(_Place(panel, top + _TITLE, left, right, column == 0, last))
        top += line
    return places, headings, top - _TICKS


def _span(column: int, columns: int, *, shared: bool) -> tuple[float, float]:
    # Unshared panels need room for their own numbers.
    gap = 0.025 if shared else 0.18 / columns
    width = (1 - gap * (columns - 1)) / columns
    left = column * (width + gap)
    return left, min(left + width, 1.0)


def _axes(grid: Grid, place: _Place, number: int, height: int) -> Layout:
    foot = place.top + grid.plot_height
    x_axis = {
        "domain": [place.left, place.right],
        "anchor": f"y{number}",
        "showticklabels": place.is_last,
        "nticks": 5,
        **({"title": {"text": grid.step}} if foot == height else {}),
        **({"matches": "x"} if number > 1 else {}),
        **grid.x_axis,
    }
    y_axis = {
        **place.panel.axis,
        "domain": [1 - foot / height, 1 - place.top / height],
        "anchor": f"x{number}",
        "nticks": 4,
        "showticklabels": place.is_first or not grid.share_y,
        **({"matches": "y"} if grid.share_y and number > 1 else {}),
    }
    suffix = _suffix(number)
    return {f"xaxis{suffix}": x_axis, f"yaxis{suffix}": y_axis}


def _heading(text: str, top: int, height: int) -> Layout:
    return {**_text(text, top, 0.0, height), "font": {"size": 13, "weight": 600}, "xshift": -52}


def _title(place: _Place, height: int) -> Layout:
    return _text(place.panel.title, place.top - _TITLE, place.left, height)


def _text(text: str, top: int, left: float, height: int) -> Layout:
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": left,
        "xanchor": "left",
        "y": 1 - top / height,
        "yanchor": "top",
        "showarrow": False,
    }


def _attached(items: Sequence[Layout], number: int) -> list[Layout]:
    suffix = _suffix(number)
    return [{**item, "xref": f"x{suffix} domain", "yref": f"y{suffix}"} for item in items]


def _suffix(number: int) -> str:
    """Plotly leaves out the number of the first axis."""
    return "" if number == 1 else str(number)


def legend_entry(group: str, line: Layout) -> Layout:
    """A trace without data that names a line of every panel; a click hides that line everywhere.

    Args:
        group: the user's name of the line, which its traces carry as ``legendgroup``.
        line: plotly's settings of the trace: mode, line, marker.
    """
    return {
        "type": "scatter",
        "x": [None],
        "y": [None],
        "name": escape(group),
        "legendgroup": group,
        "uid": f"legend {group}",
        **line,
    }
