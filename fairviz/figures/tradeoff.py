"""Performance against the gap between groups: trails, current points, front.

Performance runs along x and the gap along y; an axis on which less is better is reversed, so
that up and right is better for every pair of measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from fairviz.figures.arrays import even_places, single
from fairviz.figures.frame import PHONE, WIDE, Caption, Layout, figure, frame
from fairviz.figures.plane import Plane, Point, is_decided, points, window
from fairviz.figures.series import Floats, Interval, Measure, PointIntervals, RunTrail
from fairviz.figures.theme import NEUTRAL, escape, method_style, tint

_PLOT_HEIGHT = {WIDE: 310, PHONE: 300}
_BETTER = {"up": "more", "down": "less"}
# A configuration's label tells it from others at its end.
_LONGEST_LABEL = 72
# More names are no legend: hovering tells them.
_MOST_NAMES = 20
# Still readable on a dark page.
_PALE = 0.6


def tradeoff(
    trails: Sequence[RunTrail],
    plane: Plane,
    *,
    intervals: Mapping[str, PointIntervals] | None = None,
) -> go.Figure:
    """Figure of all runs in the plane of performance and gap.

    Args:
        trails: the runs; one whose last epoch is not estimable shows its trail alone.
        plane: the axes and what they show.
        intervals: by label, of the means over several seeds; a single run brings its own.

    Returns:
        A figure whose points carry their run's identifier as ``customdata``; a mean over
        several seeds carries its first run's.
    """
    shown = points(trails, plane, intervals or {})
    if not is_decided(shown, plane):
        shown = tuple(replace(point, on_front=True) for point in shown)
    joined = [point for point in shown if point.is_joined]
    traces = [
        *(_trail(trail) for trail in trails if len(trail.epochs) > 1),
        *_front(shown, plane),
        *(_spokes(point) for point in joined),
        *(_seed(point, run, plane) for point in joined for run in point.runs),
        *(_mark(point, plane) for point in shown),
    ]
    _name_once(traces)
    caption, ends = _caption(shown, plane), window(shown, trails, plane)
    return figure(traces, lambda width: _layout(caption, plane, ends, width), wide=WIDE)


def tradeoff_text(
    trails: Sequence[RunTrail],
    plane: Plane,
    *,
    intervals: Mapping[str, PointIntervals] | None = None,
) -> str:
    """The same figure in words, for those who cannot see it; not escaped."""
    shown = points(trails, plane, intervals or {})
    if not shown:
        return f"No run has both {plane.performance.name} and {plane.gap.name}."
    front = ", on the front" if is_decided(shown, plane) else ""
    parts = "; ".join(
        f"{point.label}: {plane.performance.name} {point.x:.3f}, "
        f"{plane.gap.name} {point.y:.3f}{front if point.on_front else ''}"
        for point in shown
    )
    floor = "" if plane.noise_floor is None else f" Noise floor {plane.noise_floor:.3f}."
    return f"{plane.performance.name} against {plane.gap.name}, {plane.split} data. {parts}.{floor}"


def _trail(trail: RunTrail) -> Layout:
    places = even_places(len(trail.epochs))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": single(trail.performance[places]),
        "y": single(trail.gap[places]),
        "line": {"color": tint(method_style(trail.method).colour, 0.22), "width": 1},
        "legendgroup": trail.label,
        "showlegend": False,
        "hoverinfo": "skip",
        "name": _seed_name(trail),
        "meta": "trail",
        "uid": f"trail {trail.run}",
    }


def _front(shown: Sequence[Point], plane: Plane) -> tuple[Layout, ...]:
    """Steps around everything that the front's points dominate."""
    best = [point for point in shown if point.on_front]
    if len(best) < 2 or not is_decided(shown, plane):
        return ()
    # From the least performance to the greatest the gap can only get worse: down, then right.
    best.sort(key=lambda point: point.x, reverse=plane.performance.better == "down")
    return (
        {
            "type": "scatter",
            "mode": "lines",
            "x": np.array([point.x for point in best]),
            "y": np.array([point.y for point in best]),
            "line": {"color": NEUTRAL, "width": 2, "shape": "vh"},
            "name": "Pareto front",
            "hoverinfo": "skip",
            "meta": "front",
            "uid": "front",
        },
    )


