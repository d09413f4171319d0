"""What the figures of the What-if page draw: small frozen records.

Axis letters: T optimisation steps, L lines of a panel, P trained points, V and W places along a map's first
and second dial. NaN is "no number". Names are a user's own text; figures escape them, callers do not.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairviz.figures.series import Bools, Floats, Measure


@dataclass(frozen=True, slots=True)
class ReplayedPanel:
    """One quantity at each step, as estimated and as recorded.

    Attributes:
        title: what it is.
        formula: shown while hovering.
        names: L lines.
        estimate: [T, L] under other dials; of what no dial changes, as recorded.
        recorded: [T, L] as trained; None where the estimate is the record.
        level: value at which it does nothing, drawn as a line.
        bounds: fixed range of the y axis.
        is_gap: compared with tau.
        noise_floor: of a gap, what chance alone exceeds one time in twenty, if known.
        first: place of the first line in the order of dashes.
    """

    title: str
    formula: str
    names: tuple[str, ...]
    estimate: Floats
    recorded: Floats | None = None
    level: float | None = None
    bounds: tuple[float, float] | None = None
    is_gap: bool = False
    noise_floor: float | None = None
    first: int = 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """One run's steps under other dials.

    Attributes:
        label: of the run's configuration.
        method: name that decides the colour.
        seed: of the run.
        dials: the other values in words, such as ``tau 0.02, delta 0.3``.
        tau: the other one.
        recorded_tau: the run's own.
        panels: what is drawn.
    """

    label: str
    method: str
    seed: int
    dials: str
    tau: float
    recorded_tau: float
    panels: tuple[ReplayedPanel, ...]


@dataclass(frozen=True, slots=True)
class ResponseMap:
    """A metric between trained points, as a model of them has it.

    Attributes:
        measure: the metric.
        method: name that decides the colour.
        names: of the one or two dials.
        axes: values along each dial, ascending: [V], or [V] and [W].
        mean: [V] or [V, W].
        half_width: of the 95 % band, of the same shape.
        points: [P, dials] that were trained.
        values: [P] means over their seeds.
        proposed: [K, dials] where to train next.
        split: whose rows.
        details: what else is shown.
    """

    measure: Measure
    method: str
    names: tuple[str, ...]
    axes: tuple[Floats, ...]
    mean: Floats
    half_width: Floats
    points: Floats
    values: Floats
    proposed: Floats
    split: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the other points predicted of each trained point, beside what training gave.

    Attributes:
        measure: the metric.
        method: name that decides the colour.
        names: [P] of the points.
        predicted: [P].
        half_width: [P] of the 95 % band of a mean over as many seeds as the point has.
        trained: [P] means over seeds.
        inside: [P] whether it lies in the band.
        split: whose rows.
    """

    measure: Measure
    method: str
    names: tuple[str, ...]
    predicted: Floats
    half_width: Floats
    trained: Floats
    inside: Bools
    split: str
