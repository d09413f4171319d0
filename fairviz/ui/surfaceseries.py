"""From finished runs to a surface through them and to what its figures draw; pure functions.

Axis letters: P points, D dials, K proposed points, V and W places of a map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from fairviz.figures.series import RunTrail
from fairviz.figures.whatif_series import Predictions, ResponseMap
from fairviz.metrics.dial_effect import is_detected
from fairviz.metrics.inputs import FloatArray
from fairviz.reports.run import Run
from fairviz.surface import LeftOut, Surface, Trained, lattice, left_out, surface
from fairviz.ui import series
from fairviz.ui.dialpoints import Number, by_seed, dial_names, groups_told, trained
from fairviz.ui.series import Axes, Split
from fairviz.ui.surfacewords import point_in_words, too_few

_PLACES: Final = {1: 121, 2: 33}
_CANDIDATES: Final = 25
PROPOSED: Final = 3


@dataclass(frozen=True)
class Seen:
    """A surface through finished runs, and what is to be said of it.

    Attributes:
        method: of the runs.
        number: what it is a surface of.
        split: whose rows.
        names: of the dials that vary: D.
        surface: the fit.
        left_out: each point as the others predict it.
        detected: whether the dials make a difference; None where that cannot be told.
        seeds: how many every point has.
        proposed: where to train next [K, D].
        groups: how many groups a gap rests on.
    """

    method: str
    number: Number
    split: Split
    names: tuple[str, ...]
    surface: Surface
    left_out: LeftOut
    detected: bool | None
    seeds: int
    proposed: FloatArray
    groups: str


def enough(runs: Sequence[Run], number: Number, split: Split) -> str | None:
    """Why there is no surface through these runs; None where there is one."""
    return too_few(trained(runs, number, split), dial_names(runs[0].spec["method"]))


def seen(runs: Sequence[Run], number: Number, split: Split) -> Seen:
    """The surface of a number through runs of one method; ``enough`` has been asked."""
    method = runs[0].spec["method"]
    whole = trained(runs, number, split)
    names = tuple(dial_names(method)[place] for place in whole.varying)
    own = whole.only(whole.varying)
    fit = surface(own)
    table = by_seed(own)
    return Seen(
        method=method,
        number=number,
        split=split,
        names=names,
        surface=fit,
        left_out=left_out(fit),
        detected=is_detected(table, np.log(np.maximum(own.points, 1e-3))),
        seeds=table.shape[1],
        proposed=fit.informative(_candidates(own), PROPOSED),
        groups=groups_told(runs, number, split),
    )


def response_map_of(found: Seen) -> ResponseMap:
    """The map, or the line, of a surface."""
    points = found.surface.trained.points
    axes = lattice(points, _PLACES[len(found.names)])
    at = found.surface.at(np.array(list(product(*axes))))
    shape = tuple(len(axis) for axis in axes)
    return ResponseMap(
        measure=series.measure(found.number.metric),
        method=found.method,
        names=found.names,
        axes=axes,
        mean=at.mean.reshape(shape),
        half_width=at.half_width.reshape(shape),
        points=points,
        values=np.array([found.surface.trained.at(point).mean() for point in points]),
        proposed=found.proposed,
        split=found.split,
        details=(found.groups,) if found.groups else (),
    )


def predictions_of(found: Seen) -> Predictions:
    """Each point as the others predict it; those that they say nothing about are left out."""
    own = found.left_out
    known = np.isfinite(own.predicted.mean)
    return Predictions(
        measure=series.measure(found.number.metric),
        method=found.method,
        names=tuple(point_in_words(found.names, point) for point in own.points[known]),
        predicted=own.predicted.mean[known],
        half_width=own.predicted.half_width[known],
        trained=own.trained[known],
        inside=own.inside[known],
        split=found.split,
    )


def estimated_trails(
    performance: Seen, gap: Seen, points: FloatArray, labels: Sequence[str]
) -> list[RunTrail]:
    """Points [K, D] as two surfaces predict them, with their bands: hollow marks on the front."""
    across, along = performance.surface.at(points), gap.surface.at(points)
    return [
        RunTrail(
            run=f"estimate {label}",
            label=label,
            method=performance.method,
            seed=0,
            epochs=np.array([0]),
            performance=across.mean[[k]],
            gap=along.mean[[k]],
            performance_interval=_band(across.mean[k], across.half_width[k]),
            gap_interval=_band(along.mean[k], along.half_width[k]),
            estimated=True,
        )
        for k, label in enumerate(labels)
    ]


def numbers_of(axes: Axes) -> tuple[Number, Number]:
    """Performance and gap of a chart's axes."""
    return Number(axes.performance, axes.attribute), Number(axes.gap, axes.attribute)


def _candidates(own: Trained) -> FloatArray:
    """Round values inside the trained range that are not trained yet."""
    places = [
        np.unique([float(f"{value:.2g}") for value in axis]) for axis in lattice(own.points, _CANDIDATES)
    ]
    ranges = [(values.min(), values.max()) for values in own.points.T]
    inside = [axis[(axis >= low) & (axis <= high)] for axis, (low, high) in zip(places, ranges, strict=True)]
    known = {tuple(point) for point in own.points.tolist()}
    free = [point for point in product(*(axis.tolist() for axis in inside)) if point not in known]
    return np.array(free, dtype=np.float64).reshape(-1, own.points.shape[1])


def _band(mean: float, half: float) -> tuple[float, float]:
    return float(mean - half), float(mean + half)
