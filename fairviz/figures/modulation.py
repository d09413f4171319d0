"""What a method did at each optimisation step: its factors, its gate, its gradients.

Panels belong to traces, not to methods: each trace that a run recorded and :data:`_PANELS` knows
becomes a panel. The raw trace stays visible, pale, behind its moving mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.arrays import even_places, extreme_places, smooth, window_for
from fairviz.figures.frame import Caption, Layout
from fairviz.figures.panels import Grid, Panel, Row, legend_entry, panel_figure
from fairviz.figures.series import Floats, Ints, ModulationTraces
from fairviz.figures.theme import NEUTRAL, escape, group_style, method_style, tint

_RAW = 0.14
_RAW_WIDTH = 0.8


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a panel: its name, its place in the order of dashes, its values [T]."""

    name: str
    place: int
    values: Floats


def _by_modality(run: ModulationTraces, trace: Floats) -> list[_Line]:
    return [_Line(name, i, trace[:, i]) for i, name in enumerate(run.modalities)]


def _by_attribute(run: ModulationTraces, trace: Floats) -> list[_Line]:
    return [_Line(name, i, trace[:, i]) for i, name in enumerate(run.attributes)]


def _by_objective(run: ModulationTraces, trace: Floats) -> list[_Line]:
    names = ("task", *run.attributes)
    return [_Line(name, i, trace[:, i]) for i, name in enumerate(names)]


def _by_pair(run: ModulationTraces, trace: Floats) -> list[_Line]:
    names = ("task", *run.attributes)
    pairs = combinations(range(len(names)), 2)
    return [_Line(f"{names[i]} and {names[j]}", place, trace[:, i, j]) for place, (i, j) in enumerate(pairs)]


def _alone(_: ModulationTraces, trace: Floats) -> list[_Line]:
    return [_Line("all pairs", 0, trace)]


@dataclass(frozen=True, slots=True)
class _PanelSpec:
    """How one trace is drawn.

    Attributes:
        title: what it is.
        formula: shown while hovering.
        lines: splits the trace [T, ...] into lines.
        level: value at which the factor does nothing, drawn as a line.
        bounds: fixed range of the y axis.
        is_gap: compared with tau and the noise floor.
    """

    title: str
    formula: str
    lines: Callable[[ModulationTraces, Floats], list[_Line]]
    level: float | None = None
    bounds: tuple[float, float] | None = None
    is_gap: bool = False

    @property
    def meaning(self) -> str:
        """Formula and direction."""
        return self.formula if self.is_gap else f"{self.formula}; neither way is better by itself"


_SHARE = (-0.03, 1.03)

# Formulas: MultiFair, Zubair et al. 2025, arXiv:2510.07328; FairGrad, Wang and Yang 2025,
# arXiv:2504.14388; projection, Yu et al. 2020, arXiv:2001.06782.
_PANELS = {
    "balance": _PanelSpec(
        "Modality balance B",
        "share of the AUC changes that other modalities made; scales an encoder's gradient",
        _by_modality,
    ),
    "batch_factors": _PanelSpec(
        "Fairness factor f",
        "mean over groups, by their share of the batch, of 1 + delta (mean AUC - AUC) / tau",
        _by_modality,
        level=1.0,
    ),
    "gate": _PanelSpec(
        "Share of steps with the gate open",
        "the gate opens where the batch's gap reaches tau",
        _by_attribute,
        bounds=_SHARE,
    ),
    "delta": _PanelSpec(
        "Controller's delta",
        "rises by gain times (gap - tau) a step, never below 0; strength of the row weights",
        _by_attribute,
    ),
    "gap": _PanelSpec(
        "AUC gap in training",
        "greatest minus least AUC over groups; down is better",
        _by_attribute,
        is_gap=True,
    ),
    "cosines": _PanelSpec(
        "Agreement of gradients (cosine)",
        "cosine of two objectives' gradients; below 0 they conflict and are projected",
        _by_pair,
        level=0.0,
        bounds=(-1.05, 1.05),
    ),
    "conflict_share": _PanelSpec(
        "Share of conflicting pairs",
        "pairs of objectives whose gradients have a negative cosine",
        _alone,
        bounds=_SHARE,
    ),
    "weights": _PanelSpec(
        "Weight of each objective",
        "weight of an objective's own gradient in the update after projection",
        _by_objective,
        level=1.0,
    ),
}


def modulation(runs: Sequence[ModulationTraces], *, columns: int = 2) -> go.Figure:
    """Figure with a row of panels per run; runs without a trace to draw have none."""
    rows = tuple(row for run in runs if (row := _row(run)).panels)
    names = list(dict.fromkeys((line.name, line.place) for line in _all_lines(runs)))
    entries = [legend_entry(name, _strong(place, NEUTRAL)) for name, place in names]
    caption = _caption(rows, [escape(name) for name, _ in names])
    return panel_figure(Grid(rows, columns, "optimisation step"), caption, entries)


