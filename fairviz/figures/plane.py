"""The plane of performance and gap: which points stand in it, which of them no other beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fairviz.figures.series import Floats, Interval, Measure, PointIntervals, RunTrail
from fairviz.figures.theme import MethodStyle, method_style
from fairviz.metrics.pareto import pareto_front

# Room around the outermost point, as a share of the range.
_PADDING = 0.06


@dataclass(frozen=True, slots=True)
class Plane:
    """What the two axes mean and which data they show.

    Attributes:
        performance: measure along x.
        gap: measure along y.
        split: ``validation`` or ``test``; selecting and reporting must not be confused.
        details: the user's own context: attribute, groups counted.
        noise_floor: gap to expect by chance if the groups were equal.
        join_seeds: one bold mean per configuration instead of one point per run.
    """

    performance: Measure
    gap: Measure
    split: str
    details: str = ""
    noise_floor: float | None = None
    join_seeds: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """A bold point: one run, or the mean over the runs of a configuration.

    Attributes:
        runs: at least one; they differ in their seed.
        intervals: of the point itself.
        on_front: no other point is at least as good on both axes and better on one.
    """

    runs: tuple[RunTrail, ...]
    intervals: PointIntervals
    on_front: bool

    @property
    def label(self) -> str:
        """The configuration's name."""
        return self.runs[0].label

    @property
    def style(self) -> MethodStyle:
        """The method's colour and symbol."""
        return method_style(self.runs[0].method)

    @property
    def x(self) -> float:
        """Mean of the runs' performance after their last epoch."""
        return _mean_now(self.runs)[0]

    @property
    def y(self) -> float:
        """Mean of the runs' gap after their last epoch."""
        return _mean_now(self.runs)[1]

    @property
    def is_joined(self) -> bool:
        """Whether it stands for several seeds."""
        return len(self.runs) > 1

    @property
    def is_estimated(self) -> bool:
        """Whether it is a prediction instead of a training."""
        return self.runs[0].estimated


def points(
    trails: Sequence[RunTrail], plane: Plane, intervals: Mapping[str, PointIntervals]
) -> tuple[Point, ...]:
    """Points of all runs whose last epoch is estimable, in the order of the runs.

    Args:
        trails: the runs.
        plane: whether seeds are joined, and what is better.
        intervals: by label, of means over several seeds; a single run has its own.
    """
    current = [trail for trail in trails if len(trail.epochs) and np.isfinite(_now(trail)).all()]
    members: dict[tuple[str, bool], list[RunTrail]] = {}
    for trail in current:
        name = trail.label if plane.join_seeds else trail.run
        members.setdefault((name, trail.estimated), []).append(trail)
    front = _on_front(list(members.values()), plane)
    return tuple(
        Point(tuple(runs), _intervals(runs, intervals), on)
        for runs, on in zip(members.values(), front, strict=True)
    )


def is_decided(shown: Sequence[Point], plane: Plane) -> bool:
    """Whether some gap is beyond chance; where none is, no point can be said to beat another."""
    floor = plane.noise_floor
    return floor is None or any(point.y > floor for point in shown)


def window(
    shown: Sequence[Point], trails: Sequence[RunTrail], plane: Plane
) -> tuple[Interval | None, Interval | None]:
    """Least and greatest value to show on each axis: every point and the later half of every trail.

    First epochs lie far off and would squeeze what is compared into a corner. None where there
    is nothing to show.
    """
    across = [value for point in shown for value in (point.x, *(point.intervals.performance or ()))]
    along = [value for point in shown for value in (point.y, *(point.intervals.gap or ()))]
    for trail in trails:
        across.extend(_later_half(trail.performance))
        along.extend(_later_half(trail.gap))
    if along and plane.noise_floor is not None:
        along.append(plane.noise_floor)
    return _span(across), _span(along)


def _now(trail: RunTrail) -> tuple[float, float]:
    return float(trail.performance[-1]), float(trail.gap[-1])


def _mean_now(runs: Sequence[RunTrail]) -> tuple[float, float]:
    x, y = np.mean([_now(run) for run in runs], axis=0)
    return float(x), float(y)


def _on_front(members: Sequence[Sequence[RunTrail]], plane: Plane) -> list[bool]:
    if not members:
        return []
    places = [_mean_now(runs) for runs in members]
    up = (plane.performance.better == "up", plane.gap.better == "up")
    return [bool(on) for on in pareto_front(places, maximize=up)]


def _intervals(runs: Sequence[RunTrail], joined: Mapping[str, PointIntervals]) -> PointIntervals:
    if len(runs) > 1:
        return joined.get(runs[0].label, PointIntervals())
    return PointIntervals(runs[0].performance_interval, runs[0].gap_interval)


def _later_half(values: Floats) -> Floats:
    later = values[len(values) // 2 :]
    return later[np.isfinite(later)]


def _span(values: Sequence[float]) -> Interval | None:
    if not values:
        return None
    low, high = float(min(values)), float(max(values))
    room = _PADDING * (high - low) or 0.01
    return low - room, high + room