def _spokes(point: Point) -> Layout:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": _out_and_back(point.x, [run.performance[-1] for run in point.runs]),
        "y": _out_and_back(point.y, [run.gap[-1] for run in point.runs]),
        "line": {"color": tint(point.style.colour, _opacity(point)), "width": 1},
        "legendgroup": point.label,
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": "spokes",
        "uid": f"spokes {point.label} {point.is_estimated}",
    }


def _out_and_back(centre: float, ends: Sequence[float]) -> Floats:
    """Centre, end, break; centre, end, break; and so on."""
    return np.array([[centre, end, np.nan] for end in ends]).ravel()


def _seed(point: Point, run: RunTrail, plane: Plane) -> Layout:
    alone = Point((run,), PointIntervals(run.performance_interval, run.gap_interval), False)
    return {
        **_marker(alone, plane, size=6, opacity=0.8 * _opacity(point)),
        "showlegend": False,
        "name": _seed_name(run),
        "meta": "seed",
        "uid": f"seed {run.run}",
    }


def _seed_name(run: RunTrail) -> str:
    return f"{escape(run.label, _LONGEST_LABEL)}, seed {run.seed}"


def _mark(point: Point, plane: Plane) -> Layout:
    # Legend state belongs to a configuration, not to a place in the list.
    name = point.label if plane.join_seeds else point.runs[0].run
    return {
        **_marker(point, plane, size=13, opacity=_opacity(point)),
        **_bars("error_x", point.x, point.intervals.performance, point),
        **_bars("error_y", point.y, point.intervals.gap, point),
        "name": _legend_name(point),
        "meta": "point",
        "uid": f"point {name} {point.is_estimated}",
    }


def _opacity(point: Point) -> float:
    return 1.0 if point.on_front else _PALE


def _legend_name(point: Point) -> str:
    return escape(point.label, _LONGEST_LABEL) + (" (estimate)" if point.is_estimated else "")


def _marker(point: Point, plane: Plane, *, size: int, opacity: float) -> Layout:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": np.array([point.x]),
        "y": np.array([point.y]),
        "marker": {
            "symbol": point.style.symbol + ("-open" if point.is_estimated else ""),
            "color": point.style.colour,
            "size": size,
            "opacity": opacity,
            "line": {"width": 2 if point.is_estimated else 0},
        },
        "legendgroup": point.label,
        "hoverinfo": "text",
        "hovertext": [_hover(point, plane)],
        "customdata": [point.runs[0].run],
    }


def _bars(name: str, centre: float, interval: Interval | None, point: Point) -> Layout:
    if interval is None:
        return {}
    low, high = interval
    return {
        name: {
            "type": "data",
            "symmetric": False,
            "array": [high - centre],
            "arrayminus": [centre - low],
            "color": tint(point.style.colour, 0.5 * _opacity(point)),
            "thickness": 1.2,
            "width": 4,
        }
    }


def _name_once(traces: Sequence[Layout]) -> None:
    """Runs of one configuration share one entry of the legend."""
    named = set()
    for trace in traces:
        if trace["meta"] == "point":
            trace["showlegend"] = trace["name"] not in named
            named.add(trace["name"])


def _hover(point: Point, plane: Plane) -> str:
    seeds = ", ".join(str(run.seed) for run in point.runs)
    who = f"mean of seeds {seeds}" if point.is_joined else f"seed {seeds}"
    estimate = ", estimate" if point.is_estimated else ""
    return "<br>".join(
        [
            f"<b>{escape(point.label, _LONGEST_LABEL)}</b>, {who}{estimate}",
            *_reading(plane.performance, point.x, point.intervals.performance),
            *_reading(plane.gap, point.y, point.intervals.gap),
        ]
    )