def modulation_text(runs: Sequence[ModulationTraces]) -> str:
    """The same figure in words; not escaped."""
    sentences = [sentence for run in runs if (sentence := _sentence(run))]
    return " ".join(sentences) or "None of these runs modulates its training."


def _sentence(run: ModulationTraces) -> str:
    parts = [
        f"{spec.title}: " + ", ".join(_mean_text(line) for line in spec.lines(run, trace))
        for spec, trace in _drawn(run)
    ]
    if not parts:
        return ""
    marks = [
        *([] if run.tau is None else [f"tau {run.tau:g}"]),
        *([] if run.noise_floor is None else [f"noise floor {run.noise_floor:.3f}"]),
    ]
    steps = len(_drawn(run)[0][1])
    return f"{run.label}, seed {run.seed}, mean over {steps} steps. {'; '.join(parts + marks)}."


def _mean_text(line: _Line) -> str:
    defined = line.values[np.isfinite(line.values)]
    return f"{line.name} {defined.mean():.3f}" if len(defined) else f"{line.name} not estimable"


def _drawn(run: ModulationTraces) -> list[tuple[_PanelSpec, Floats]]:
    return [
        (spec, run.traces[name])
        for name, spec in _PANELS.items()
        if name in run.traces and len(run.traces[name])
    ]


def _all_lines(runs: Sequence[ModulationTraces]) -> list[_Line]:
    return [line for run in runs for spec, trace in _drawn(run) for line in spec.lines(run, trace)]


def _row(run: ModulationTraces) -> Row:
    heading = f"{escape(run.label)}, seed {run.seed}"
    return Row(heading, tuple(_panel(run, spec, trace) for spec, trace in _drawn(run)))


def _panel(run: ModulationTraces, spec: _PanelSpec, trace: Floats) -> Panel:
    lines = spec.lines(run, trace)
    steps = np.arange(run.first_step, run.first_step + len(trace))
    colour = method_style(run.method).colour
    axis: Layout = {"tickformat": "~g"}
    if spec.bounds is not None:
        axis["range"] = list(spec.bounds)
    if spec.is_gap:
        axis["rangemode"] = "tozero"
    return Panel(
        _title(run, spec),
        (
            *(_raw(line, steps, colour) for line in lines),
            *(_smoothed(line, steps, colour, spec) for line in lines),
        ),
        axis,
        _marks(run, spec),
    )


def _raw(line: _Line, steps: Ints, colour: str) -> Layout:
    places = extreme_places(line.values)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": steps[places],
        "y": line.values[places],
        "line": {"color": tint(colour, _RAW), "width": _RAW_WIDTH},
        "legendgroup": line.name,
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": "raw",
    }


def _smoothed(line: _Line, steps: Ints, colour: str, spec: _PanelSpec) -> Layout:
    window = window_for(len(steps))
    mean = smooth(line.values, window)
    places = even_places(len(steps))
    return {
        **_strong(line.place, colour),
        "type": "scatter",
        "x": steps[places],
        "y": mean[places],
        "legendgroup": line.name,
        "showlegend": False,
        "hovertemplate": f"<b>{escape(line.name)}</b>, step %{{x}}"
        f"<br>mean over {window} steps <b>%{{y:.3f}}</b><br>  {spec.meaning}<extra></extra>",
        "meta": "smooth",
    }


def _strong(place: int, colour: str) -> Layout:
    return {
        "mode": "lines",
        "line": {"color": colour, "width": 1.8, "dash": group_style(place).dash},
    }


def _marks(run: ModulationTraces, spec: _PanelSpec) -> tuple[Layout, ...]:
    """Where the factor does nothing; tau as a line over the band of gaps that chance makes."""
    if not spec.is_gap:
        return () if spec.level is None else (_across(spec.level, "dot"),)
    floor = () if run.noise_floor is None else (_band(run.noise_floor),)
    tau = () if run.tau is None else (_across(run.tau, "solid"),)
    return (*floor, *tau)


def _title(run: ModulationTraces, spec: _PanelSpec) -> str:
    if not spec.is_gap:
        return spec.title
    levels = [
        *([] if run.tau is None else [f"tau {run.tau:g}"]),
        *([] if run.noise_floor is None else [f"floor {run.noise_floor:.3f}"]),
    ]
    return f"{spec.title} ({', '.join(levels)})" if levels else spec.title


def _across(level: float, dash: str) -> Layout:
    line = {"width": 1.4, "dash": dash}
    return {"type": "line", "x0": 0, "x1": 1, "y0": level, "y1": level, "line": line}


def _band(floor: float) -> Layout:
    return {
        "type": "rect",
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": floor,
        "fillcolor": tint(NEUTRAL, 0.28),
        "line": {"width": 0},
        "layer": "below",
    }


def _caption(rows: Sequence[Row], legend: Sequence[str]) -> Caption:
    question = "What did the method do at each step?"
    if not rows:
        return Caption(question, "none of these runs modulates its training; add FairGrad or MultiFair")
    details = "training data · bold: moving mean · pale: every step · grey: gaps that chance alone makes"
    return Caption(question, details, legend)
