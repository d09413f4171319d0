"""One look for every chart: colours per method, marks per group, a light and a dark template.

Colours are those of Okabe and Ito ("Color universal design", 2008), which stay distinct for the
common forms of colour blindness. A method keeps its colour and a group its marker and dash in
every chart. Whatever must be seen on both backgrounds and belongs to no method is ``NEUTRAL``.
"""

from __future__ import annotations

import textwrap
import zlib
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import plotly.graph_objects as go

Mode = Literal["light", "dark"]

# The interface's own face; it comes with streamlit, so no font is fetched from elsewhere.
FONT = '"Source Sans", "Source Sans 3", "Segoe UI", system-ui, sans-serif'
# At least 3:1 on both backgrounds (WCAG 2.2, criterion 1.4.11).
NEUTRAL = "#838A96"
# A chart narrower than this many pixels is drawn from its stacked layout.
NARROW_WIDTH = 500

_LONGEST_NAME = 32


@dataclass(frozen=True, slots=True)
class MethodStyle:
    """How one method is drawn everywhere."""

    name: str
    colour: str
    symbol: str


@dataclass(frozen=True, slots=True)
class GroupStyle:
    """How one group, or any other series inside a method's panel, is drawn everywhere."""

    symbol: str
    dash: str


_METHODS = MappingProxyType(
    {
        "baseline": MethodStyle("Baseline", "#6B6B6B", "circle"),
        "fairgrad": MethodStyle("FairGrad", "#0072B2", "square"),
        "multifair": MethodStyle("MultiFair", "#D55E00", "diamond"),
        # The halves of MultiFair share its colour; the mark says which half.
        "multifair-m": MethodStyle("MultiFair, modality balance only", "#D55E00", "triangle-up"),
        "multifair-g": MethodStyle("MultiFair, group fairness only", "#D55E00", "triangle-down"),
        "multifair-plus": MethodStyle("MultiFair+", "#009E73", "pentagon"),
        # Comparators share a colour by kind: other ways to train the network, learners without a network,
        # and the same learners made fairer.
        "regularised": MethodStyle("Regularised", "#E69F00", "hexagon"),
        "group-dro": MethodStyle("Group DRO", "#E69F00", "bowtie"),
        "logistic-regression": MethodStyle("Logistic regression", "#56B4E9", "star"),
        "gradient-boosting": MethodStyle("Gradient boosting", "#56B4E9", "hexagram"),
        "reweighing": MethodStyle("Reweighing", "#CC79A7", "x"),
        "exponentiated-gradient": MethodStyle("Exponentiated gradient", "#CC79A7", "cross"),
        "threshold-optimizer": MethodStyle("Threshold optimizer", "#CC79A7", "hourglass"),
    }
)
_COMPARATOR_COLOURS = ("#CC79A7", "#56B4E9", "#E69F00")
_COMPARATOR_SYMBOLS = ("star", "hexagon", "x", "bowtie")

_GROUPS = (
    GroupStyle("circle", "solid"),
    GroupStyle("square", "dash"),
    GroupStyle("diamond", "dot"),
    GroupStyle("triangle-up", "dashdot"),
    GroupStyle("x", "longdash"),
    GroupStyle("triangle-down", "longdashdot"),
    GroupStyle("cross", "10px,2px,2px,2px,2px,2px"),
    GroupStyle("star", "2px,4px"),
)


def method_style(method: str) -> MethodStyle:
    """Style of a method by the name that runs carry.

    Those of an unknown method, one that a newer version trained, follow from its name alone, so that
    they do not depend on which other methods happen to be on the chart.
    """
    if method in _METHODS:
        return _METHODS[method]
    code = zlib.crc32(method.encode())
    colour = _COMPARATOR_COLOURS[code % len(_COMPARATOR_COLOURS)]
    symbol = _COMPARATOR_SYMBOLS[code // 7 % len(_COMPARATOR_SYMBOLS)]
    return MethodStyle(method, colour, symbol)


def group_style(index: int) -> GroupStyle:
    """Style of the group at this place among its attribute's values; styles repeat after eight."""
    return _GROUPS[index % len(_GROUPS)]


def tint(colour: str, alpha: float) -> str:
    """A colour ``#RRGGBB`` at an opacity from 0 to 1, as ``rgba(...)``."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def escape(text: str, longest: int = _LONGEST_NAME) -> str:
    """A user's string as plotly shows it letter by letter.

    Plotly reads ``<a href>``, ``<b>``, entities and ``%{...}`` in labels; a column or group name
    must never become a link, markup or a template. Names longer than ``longest`` are cut.
    """
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("%{", "%&#123;")):
        short = short.replace(character, entity)
    return short


def wrap(text: str, width: int) -> str:
    """Break an escaped text into lines of at most ``width`` characters for plotly."""
    return "<br>".join(textwrap.wrap(text, width, break_long_words=False))


@dataclass(frozen=True, slots=True)
class _Palette:
    paper: str
    ink: str
    muted: str
    grid: str


_PALETTES: MappingProxyType[Mode, _Palette] = MappingProxyType(
    {
        "light": _Palette(paper="#FFFFFF", ink="#1F2430", muted="#5B6371", grid="#E9EBEF"),
        "dark": _Palette(paper="#14171C", ink="#E6E8EC", muted="#A3ABB8", grid="#262B33"),
    }
)


def template(mode: Mode) -> go.layout.Template:
    """Plotly template of the light or dark theme: everything a figure leaves unsaid."""
    palette = _PALETTES[mode]
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 13, "color": palette.ink},
            "title": {
                "font": {"size": 16, "weight": 600},
                "subtitle": {"font": {"size": 13, "color": palette.muted}},
                "x": 0,
                "xanchor": "left",
                "y": 1,
                "yanchor": "top",
                "yref": "container",
                "pad": {"t": 6, "l": 2},
            },
            "paper_bgcolor": palette.paper,
            "plot_bgcolor": palette.paper,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": palette.paper,
                "bordercolor": palette.muted,
                "font": {"family": FONT, "size": 13, "color": palette.ink},
                "align": "left",
                "namelength": -1,
            },
            "legend": {"orientation": "h", "font": {"size": 12}, "tracegroupgap": 4},
            "modebar": {
                "bgcolor": "rgba(0,0,0,0)",
                "color": palette.muted,
                "activecolor": palette.ink,
                "orientation": "h",
            },
            "xaxis": _axis(palette),
            "yaxis": _axis(palette),
            "annotationdefaults": {
                "font": {"size": 12, "color": palette.muted},
                "arrowcolor": palette.muted,
            },
            "shapedefaults": {"line": {"color": palette.muted}},
        }
    )


def _axis(palette: _Palette) -> dict[str, object]:
    return {
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "tickfont": {"size": 12, "color": palette.muted},
        "title": {"font": {"size": 13}, "standoff": 6},
        "zeroline": False,
        "showline": True,
        "ticks": "",
        "nticks": 7,
    }