def _reading(measure: Measure, value: float, interval: Interval | None) -> tuple[str, str]:
    limits = "" if interval is None else f" ({interval[0]:.3f} to {interval[1]:.3f})"
    number = f"{escape(measure.name)} <b>{value:.3f}</b>{limits}, {measure.better} is better"
    return number, f"  {measure.formula}"


def _caption(shown: Sequence[Point], plane: Plane) -> Caption:
    has_bars = any(point.intervals != PointIntervals() for point in shown)
    details = [
        f"{plane.split} data",
        *([escape(plane.details)] if plane.details else []),
        *(["large: mean over seeds"] if any(point.is_joined for point in shown) else []),
        *(["bars: 95% intervals"] if has_bars else []),
        *(["pale: off the front"] if not all(point.on_front for point in shown) else []),
        *(["grey band: gaps that chance alone makes"] if plane.noise_floor is not None else []),
        *([] if is_decided(shown, plane) else ["no gap is clear of chance: no front is drawn"]),
    ]
    names = ["Pareto front", *dict.fromkeys(_legend_name(point) for point in shown)]
    if len(names) > _MOST_NAMES:
        names, details = [], [*details, "point at a mark for its name"]
    question = f"How much {_inside(plane.performance)} goes with which {_inside(plane.gap)}?"
    return Caption(question, " · ".join(details), names)


def _inside(measure: Measure) -> str:
    """The measure's name inside a sentence: an abbreviation keeps its capitals."""
    first = measure.name.split(" ", 1)[0]
    is_word = first[1:].islower()
    return escape(measure.name[:1].lower() + measure.name[1:] if is_word else measure.name)


def _layout(
    caption: Caption, plane: Plane, ends: tuple[Interval | None, Interval | None], width: int
) -> Layout:
    return {
        **frame(caption, plot_height=_PLOT_HEIGHT[width], width=width),
        "xaxis": _axis(plane.performance, ends[0]),
        "yaxis": _axis(plane.gap, ends[1]),
        "annotations": [_better(), *_floor_label(plane)],
        "shapes": _floor_band(plane),
    }


def _axis(measure: Measure, ends: Interval | None) -> Layout:
    axis: Layout = {
        "title": {"text": f"{escape(measure.name)} ({_BETTER[measure.better]} is better)"},
        "autorange": "reversed" if measure.better == "down" else True,
        "tickformat": ".3f",
    }
    if ends is not None:
        # An explicit range that moves with the data would undo a person's zoom at each refresh.
        low, high = ends
        axis["autorangeoptions"] = {"include": [low, high], "clipmin": low, "clipmax": high}
    return axis


def _better() -> Layout:
    return {
        "text": "better",
        "xref": "x domain",
        "yref": "y domain",
        "x": 0.995,
        "y": 0.985,
        "ax": -44,
        "ay": 30,
        "showarrow": True,
        "arrowhead": 2,
        "arrowwidth": 1.5,
    }


def _floor_band(plane: Plane) -> list[Layout]:
    floor = plane.noise_floor
    if floor is None:
        return []
    across = {"xref": "x domain", "x0": 0, "x1": 1, "layer": "below"}
    fill = {"fillcolor": tint(NEUTRAL, 0.14), "line": {"width": 0}}
    return [
        {**across, **fill, "type": "rect", "y0": 0, "y1": floor},
        {**across, "type": "line", "y0": floor, "y1": floor, "line": {"width": 1, "dash": "dot"}},
    ]


def _floor_label(plane: Plane) -> list[Layout]:
    if plane.noise_floor is None:
        return []
    return [
        {
            "text": f"noise floor {plane.noise_floor:.3f}",
            "xref": "x domain",
            "x": 0.005,
            "xanchor": "left",
            "y": plane.noise_floor,
            "yanchor": "bottom",
            "showarrow": False,
        }
    ]
