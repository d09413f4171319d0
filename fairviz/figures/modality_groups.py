"""What each modality tells about each group: a row per modality, a mark per group, a panel per method."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.frame import Caption, Layout
from fairviz.figures.group_series import Configuration, ModalityGroups, ModalityPanel, Told
from fairviz.figures.panels import Grid, Panel, Row, legend_entry, panel_figure
from fairviz.figures.theme import NEUTRAL, escape, group_style, method_style, tint

FORMULA = "area under ROC of a probe of the modality's features, inside the group; up is better"
_QUESTION = "What does each modality tell about each group?"
# Pixels of one group's line and between modalities; shares of a modality's height that its lines take.
_LINE, _BETWEEN, _SHARE = 17, 12, 0.8
# Where the marks of reference and configuration stand in a group's line.
_ABOVE, _BELOW = -0.2, 0.2
_LONGEST_NAME = 18
_CHARACTER = 7.2
_COLUMNS = 3
_REFERENCE = Configuration("Baseline", "baseline")


def modality_groups(shown: ModalityGroups) -> go.Figure:
    """Figure of all AUCs, grey the baseline's beside each configuration."""
    axis: Layout = {
        "tickvals": list(range(len(shown.modalities))),
        "ticktext": [escape(name, _LONGEST_NAME) for name in shown.modalities],
        "range": [len(shown.modalities) - 0.5, -0.5],
        "showgrid": False,
        "fixedrange": True,
    }
    places = _places(shown)
    panels = tuple(
        Panel(escape(own.configuration.label), _traces(shown, own, places), axis, _lines(shown))
        for own in shown.panels
    )
    grid = Grid(
        rows=(Row("", panels),),
        columns=min(_COLUMNS, len(shown.panels)),
        step="AUC of the modality alone (more is better)",
        share_y=True,
        plot_height=len(shown.modalities) * (_BETWEEN + _LINE * max(1, len(places))),
        x_axis={"tickformat": ".1f"},
        left=round(20 + _CHARACTER * max(min(len(name), _LONGEST_NAME) for name in shown.modalities)),
        is_wide=True,
    )
    entries = [
        legend_entry(shown.groups[g], {"mode": "markers", "marker": _marker(g, NEUTRAL)}) for g in places
    ]
    return panel_figure(grid, _caption(shown, places), entries)


def modality_groups_text(shown: ModalityGroups) -> str:
    """The same figure in words; not escaped."""
    parts = [
        f"{own.configuration.label}, {modality}: "
        + ", ".join(f"{group} {_reading(own, m, g)}" for g, group in enumerate(shown.groups))
        + "."
        for own in shown.panels
        for m, modality in enumerate(shown.modalities)
    ]
    return f"AUC of each modality per group of {shown.attribute}, test data. {' '.join(parts)}"


def _reading(own: ModalityPanel, m: int, g: int) -> str:
    value = own.own.notes[m][g] or f"{own.own.value[m, g]:.3f}"
    if own.reference is None or own.reference.notes[m][g]:
        return value
    return f"{value} (baseline {own.reference.value[m, g]:.3f})"


def _places(shown: ModalityGroups) -> list[int]:
    """Groups with a number somewhere."""
    known = np.any([np.isfinite(own.own.value).any(axis=0) for own in shown.panels], axis=0)
    return [int(g) for g in np.flatnonzero(known)]


def _lines(shown: ModalityGroups) -> tuple[Layout, ...]:
    """Hair lines between modalities."""
    return tuple(
        {
            "type": "line",
            "x0": 0,
            "x1": 1,
            "y0": m - 0.5,
            "y1": m - 0.5,
            "layer": "below",
            "line": {"color": tint(NEUTRAL, 0.35), "width": 1},
        }
        for m in range(1, len(shown.modalities))
    )


def _traces(shown: ModalityGroups, own: ModalityPanel, places: list[int]) -> tuple[Layout, ...]:
    traces = []
    for line, g in enumerate(places):
        middle = _SHARE * ((line + 0.5) / len(places) - 0.5)
        step = _SHARE / len(places)
        if own.reference is None:
            traces.append(_marks(shown, own.configuration, own.own, g, middle))
        else:
            traces += [
                _marks(shown, _REFERENCE, own.reference, g, middle + _ABOVE * step),
                _marks(shown, own.configuration, own.own, g, middle + _BELOW * step),
            ]
    return tuple(traces)


def _marks(shown: ModalityGroups, who: Configuration, told: Told, g: int, offset: float) -> Layout:
    colour = method_style(who.method).colour
    known = np.flatnonzero(np.isfinite(told.value[:, g]))
    value = told.value[known, g]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": value,
        "y": known + offset,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": told.high[known, g] - value,
            "arrayminus": value - told.low[known, g],
            "color": tint(colour, 0.5),
            "thickness": 1.5,
            "width": 2,
        },
        "marker": _marker(g, colour),
        "legendgroup": shown.groups[g],
        "showlegend": False,
        "hoverinfo": "text",
        "hovertext": [
            f"<b>{escape(shown.modalities[m])}</b>, {escape(shown.groups[g])}, {escape(who.label)}"
            f"<br>AUC <b>{_number(told, int(m), g)}</b><br>  {FORMULA}"
            for m in known
        ],
        "meta": "marks",
    }


def _number(told: Told, m: int, g: int) -> str:
    limits = "" if np.isnan(told.low[m, g]) else f" ({told.low[m, g]:.3f} to {told.high[m, g]:.3f})"
    return f"{told.value[m, g]:.3f}{limits}"


def _marker(g: int, colour: str) -> Layout:
    return {"symbol": group_style(g).symbol, "size": 8, "color": colour}


def _caption(shown: ModalityGroups, places: list[int]) -> Caption:
    without: dict[str, list[str]] = {}
    for g, group in enumerate(shown.groups):
        if g not in places:
            without.setdefault(shown.panels[0].own.notes[0][g], []).append(escape(group))
    has_limits = any(np.isfinite(own.own.low).any() for own in shown.panels)
    has_reference = any(own.reference is not None for own in shown.panels)
    details = [
        f"groups of {escape(shown.attribute)}",
        "test data",
        *shown.details,
        *(["bars: 95% intervals"] if has_limits else []),
        *(["grey: baseline"] if has_reference else []),
        *(f"{note}: {', '.join(groups)}" for note, groups in without.items()),
    ]
    return Caption(_QUESTION, " · ".join(details), [escape(shown.groups[g]) for g in places])
