"""What a method's dials do: a metric over one hyperparameter as a line, over two as a heat map.

Axis letters: V values of the first dial, W values of the second, S seeds.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.arrays import mean_of_defined, range_of_defined
from fairviz.figures.frame import PHONE, WIDE, Caption, Layout, figure, frame
from fairviz.figures.series import Dial, Floats, Interval, Response, Sweep
from fairviz.figures.theme import NEUTRAL, escape, method_style, tint

_PANEL = {WIDE: 250, PHONE: 210}
# Between panels: a share of the width side by side, pixels on a phone, where each has a title and an axis.
_GUTTER, _BETWEEN = 0.09, 78
_TITLE = 24
# The least and the best cell of a heat map. Ink stays readable on both, on a light and on a dark page.
_PALE, _DEEP = 0.06, 0.55
_MARK = "*"
# Numbers of more columns would run into each other.
_MOST_NUMBERS = 8
_PADDING = 0.06
# A scale that spans less would make a mountain of the third decimal.
_LEAST_SPAN = 0.01
_BETTER = {"up": "more", "down": "less"}


def sweep_figure(sweep: Sweep) -> go.Figure:
    """Figure of all metrics of a sweep, a panel each; up, or deeper, is better."""
    panel = _lines if len(sweep.dials) == 1 else _cells
    traces = [
        {**trace, "xaxis": f"x{number}", "yaxis": f"y{number}", "uid": f"{number} {trace['meta']}"}
        for number, response in enumerate(sweep.responses, start=1)
        for trace in panel(sweep, response)
    ]
    names = [escape(response.measure.name) for response in sweep.responses]
    return figure(traces, partial(_layout, sweep), wide=WIDE, panels=names)


def sweep_text(sweep: Sweep) -> str:
    """The same figure in words; not escaped."""
    parts = [f"{response.measure.name}: {_numbers(sweep, response)}." for response in sweep.responses]
    names = " and ".join(dial.title for dial in sweep.dials)
    return f"Means over seeds by {names}, {sweep.split} data. {' '.join(parts)}"


def _numbers(sweep: Sweep, response: Response) -> str:
    means = mean_of_defined(response.values, axis=-1).ravel().tolist()
    marks = [", patients no longer told apart" if collapsed else "" for collapsed in sweep.collapsed.ravel()]
    names = sweep.points
    told = [f"{name} {_number(mean)}{mark}" for name, mean, mark in zip(names, means, marks, strict=True)]
    known = response.baseline[np.isfinite(response.baseline)]
    return "; ".join(told + ([f"baseline {known.mean():.3f}"] if len(known) else []))


def _number(value: float) -> str:
    return "no number" if np.isnan(value) else f"{value:.3f}"


def _lines(sweep: Sweep, response: Response) -> list[Layout]:
    """The baseline's mean, dashed, and the method's mean with the range over seeds."""
    (dial,) = sweep.dials
    mean = mean_of_defined(response.values, axis=-1)
    low, high = range_of_defined(response.values, axis=-1)
    colour = method_style(sweep.method).colour
    own = {
        "type": "scatter",
        "mode": "lines+markers+text" if dial.is_number else "markers+text",
        "text": [_MARK if collapsed else "" for collapsed in sweep.collapsed],
        "textposition": "top right",
        "textfont": {"size": 18},
        "cliponaxis": False,
        "x": list(dial.values),
        "y": mean,
        "line": {"color": colour, "width": 1.6},
        "marker": {"symbol": method_style(sweep.method).symbol, "size": 9, "color": colour},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": high - mean,
            "arrayminus": mean - low,
            "color": tint(colour, 0.6),
            "thickness": 1.4,
            "width": 5,
        },
        "hoverinfo": "text",
        "hovertext": _hovers(sweep, response),
        "meta": "mean",
    }
    return [*_baseline_line(dial, response), own]


def _baseline_line(dial: Dial, response: Response) -> list[Layout]:
    mean, better = mean_of_defined(response.baseline, axis=-1), _BETTER[response.measure.better]
    if not np.isfinite(mean).any():
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": list(dial.values),
            "y": mean,
            "line": {"color": NEUTRAL, "width": 1.6, "dash": "dash"},
            "hoverinfo": "text",
            "hovertext": [
                f"<b>Baseline</b> {_number(value)}, mean over seeds, {better} is better"
                f"<br>  {response.measure.formula}"
                for value in mean
            ],
            "meta": "baseline",
        }
    ]


def _cells(sweep: Sweep, response: Response) -> list[Layout]:
    """A cell per point, the deeper the better."""
    first, second = sweep.dials
    means = mean_of_defined(response.values, axis=-1)
    hovers = np.array(_hovers(sweep, response), dtype=object).reshape(means.shape)
    colour = method_style(sweep.method).colour
    least, most = _colour_range(response)
    cells: list[Layout] = [
        {
            "type": "heatmap",
            "x": list(first.values),
            "y": list(second.values),
            "z": means.T,
            "zmin": least,
            "zmax": most,
            "hoverinfo": "text",
            "hovertext": hovers.T,
            "hoverongaps": False,
            "colorscale": [[0, tint(colour, _PALE)], [1, tint(colour, _DEEP)]],
            "reversescale": response.measure.better == "down",
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "meta": "cells",
        }
    ]
    return [*cells, _cell_numbers(sweep, means)] if len(first.values) <= _MOST_NUMBERS else cells


def _colour_range(response: Response) -> Interval:
    """What the colours span: the points, but no less than their seeds do, or luck would look like order."""
    means = mean_of_defined(response.values, axis=-1)
    low, high = range_of_defined(response.values, axis=-1)
    if not np.isfinite(means).any():
        return 0.0, 1.0
    middle = float(np.nanmax(means) + np.nanmin(means)) / 2
    half = max(float(np.nanmax(means) - np.nanmin(means)), float(np.nanmean(high - low)), _LEAST_SPAN) / 2
    return middle - half, middle + half


def _cell_numbers(sweep: Sweep, means: Floats) -> Layout:
    """A text in each cell, in the page's ink: of itself plotly forgets the paper behind a pale colour."""
    first, second = sweep.dials
    places = [(a, b) for a in range(len(first.values)) for b in range(len(second.values))]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [first.values[a] for a, _ in places],
        "y": [second.values[b] for _, b in places],
        "text": [
            "" if np.isnan(means[place]) else f"{means[place]:.3f}{_MARK if sweep.collapsed[place] else ''}"
            for place in places
        ],
        "textfont": {"size": 12},
        "hoverinfo": "skip",
        "meta": "numbers",
    }


