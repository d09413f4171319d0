"""Predicted against trained: how far an estimate between points can be trusted."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.frame import HALF, PHONE, Caption, Layout, figure, frame
from fairviz.figures.theme import NEUTRAL, escape, method_style, tint
from fairviz.figures.whatif_series import Predictions

_HEIGHT = {HALF: 260, PHONE: 240}
_PADDING = 0.06
# A scale that spans less would make a mountain of the third decimal.
_LEAST_SPAN = 0.01
_BETTER = {"up": "more", "down": "less"}


def predicted(shown: Predictions) -> go.Figure:
    """Figure with a mark per point: predicted with its band along x, trained along y."""
    ends = _ends(shown)
    return figure([_diagonal(ends), _marks(shown)], lambda width: _layout(shown, ends, width), wide=HALF)


def predicted_text(shown: Predictions) -> str:
    """The same figure in words; not escaped."""
    rows = zip(shown.names, shown.predicted, shown.half_width, shown.trained, strict=True)
    told = [f"{name}: predicted {p:.3f} \u00b1 {h:.3f}, trained {t:.3f}" for name, p, h, t in rows]
    return f"{shown.measure.name}, {shown.split} data. {'; '.join(told)}."


def _diagonal(ends: tuple[float, float]) -> Layout:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(ends),
        "y": list(ends),
        "line": {"color": NEUTRAL, "width": 1.4, "dash": "dot"},
        "hoverinfo": "skip",
        "meta": "agreement",
    }


def _marks(shown: Predictions) -> Layout:
    style, better = method_style(shown.method), _BETTER[shown.measure.better]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": shown.predicted,
        "y": shown.trained,
        "error_x": {
            "type": "data",
            "array": shown.half_width,
            "color": tint(style.colour, 0.5),
            "thickness": 1.4,
            "width": 4,
        },
        "marker": {
            "symbol": [style.symbol if inside else "x" for inside in shown.inside],
            "size": 9,
            "color": style.colour,
        },
        "hoverinfo": "text",
        "hovertext": [
            f"<b>{escape(name, 60)}</b><br>predicted {p:.3f} ({p - h:.3f} to {p + h:.3f})"
            f"<br>trained <b>{t:.3f}</b>, {better} is better<br>  {shown.measure.formula}"
            for name, p, h, t in zip(
                shown.names, shown.predicted, shown.half_width, shown.trained, strict=True
            )
        ],
        "meta": "points",
    }


def _ends(shown: Predictions) -> tuple[float, float]:
    values = np.concatenate(
        [shown.predicted - shown.half_width, shown.predicted + shown.half_width, shown.trained]
    )
    low, high = float(values.min()), float(values.max())
    room = max(_PADDING * (high - low), (_LEAST_SPAN - (high - low)) / 2)
    return low - room, high + room


def _layout(shown: Predictions, ends: tuple[float, float], width: int) -> Layout:
    name = escape(shown.measure.name, 60)
    details = [
        f"{name}, {shown.split} data",
        "each point predicted from all others",
        "bars: 95 % band",
        "dotted: prediction comes true",
        *([] if shown.inside.all() else ["cross: outside its band"]),
    ]
    caption = Caption("Do the estimates come true?", " · ".join(details))
    axis = {"tickformat": ".3f", "range": list(ends)}
    return {
        **frame(caption, plot_height=_HEIGHT[width], width=width),
        "xaxis": axis | {"title": {"text": "predicted"}},
        "yaxis": axis | {"title": {"text": "trained"}},
        "showlegend": False,
    }
