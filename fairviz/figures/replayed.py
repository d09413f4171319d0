"""What tau and delta would have done at each recorded step: an estimate, with the record pale behind it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.arrays import even_places, extreme_places, smooth, window_for
from fairviz.figures.frame import Caption, Layout
from fairviz.figures.levels import across, band_up_to
from fairviz.figures.panels import Grid, Panel, Row, legend_entry, panel_figure
from fairviz.figures.series import Floats, Ints
from fairviz.figures.theme import NEUTRAL, escape, group_style, method_style, tint
from fairviz.figures.whatif_series import Replayed, ReplayedPanel

_RAW, _RAW_WIDTH = 0.14, 0.8
_RECORDED, _RECORDED_WIDTH = 0.3, 5.0
_WIDTH = 1.8
# Smooth lines of every quantity are drawn anew at each turn of a dial.
_POINTS = 150
_LONGEST_TITLE = 48
# A factor that leaves 1 by less must not look like one that swings.
_LEAST_AWAY = 0.02


def replayed(shown: Replayed) -> go.Figure:
    """Figure with a panel per quantity: bold the estimate, pale and wide the record."""
    panels = tuple(_panel(shown, panel) for panel in shown.panels)
    names = dict.fromkeys(
        (name, place) for panel in shown.panels for place, name in enumerate(panel.names, start=panel.first)
    )
    entries = [legend_entry(name, _line(place, NEUTRAL)) for name, place in names]
    caption = _caption(shown, [escape(name) for name, _ in names])
    grid = Grid((Row("", panels),), 3, "optimisation step", is_wide=True, plot_height=130)
    return panel_figure(grid, caption, entries)


def replayed_text(shown: Replayed) -> str:
    """The same figure in words; not escaped."""
    parts = [
        f"{panel.title}: "
        + ", ".join(
            f"{name} {_mean(panel.estimate[:, place])}"
            + ("" if panel.recorded is None else f" (as trained {_mean(panel.recorded[:, place])})")
            for place, name in enumerate(panel.names)
        )
        for panel in shown.panels
    ]
    steps = len(shown.panels[0].estimate)
    return (
        f"Estimate for {shown.label}, seed {shown.seed}, with {shown.dials}, mean over {steps} steps. "
        f"{'; '.join(parts)}."
    )


def _mean(values: Floats) -> str:
    known = values[np.isfinite(values)]
    return f"{known.mean():.3f}" if len(known) else "not estimable"


def _panel(shown: Replayed, panel: ReplayedPanel) -> Panel:
    colour = method_style(shown.method).colour
    axis: Layout = {"tickformat": "~g"}
    if panel.bounds is not None:
        axis["range"] = list(panel.bounds)
    if panel.is_gap:
        axis["rangemode"] = "tozero"
    if panel.level is not None:
        axis["autorangeoptions"] = {"include": [panel.level - _LEAST_AWAY, panel.level + _LEAST_AWAY]}
    behind = _raw if panel.recorded is None else _recorded
    lines = range(len(panel.names))
    return Panel(
        _title(panel),
        (
            *(behind(panel, place, colour) for place in lines),
            *(_estimate(panel, place, colour) for place in lines),
        ),
        axis,
        _marks(shown, panel),
    )


def _title(panel: ReplayedPanel) -> str:
    floor = "" if panel.noise_floor is None else f" (chance: to {panel.noise_floor:.3f})"
    return escape(panel.title, _LONGEST_TITLE) + floor


def _raw(panel: ReplayedPanel, place: int, colour: str) -> Layout:
    """Every step of what no dial changes."""
    values = panel.estimate[:, place]
    places = extreme_places(values)
    return _behind(panel, place, places, values[places]) | {
        "line": {"color": tint(colour, _RAW), "width": _RAW_WIDTH},
        "meta": "raw",
    }


def _recorded(panel: ReplayedPanel, place: int, colour: str) -> Layout:
    assert panel.recorded is not None
    places = even_places(len(panel.recorded), _POINTS)
    values = smooth(panel.recorded[:, place], window_for(len(panel.recorded)))[places]
    return _behind(panel, place, places, values) | {
        "line": {"color": tint(colour, _RECORDED), "width": _RECORDED_WIDTH},
        "meta": "recorded",
    }


def _behind(panel: ReplayedPanel, place: int, x: Ints, y: Floats) -> Layout:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "legendgroup": panel.names[place],
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _estimate(panel: ReplayedPanel, place: int, colour: str) -> Layout:
    window = window_for(len(panel.estimate))
    places = even_places(len(panel.estimate), _POINTS)
    kind = "recorded" if panel.recorded is None else "estimate"
    better = "less is better" if panel.is_gap else "neither way is better by itself"
    return {
        **_line(panel.first + place, colour),
        "type": "scatter",
        "x": places,
        "y": smooth(panel.estimate[:, place], window)[places],
        "legendgroup": panel.names[place],
        "showlegend": False,
        "hovertemplate": f"<b>{escape(panel.names[place])}</b>, step %{{x}}"
        f"<br>{kind}, mean over {window} steps <b>%{{y:.3f}}</b>"
        f"<br>  {panel.formula}; {better}<extra></extra>",
        "meta": "estimate",
    }


def _line(place: int, colour: str) -> Layout:
    return {
        "mode": "lines",
        "line": {"color": colour, "width": _WIDTH, "dash": group_style(place).dash},
    }


def _marks(shown: Replayed, panel: ReplayedPanel) -> tuple[Layout, ...]:
    """Where a quantity does nothing; under the gap what chance makes, both taus across it."""
    if not panel.is_gap:
        return () if panel.level is None else (across(panel.level, "dot", 1.2),)
    floor = () if panel.noise_floor is None else (band_up_to(panel.noise_floor),)
    return (*floor, across(shown.recorded_tau, "dot", 1.2), across(shown.tau, "solid", 1.8))


def _caption(shown: Replayed, legend: list[str]) -> Caption:
    has_floor = any(panel.noise_floor is not None for panel in shown.panels)
    details = [
        f"estimate for {escape(shown.label)}, seed {shown.seed}: {shown.dials}",
        "training data",
        "the recorded course held fixed",
        "bold: estimate",
        "pale and wide: as trained",
        *(["grey: gaps that chance alone makes"] if has_floor else []),
    ]
    return Caption("What would have acted at each step?", " · ".join(details), legend)