def _hovers(sweep: Sweep, response: Response) -> list[str]:
    """Per point: which, mean, range over seeds, what it means."""
    measure = response.measure
    values = response.values.reshape(-1, response.values.shape[-1])
    means, (low, high) = mean_of_defined(values, axis=-1), range_of_defined(values, axis=-1)
    seeds = np.isfinite(values).sum(axis=-1)
    return [
        f"<b>{name}</b>, mean of {count} seed{'' if count == 1 else 's'}"
        f"<br>{escape(measure.name)} <b>{_number(mean)}</b> "
        f"({_number(least)} to {_number(most)} over seeds), {_BETTER[measure.better]} is better"
        f"<br>  {measure.formula}"
        for name, mean, least, most, count in zip(sweep.points, means, low, high, seeds, strict=True)
    ]


def _layout(sweep: Sweep, width: int) -> Layout:
    count = len(sweep.responses)
    height = _PANEL[width] if width != PHONE else count * _PANEL[width] + (count - 1) * _BETWEEN
    layout = frame(_caption(sweep), plot_height=height, width=width)
    # Room for the panels' titles, above the first.
    layout["margin"]["t"] += _TITLE
    layout["height"] += _TITLE
    layout["annotations"], layout["shapes"] = [], []
    for number, response in enumerate(sweep.responses, start=1):
        across, along = _place(number - 1, count, width, height)
        suffix = "" if number == 1 else str(number)
        layout[f"xaxis{suffix}"] = {**_dial_axis(sweep.dials[0]), "domain": across, "anchor": f"y{number}"}
        layout[f"yaxis{suffix}"] = {**_upright_axis(sweep, response), "domain": along, "anchor": f"x{number}"}
        layout["annotations"] += [_panel_title(sweep, response, (across[0], along[1]), width)]
        if len(sweep.dials) == 1:
            layout["annotations"] += _labels(response, suffix)
            layout["shapes"] += _floor_band(response, suffix)
    return layout


def _place(index: int, count: int, width: int, height: int) -> tuple[list[float], list[float]]:
    """Where a panel stands, as shares of the plot from the left and from below."""
    if width == PHONE:
        top = height - index * (_PANEL[width] + _BETWEEN)
        return [0.0, 1.0], [(top - _PANEL[width]) / height, top / height]
    share = (1 - _GUTTER * (count - 1)) / count
    left = index * (share + _GUTTER)
    return [left, min(left + share, 1.0)], [0.0, 1.0]


def _dial_axis(dial: Dial) -> Layout:
    """Values at equal distances: as category, or plotly would read numbers out of them."""
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(dial.values),
        "title": {"text": dial.title},
        "dtick": 1,
        "showgrid": False,
        "fixedrange": True,
    }


