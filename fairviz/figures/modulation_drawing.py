"""How one panel of a method's steps is drawn: the raw trace or a range behind, moving means before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fairviz.figures.arrays import (
    PANEL_POINTS,
    even_places,
    extreme_places,
    mean_of_defined,
    range_of_defined,
    single,
    smooth,
    window_for,
)
from fairviz.figures.frame import Layout
from fairviz.figures.levels import across, band_up_to
from fairviz.figures.modulation_panels import Line, Lines, PanelSpec
from fairviz.figures.panels import Panel
from fairviz.figures.series import Floats, Ints, ModulationTraces
from fairviz.figures.theme import escape, group_style, method_style, tint

_RAW: Final = 0.14
_RAW_WIDTH: Final = 0.8
_BAND: Final = 0.2
_MOST_MARKS: Final = 6

Runs = Sequence[ModulationTraces]
"""Runs of one configuration, a seed each."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One panel: how its trace is drawn, and its lines [S, T]."""

    spec: PanelSpec
    lines: Lines

    @property
    def shown(self) -> list[Line]:
        """Lines with any number: others are withheld or never estimable."""
        return [line for line in self.lines.lines if np.isfinite(line.values).any()]

    @property
    def title(self) -> str:
        """Of the panel: the program's own, or a user's name escaped."""
        return escape(self.lines.of) if self.lines.of else self.spec.title


def draw_panel(runs: Runs, one: Drawn) -> Panel:
    """A panel of one run's trace, or of that of several seeds."""
    run, spec = runs[0], one.spec
    colour = method_style(run.method).colour
    axis: Layout = {"tickformat": "~g"}
    if spec.bounds is not None:
        axis["range"] = list(spec.bounds)
    if spec.is_gap:
        axis["rangemode"] = "tozero"
    behind = _raw if len(runs) == 1 else _range
    return Panel(
        _title(run, one),
        (
            *(behind(line, _steps(run, line), colour) for line in one.shown),
            *(_smoothed(line, _steps(run, line), colour, spec) for line in one.shown),
        ),
        axis,
        _marks(run, spec),
    )


def _steps(run: ModulationTraces, line: Line) -> Ints:
    return np.arange(run.first_step, run.first_step + line.values.shape[-1])


def _raw(line: Line, steps: Ints, colour: str) -> Layout:
    """Every step of one seed."""
    (values,) = line.values
    places = extreme_places(values, 2 * PANEL_POINTS)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": steps[places],
        "y": values[places],
        "line": {"color": tint(colour, _RAW), "width": _RAW_WIDTH},
        "legendgroup": line.name,
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": "raw",
    }


def _moving_means(line: Line) -> Floats:
    """[S, T]."""
    window = window_for(line.values.shape[-1])
    return np.stack([smooth(values, window) for values in line.values])


def _range(line: Line, steps: Ints, colour: str) -> Layout:
    """Least and greatest moving mean over seeds."""
    low, high = range_of_defined(_moving_means(line), axis=0)
    places = even_places(len(steps), PANEL_POINTS)
    places = places[np.isfinite(low[places])]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([steps[places], steps[places][::-1]]),
        "y": single(np.concatenate([high[places], low[places][::-1]])),
        "fill": "toself",
        "fillcolor": tint(colour, _BAND),
        "line": {"width": 0},
        "legendgroup": line.name,
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": "range",
    }


def _smoothed(line: Line, steps: Ints, colour: str, spec: PanelSpec) -> Layout:
    window = window_for(len(steps))
    mean = mean_of_defined(_moving_means(line), axis=0)
    places = even_places(len(steps), PANEL_POINTS)
    seeds = f" and {len(line.values)} seeds" if len(line.values) > 1 else ""
    return {
        **strong(line, colour),
        "type": "scatter",
        "x": steps[places],
        "y": single(mean[places]),
        "legendgroup": line.name,
        "showlegend": False,
        "hovertemplate": f"<b>{escape(line.name)}</b>, step %{{x}}"
        f"<br>mean over {window} steps{seeds} <b>%{{y:.3f}}</b><br>  {spec.meaning}<extra></extra>",
        "meta": "smooth",
    }


def strong(line: Line, colour: str) -> Layout:
    """The look of a line that is meant to be read."""
    style = group_style(line.place)
    look: Layout = {"mode": "lines", "line": {"color": colour, "width": 1.8, "dash": style.dash}}
    if line.is_group:
        look["mode"] = "lines+markers"
        look["marker"] = {
            "symbol": style.symbol, "size": 5, "color": colour, "maxdisplayed": _MOST_MARKS,
        }  # fmt: skip
    return look


def _marks(run: ModulationTraces, spec: PanelSpec) -> tuple[Layout, ...]:
    """Where the factor does nothing; tau as a line over the band of gaps that chance makes."""
    if not spec.is_gap:
        return () if spec.level is None else (across(spec.level, "dot"),)
    floor = () if run.noise_floor is None else (band_up_to(run.noise_floor),)
    tau = () if run.tau is None else (across(run.tau, "solid"),)
    return (*floor, *tau)


def _title(run: ModulationTraces, one: Drawn) -> str:
    if not one.spec.is_gap:
        return one.title
    told = [level.removeprefix("noise ") for level in levels(run)]
    return f"{one.title} ({', '.join(told)})" if told else one.title


def levels(run: ModulationTraces) -> Iterator[str]:
    """Tau and the noise floor in words, where there are any."""
    if run.tau is not None:
        yield f"tau {run.tau:g}"
    if run.noise_floor is not None:
        yield f"noise floor {run.noise_floor:.3f}"
