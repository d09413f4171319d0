"""What the figures draw: small frozen records of numpy arrays and labels.

Axis letters: E epochs, S seeds, G groups of one attribute, T optimisation steps, M modalities,
A sensitive attributes, V and W values of a sweep's first and second dial. NaN is "not estimable"
everywhere. Names are a user's own text; figures escape them, callers do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
Bools = NDArray[np.bool_]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric as an axis.

    Attributes:
        name: as people call it, such as ``AUC gap``.
        formula: its definition in words, shown while hovering.
        better: the direction of improvement; an axis on which down is better is reversed.
    """

    name: str
    formula: str
    better: Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class RunTrail:
    """One run's way through the plane of performance and gap.

    Attributes:
        run: identifier that a click returns.
        label: configuration that its seeds share, such as ``MultiFair, tau .04``.
        method: name that decides the colour, such as ``multifair``.
        seed: the run's seed.
        epochs: [E], ascending; the last one is the current point.
        performance: [E].
        gap: [E].
        performance_interval: low and high of the current point, if known.
        gap_interval: likewise.
        estimated: a prediction instead of a training; drawn hollow.
    """

    run: str
    label: str
    method: str
    seed: int
    epochs: Ints
    performance: Floats
    gap: Floats
    performance_interval: Interval | None = None
    gap_interval: Interval | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class PointIntervals:
    """Low and high of a configuration's mean over seeds, rows and seeds both counted."""

    performance: Interval | None = None
    gap: Interval | None = None


@dataclass(frozen=True, slots=True)
class GroupCurves:
    """AUC per group by epoch of all seeds of one configuration.

    Attributes:
        label: as in :class:`RunTrail`.
        method: as in :class:`RunTrail`.
        attribute: the sensitive attribute, such as ``race``.
        groups: all G groups of the attribute in its own order, shown or not: the place decides
            the marker and the dash.
        epochs: [E].
        auc: [S, G, E].
        interval: low and high, each [G, E]; without it the band is the range over seeds.
        suppressed: groups without an AUC because their patients are few, not because it cannot be estimated.
    """

    label: str
    method: str
    attribute: str
    groups: tuple[str, ...]
    epochs: Ints
    auc: Floats
    interval: tuple[Floats, Floats] | None = None
    suppressed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModulationTraces:
    """What a method recorded at each optimisation step of one run.

    Attributes:
        label: as in :class:`RunTrail`.
        method: as in :class:`RunTrail`.
        seed: the run's seed.
        modalities: M names.
        attributes: A names.
        traces: name to array [T, ...], as the training records them; those it knows are drawn.
        tau: the gap from which the method acts, if it has one.
        noise_floor: gap that chance alone exceeds in one batch of twenty, if known.
        first_step: number of the first step in ``traces``.
        groups: names of the groups of each attribute, which lie side by side in traces of groups.
        withheld: by attribute, groups of whose patients nothing may be told.
    """

    label: str
    method: str
    seed: int
    modalities: tuple[str, ...]
    attributes: tuple[str, ...]
    traces: Mapping[str, Floats] = field(default_factory=dict)
    tau: float | None = None
    noise_floor: float | None = None
    first_step: int = 0
    groups: tuple[tuple[str, ...], ...] = ()
    withheld: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def groups_of(self, attribute: str) -> tuple[str, ...]:
        """Names of the groups of an attribute."""
        return self.groups[self.attributes.index(attribute)]

    def part_of(self, attribute: str) -> slice:
        """Where the groups of an attribute lie in the last axis of a trace of groups."""
        place = self.attributes.index(attribute)
        first = sum(len(own) for own in self.groups[:place])
        return slice(first, first + len(self.groups[place]))


@dataclass(frozen=True, slots=True)
class Dial:
    """A swept hyperparameter; its texts are the program's own and need no escape.

    Attributes:
        name: as its specification calls it.
        values: V texts, in the order of the axis.
        is_number: whether a line may join them; choices stand side by side.
    """

    name: str
    values: tuple[str, ...]
    is_number: bool = True

    @property
    def title(self) -> str:
        """The name on an axis and in a sentence."""
        return self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Response:
    """One metric at every point; NaN where a run is not finished or the metric not estimable.

    Attributes:
        measure: the metric.
        values: [V, S] of one dial, [V, W, S] of two.
        baseline: of the same shape, each point's baseline of the same seed and training settings.
        noise_floor: gap that chance alone exceeds one time in twenty, if known.
    """

    measure: Measure
    values: Floats
    baseline: Floats
    noise_floor: float | None = None


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found.

    Attributes:
        method: name that decides the colour.
        dials: one or two.
        responses: a panel each.
        collapsed: [V] or [V, W], whether a seed of the point no longer tells patients apart; marked, since
            its gap says nothing.
        split: ``validation`` or ``test``; selecting and reporting must not be confused.
        details: what else is shown: groups counted, values of further dials.
    """

    method: str
    dials: tuple[Dial, ...]
    responses: tuple[Response, ...]
    collapsed: Bools
    split: str
    details: tuple[str, ...] = ()

    @property
    def points(self) -> list[str]:
        """Every point in words, in the order of the axes: ``tau 0.02, delta 0.3``."""
        named = [[f"{dial.title} {value}" for value in dial.values] for dial in self.dials]
        return [", ".join(parts) for parts in product(*named)]