def _upright_axis(sweep: Sweep, response: Response) -> Layout:
    if len(sweep.dials) > 1:
        return {**_dial_axis(sweep.dials[1]), "automargin": True}
    axis: Layout = {
        "autorange": "reversed" if response.measure.better == "down" else True,
        "tickformat": ".3f",
        "nticks": 6,
    }
    if (ends := _span(response)) is not None:
        low, high = ends
        axis["autorangeoptions"] = {"include": [low, high], "clipmin": low, "clipmax": high}
    return axis


def _span(response: Response) -> Interval | None:
    """Least and greatest value to show: all seeds, the baseline's mean, the noise floor."""
    shown = np.concatenate([response.values.ravel(), mean_of_defined(response.baseline, axis=-1).ravel()])
    known = [*shown[np.isfinite(shown)], *([] if response.noise_floor is None else [response.noise_floor])]
    if not known:
        return None
    low, high = float(min(known)), float(max(known))
    room = max(_PADDING * (high - low), (_LEAST_SPAN - (high - low)) / 2)
    return low - room, high + room


def _panel_title(sweep: Sweep, response: Response, place: tuple[float, float], width: int) -> Layout:
    measure = response.measure
    beside = f", {_BETTER[measure.better]} is better"
    if len(sweep.dials) > 1:
        beside = f", baseline {_between(response.baseline)}" if np.isfinite(response.baseline).any() else ""
    return {
        "text": f"<b>{escape(measure.name)}</b>{beside}",
        "xref": "paper",
        "yref": "paper",
        "x": place[0],
        "xanchor": "left",
        # A phone has no room to begin above the plot.
        "xshift": -50 if width == PHONE else 0,
        "y": place[1],
        "yanchor": "bottom",
        "yshift": 3,
        "showarrow": False,
    }


def _between(baseline: Floats) -> str:
    """The baseline's mean, or between which means it lies where training settings are swept."""
    low, high = range_of_defined(mean_of_defined(baseline, axis=-1).ravel(), axis=0)
    return f"{low:.3f}" if f"{low:.3f}" == f"{high:.3f}" else f"{low:.3f} to {high:.3f}"


def _labels(response: Response, suffix: str) -> list[Layout]:
    """Names of the lines that are no point of the method."""
    mean = mean_of_defined(response.baseline, axis=-1)
    known = mean[np.isfinite(mean)]
    lines = [("baseline", float(known[-1]), "right", 0.995)] if len(known) else []
    if response.noise_floor is not None:
        lines.append((f"noise floor {response.noise_floor:.3f}", response.noise_floor, "left", 0.005))
    return [
        {
            "text": text,
            "xref": f"x{suffix} domain",
            "yref": f"y{suffix}",
            "x": x,
            "xanchor": anchor,
            "y": y,
            "yanchor": "bottom",
            "showarrow": False,
        }
        for text, y, anchor, x in lines
    ]


def _floor_band(response: Response, suffix: str) -> list[Layout]:
    floor = response.noise_floor
    if floor is None:
        return []
    across = {"xref": f"x{suffix} domain", "yref": f"y{suffix}", "x0": 0, "x1": 1, "layer": "below"}
    fill = {"fillcolor": tint(NEUTRAL, 0.14), "line": {"width": 0}}
    return [
        {**across, **fill, "type": "rect", "y0": 0, "y1": floor},
        {**across, "type": "line", "y0": floor, "y1": floor, "line": {"width": 1, "dash": "dot"}},
    ]


def _caption(sweep: Sweep) -> Caption:
    names = [dial.title for dial in sweep.dials]
    question = f"What does {names[0]} do?" if len(names) == 1 else f"What do {names[0]} and {names[1]} do?"
    several = any(response.values.shape[-1] > 1 for response in sweep.responses)
    has_floor = any(response.noise_floor is not None for response in sweep.responses)
    has_baseline = any(np.isfinite(response.baseline).any() for response in sweep.responses)
    lines = [
        *(["mean and range over seeds"] if several else []),
        *(["dashed: baseline on the same seeds"] if has_baseline else []),
        *(["grey band: gaps that chance alone makes"] if has_floor else []),
    ]
    details = [
        f"{sweep.split} data",
        *(escape(detail) for detail in sweep.details),
        *(lines if len(sweep.dials) == 1 else ["mean over seeds", "deeper is better"]),
        # A space that does not break: the mark stays on one line with its meaning.
        *([f"{_MARK}\u00a0patients no longer told apart on a seed"] if sweep.collapsed.any() else []),
    ]
    return Caption(question, " · ".join(details))
