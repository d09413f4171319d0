"""What surrounds a plot: question, details, legend, and the room they take.

Every figure has two layouts, made by the same function: the wide one is the figure's own, the
narrow one lies in ``layout.meta["narrow"]`` and is drawn where the chart is narrower than
:data:`fairviz.figures.theme.NARROW_WIDTH` pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from fairviz.figures.theme import wrap

Layout = dict[str, Any]

# Widths in pixels that the text is broken for: the whole page, half of it, a phone.
WIDE, HALF, PHONE = 1000, 540, 340

_TITLE_PAD = 6
_TITLE_LINE, _DETAIL_LINE, _LEGEND_LINE = 21, 18, 22
# Mean width of a character of the title, the details and the legend.
_TITLE_CHARACTER, _DETAIL_CHARACTER, _LEGEND_CHARACTER = 7.6, 6.2, 6.4
_LEGEND_MARK = 50
_LEFT, _RIGHT, _AXIS = 54, 14, 44


@dataclass(frozen=True, slots=True)
class Caption:
    """The texts around a plot, escaped.

    Attributes:
        question: what the chart answers; its title.
        details: what it shows: data, attribute, intervals.
        legend: names of the legend's entries, to leave room for them.
    """

    question: str
    details: str
    legend: Sequence[str] = ()


def frame(caption: Caption, *, plot_height: int, width: int) -> Layout:
    """Title, margins, legend and height around a plot of ``plot_height`` pixels."""
    question = wrap(caption.question, int(width / _TITLE_CHARACTER))
    details = wrap(caption.details, int(width / _DETAIL_CHARACTER))
    top = 32 + _TITLE_LINE * _lines(question) + _DETAIL_LINE * _lines(details)
    bottom = _AXIS + _LEGEND_LINE * _legend_lines(caption.legend, width)
    return {
        "title": {
            "text": question,
            "subtitle": {"text": details},
            # Plotly centres the lines of a title on where one line would be: further lines need room above.
            "pad": {"t": _TITLE_PAD + _TITLE_LINE // 2 * (_lines(question) - 1), "l": 2},
        },
        "margin": {"l": _LEFT, "r": _RIGHT, "t": top, "b": bottom},
        "height": top + plot_height + bottom,
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": -_AXIS / plot_height,
            "yanchor": "top",
        },
        "showlegend": len(caption.legend) > 1,
    }


def figure(
    traces: Sequence[Layout], layout_at: Callable[[int], Layout], *, wide: int, panels: Sequence[str] = ()
) -> go.Figure:
    """The figure with both of its layouts, each for a width in pixels.

    Args:
        traces: each with what it shows as ``meta``, but for those that only name an entry of the legend.
        layout_at: makes the layout for a width.
        wide: width of the figure's own layout.
        panels: escaped names of the panels in the order of their axes, if there are several.
    """
    meta = {"narrow": layout_at(PHONE), "panels": list(panels)}
    # The chart brings the theme's template; plotly's own would travel with every figure.
    return go.Figure(traces, {**layout_at(wide), "meta": meta, "template": {}})


def _lines(text: str) -> int:
    return text.count("<br>") + 1 if text else 0


def _legend_lines(names: Sequence[str], width: int) -> int:
    if len(names) < 2:
        return 0
    # Plotly gives all entries of a horizontal legend the width of the longest.
    entry = _LEGEND_MARK + max(len(name) for name in names) * _LEGEND_CHARACTER
    per_line = max(1, int(width // entry))
    return -(-len(names) // per_line)
