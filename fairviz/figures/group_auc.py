"""AUC per group by epoch: one small panel per configuration, all on one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.arrays import PANEL_POINTS, even_places, mean_of_defined, range_of_defined, single
from fairviz.figures.frame import Caption, Layout
from fairviz.figures.panels import Grid, Panel, Row, legend_entry, panel_figure
from fairviz.figures.series import Floats, GroupCurves
from fairviz.figures.theme import NEUTRAL, escape, group_style, method_style, tint

_BAND, _BAR = 0.16, 0.6
# More marks than this on a line are a texture, not marks.
_MOST_MARKS = 8
_FORMULA = "area under ROC inside the group, ties one half; up is better"


def group_auc(curves: Sequence[GroupCurves], *, split: str, columns: int = 3) -> go.Figure:
    """Figure of each configuration's AUC per group; ``curves`` share one attribute.

    The line is the mean over seeds; the band is the given interval, or else the range over
    seeds. A group's marker and dash follow from its place among ``groups``.
    """
    grid = Grid(
        rows=(Row("", tuple(_panel(curve) for curve in curves)),),
        columns=_balanced(len(curves), columns),
        step="epoch",
        share_y=True,
        plot_height=140,
    )
    groups = _shown_groups(curves)
    entries = [legend_entry(name, _line(index, NEUTRAL)) for name, index in groups.items()]
    return panel_figure(grid, _caption(curves, split, list(groups)), entries)


def group_auc_text(curves: Sequence[GroupCurves], *, split: str) -> str:
    """The same figure in words; not escaped."""
    if not curves:
        return "No run has finished an epoch yet."
    sentences = " ".join(_sentence(curve) for curve in curves)
    return f"AUC per group of {curves[0].attribute} by epoch, {split} data. {sentences}"


def _balanced(panels: int, most: int) -> int:
    """Columns for rows of equal length: four panels stand two by two, not three and one."""
    rows = max(1, math.ceil(panels / most))
    return max(1, math.ceil(panels / rows))


def _sentence(curve: GroupCurves) -> str:
    means = mean_of_defined(curve.auc, axis=0)
    values = [
        f"{group} {'suppressed' if group in curve.suppressed else _last(line)}"
        for group, line in zip(curve.groups, means, strict=True)
    ]
    return f"{curve.label} after epoch {curve.epochs[-1]}: {', '.join(values)}."


def _last(line: Floats) -> str:
    return "not estimable" if np.isnan(line[-1]) else f"{line[-1]:.3f}"


def _shown_groups(curves: Sequence[GroupCurves]) -> dict[str, int]:
    """Groups with a defined AUC somewhere, each with its place among all groups."""
    return {
        group: index
        for curve in curves
        for index, group in enumerate(curve.groups)
        if np.isfinite(curve.auc[:, index]).any()
    }


def _panel(curve: GroupCurves) -> Panel:
    means = mean_of_defined(curve.auc, axis=0)
    low, high = curve.interval or range_of_defined(curve.auc, axis=0)
    has_band = curve.interval is not None or len(curve.auc) > 1
    shown = [index for index, line in enumerate(means) if np.isfinite(line).any()]
    bands = [_band(curve, index, low[index], high[index]) for index in shown if has_band]
    lines = [_curve(curve, index, means[index], low[index], high[index]) for index in shown]
    return Panel(escape(curve.label), (*bands, *lines), {"tickformat": ".2f"})


def _band(curve: GroupCurves, index: int, low: Floats, high: Floats) -> Layout:
    places = even_places(len(curve.epochs), PANEL_POINTS)
    places = places[np.isfinite(low[places]) & np.isfinite(high[places])]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([curve.epochs[places], curve.epochs[places][::-1]]),
        "y": single(np.concatenate([high[places], low[places][::-1]])),
        "fill": "toself",
        "fillcolor": tint(method_style(curve.method).colour, _BAND),
        "line": {"width": 0},
        "legendgroup": curve.groups[index],
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": "band",
    }


def _curve(curve: GroupCurves, index: int, mean: Floats, low: Floats, high: Floats) -> Layout:
    places = even_places(len(curve.epochs), PANEL_POINTS)
    return {
        **_line(index, method_style(curve.method).colour),
        "type": "scatter",
        "x": curve.epochs[places],
        "y": single(mean[places]),
        **_bar(curve, mean, low, high),
        "legendgroup": curve.groups[index],
        "showlegend": False,
        "text": [f"{a:.3f} to {b:.3f}" for a, b in zip(low[places], high[places], strict=True)],
        "hovertemplate": f"<b>{escape(curve.groups[index])}</b>, {escape(curve.label)}, epoch %{{x}}"
        f"<br>AUC <b>%{{y:.3f}}</b> (%{{text}})<br>  {_FORMULA}<extra></extra>",
        "meta": "mean",
    }


def _bar(curve: GroupCurves, mean: Floats, low: Floats, high: Floats) -> Layout:
    """Limits of a single epoch, which has no width for a band."""
    if len(curve.epochs) > 1:
        return {}
    return {
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": high - mean,
            "arrayminus": mean - low,
            "color": tint(method_style(curve.method).colour, _BAR),
            "thickness": 1.5,
            "width": 3,
        }
    }


def _line(index: int, colour: str) -> Layout:
    style = group_style(index)
    return {
        "mode": "lines+markers",
        "line": {"color": colour, "width": 1.4, "dash": style.dash},
        "marker": {"symbol": style.symbol, "size": 5, "color": colour, "maxdisplayed": _MOST_MARKS},
    }


def _caption(curves: Sequence[GroupCurves], split: str, shown: Sequence[str]) -> Caption:
    if not curves:
        return Caption("Which group is served worst?", "no run has finished an epoch yet")
    groups = curves[0].groups
    suppressed = [escape(group) for group in curves[0].suppressed]
    missing = [escape(g) for g in groups if g not in shown and g not in curves[0].suppressed]
    band = "95% interval" if curves[0].interval is not None else "range over seeds"
    several = curves[0].interval is not None or any(len(curve.auc) > 1 for curve in curves)
    details = [
        f"AUC per group of {escape(curves[0].attribute)}",
        f"{split} data",
        *([f"band: {band}"] if several else []),
        *([f"not estimable: {', '.join(missing)}"] if missing else []),
        *([f"suppressed, too few patients: {', '.join(suppressed)}"] if suppressed else []),
    ]
    legend = [escape(group) for group in shown]
    return Caption("Which group is served worst?", " · ".join(details), legend)
