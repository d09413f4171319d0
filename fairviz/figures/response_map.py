"""A metric between trained points: of two dials a map of the mean and one of its band, of one dial a line.

Axis letters: V and W places along the first and second dial, P trained points.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.frame import Caption, Layout
from fairviz.figures.panels import Grid, Panel, Row, panel_figure
from fairviz.figures.series import Floats
from fairviz.figures.theme import NEUTRAL, escape, method_style, tint
from fairviz.figures.whatif_series import ResponseMap

_HEIGHT = 250
_LEFT = 62
_PALE, _DEEP = 0.06, 0.55
# A map whose values differ by less must not look like mountains.
_LEAST_SPAN = 0.01
_MOST_TICKS = 6
_BETTER = {"up": "more", "down": "less"}


def response_map(shown: ResponseMap) -> go.Figure:
    """Figure of the estimate with its trained points, filled, and where to train next, hollow."""
    if len(shown.axes) == 1:
        panels: tuple[Panel, ...] = (Panel(_title(shown), _line(shown), {"tickformat": ".3f"}),)
    else:
        axis = _log_axis(shown.points[:, 1]) | {"title": {"text": shown.names[1]}}
        panels = (
            Panel(_title(shown), (_cells(shown, is_band=False), *_marks(shown)), axis),
            Panel("95 % band, half its width", (_cells(shown, is_band=True), *_marks(shown)), axis),
        )
    grid = Grid(
        (Row("", panels),),
        columns=len(panels),
        step=shown.names[0],
        share_y=len(panels) > 1,
        plot_height=_HEIGHT,
        x_axis=_log_axis(shown.points[:, 0]),
        left=_LEFT,
        is_wide=True,
    )
    return panel_figure(grid, _caption(shown), [])


def response_map_text(shown: ResponseMap) -> str:
    """The same figure in words; not escaped."""
    named = (
        f"{_point(shown, point)} {value:.3f}" for point, value in zip(shown.points, shown.values, strict=True)
    )
    low, high = float(shown.mean.min()), float(shown.mean.max())
    band = float(np.median(shown.half_width))
    return (
        f"Estimated {shown.measure.name} over {' and '.join(shown.names)}, {shown.split} data: {low:.3f} to "
        f"{high:.3f}, band about \u00b1{band:.3f}. Trained: {'; '.join(named)}."
    )


def _cells(shown: ResponseMap, *, is_band: bool) -> Layout:
    """Deeper is better, and a wider band."""
    colour = NEUTRAL if is_band else method_style(shown.method).colour
    values = shown.half_width if is_band else shown.mean
    least, most = _span(values)
    first, second = (np.log10(axis) for axis in shown.axes)
    return {
        "type": "heatmap",
        "x": first,
        "y": second,
        "z": values.T,
        "zmin": least,
        "zmax": most,
        "colorscale": [[0, tint(colour, _PALE)], [1, tint(colour, _DEEP)]],
        "reversescale": not is_band and shown.measure.better == "down",
        "showscale": False,
        "hoverinfo": "text",
        "hovertext": _hovers(shown).T,
        "meta": "band" if is_band else "mean",
    }


def _line(shown: ResponseMap) -> tuple[Layout, ...]:
    colour, first = method_style(shown.method).colour, np.log10(shown.axes[0])
    low, high = shown.mean - shown.half_width, shown.mean + shown.half_width
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([first, first[::-1]]),
        "y": np.concatenate([low, high[::-1]]),
        "fill": "toself",
        "fillcolor": tint(colour, 0.16),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "meta": "band",
    }
    mean = {
        "type": "scatter",
        "mode": "lines",
        "x": first,
        "y": shown.mean,
        "line": {"color": colour, "width": 1.8, "dash": "dash"},
        "hoverinfo": "text",
        "hovertext": _hovers(shown),
        "meta": "mean",
    }
    return band, mean, *_marks(shown)


def _marks(shown: ResponseMap) -> tuple[Layout, ...]:
    """Trained points filled, proposed ones hollow."""
    meaning = f"{_BETTER[shown.measure.better]} is better<br>  {shown.measure.formula}"
    trained = [
        f"<b>{_point(shown, point)}</b>, trained<br>{_name(shown)} <b>{value:.3f}</b>, "
        f"mean over seeds, {meaning}"
        for point, value in zip(shown.points, shown.values, strict=True)
    ]
    proposed = [
        f"<b>{_point(shown, point)}</b>, proposed: the band is wide here<br>{_name(shown)}, {meaning}"
        for point in shown.proposed
    ]
    return (
        _markers(shown, shown.points, shown.values, trained, "trained"),
        _markers(shown, shown.proposed, _at_proposed(shown), proposed, "proposed"),
    )


def _markers(shown: ResponseMap, points: Floats, values: Floats, hovers: Sequence[str], kind: str) -> Layout:
    style = method_style(shown.method)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": np.log10(np.maximum(points[:, 0], shown.axes[0][0])),
        "y": values if len(shown.axes) == 1 else np.log10(np.maximum(points[:, 1], shown.axes[1][0])),
        "marker": {
            "symbol": style.symbol + ("-open" if kind == "proposed" else ""),
            "size": 11 if kind == "proposed" else 8,
            "color": NEUTRAL if len(shown.axes) > 1 else style.colour,
            "line": {"width": 2 if kind == "proposed" else 0},
        },
        "cliponaxis": False,
        "hoverinfo": "text",
        "hovertext": hovers,
        "meta": kind,
    }


def _at_proposed(shown: ResponseMap) -> Floats:
    """Estimates at the proposed places of one dial."""
    if len(shown.axes) > 1:
        return np.zeros(len(shown.proposed))
    return np.interp(np.log(shown.proposed[:, 0]), np.log(shown.axes[0]), shown.mean)


def _hovers(shown: ResponseMap) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """A text per place, of the shape of the mean."""
    texts = np.empty(shown.mean.shape, dtype=object)
    for place in np.ndindex(shown.mean.shape):
        dials = ", ".join(
            f"{name} {axis[i]:.2g}" for name, axis, i in zip(shown.names, shown.axes, place, strict=True)
        )
        mean, half = shown.mean[place], shown.half_width[place]
        texts[place] = (
            f"<b>{dials}</b>, estimate<br>{_name(shown)} <b>{mean:.3f}</b> "
            f"({mean - half:.3f} to {mean + half:.3f}), {_BETTER[shown.measure.better]} is better"
            f"<br>  {shown.measure.formula}"
        )
    return texts


def _log_axis(values: Floats) -> Layout:
    """Logarithms as places, trained values as ticks."""
    known = np.unique(values[values > 0])
    ticks = known[np.unique(np.linspace(0, len(known) - 1, min(len(known), _MOST_TICKS)).round().astype(int))]
    return {
        "tickvals": np.log10(ticks).tolist(),
        "ticktext": [f"{value:g}" for value in ticks],
        "showgrid": False,
        "fixedrange": True,
    }


def _span(values: Floats) -> tuple[float, float]:
    middle = float(values.max() + values.min()) / 2
    half = max(float(values.max() - values.min()), _LEAST_SPAN) / 2
    return middle - half, middle + half


def _point(shown: ResponseMap, point: Floats) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in zip(shown.names, point, strict=True))


def _name(shown: ResponseMap) -> str:
    return escape(shown.measure.name, 80)


def _title(shown: ResponseMap) -> str:
    return f"{_name(shown)}, {_BETTER[shown.measure.better]} is better"


def _caption(shown: ResponseMap) -> Caption:
    several = len(shown.axes) > 1
    details = [
        "estimate between trained points",
        f"{shown.split} data",
        *(escape(detail) for detail in shown.details),
        *(["left, deeper: better", "right, deeper: wider band"] if several else ["band: 95 %"]),
        "filled: trained",
        *(["hollow: where to train next"] if len(shown.proposed) else []),
    ]
    return Caption(f"What would other values of {' and '.join(shown.names)} give?", " · ".join(details))
