"""From the runs of a sweep to what the figure draws; pure functions.

Axis letters: V values of the first dial, W values of the second, S seeds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairviz.figures.series import Bools, Dial, Floats, Response, Sweep
from fairviz.reports.collapse import collapses
from fairviz.reports.pairing import baselines
from fairviz.reports.run import Run
from fairviz.store.records import Json
from fairviz.training.runs import BASELINE, SWEPT_SETTINGS, value_label
from fairviz.ui import series
from fairviz.ui.series import Axes, Split


@dataclass(frozen=True)
class Swept:
    """One method at several values of its hyperparameters.

    Attributes:
        method: its name.
        dials: the hyperparameters that differ.
        runs: the method's own, without the baseline beside them.
    """

    method: str
    dials: tuple[Dial, ...]
    runs: tuple[Run, ...]

    def dial(self, name: str) -> Dial:
        """The dial of this name."""
        return next(dial for dial in self.dials if dial.name == name)


@dataclass(frozen=True)
class Cut:
    """What of a sweep is drawn: one or two dials, at one value of each other.

    Attributes:
        across: names of the drawn dials.
        at: value of every other dial, by its name.
    """

    across: tuple[str, ...]
    at: tuple[tuple[str, str], ...] = ()


def swept(runs: Sequence[Run]) -> Swept | None:
    """The sweep that these runs are; None where they compare methods or vary nothing but seeds."""
    own = [run for run in runs if run.spec["method"] != BASELINE] or list(runs)
    methods = {run.spec["method"] for run in own}
    dials = _dials(own)
    return Swept(methods.pop(), dials, tuple(own)) if len(methods) == 1 and dials else None


def cut_sweep(found: Swept, runs: Sequence[Run], cut: Cut, axes: Axes, split: Split) -> Sweep:
    """What a cut through a sweep shows: AUC or another performance, and a gap.

    Args:
        found: the sweep of ``runs``.
        runs: all of them, with the baseline's.
        cut: what is drawn.
        axes: the two metrics.
        split: whose reports.
    """
    at = dict(cut.at)
    own = [run for run in found.runs if all(_label(run, name) == value for name, value in at.items())]
    dials = tuple(found.dial(name) for name in cut.across)
    finished = [report for _, report in series.reports(own, split)]
    used = (series.groups_used(finished[0], axes),) if finished else ()
    grid = _Grid(dials, sorted({run.spec["seed"] for run in own}), own, baselines(runs), split)
    collapsed = grid.any_of(set(collapses(runs)))
    performance = Response(series.measure(axes.performance), *grid.both(axes, gap=False))
    gap = Response(series.measure(axes.gap), *grid.both(axes, gap=True), series.noise_floor(own, split, axes))
    details = (*used, *(f"{found.dial(name).title} {value}" for name, value in cut.at))
    return Sweep(found.method, dials, (performance, gap), collapsed, split, details)


@dataclass(frozen=True)
class _Grid:
    """Places of runs in an array [V, S] or [V, W, S]."""

    dials: tuple[Dial, ...]
    seeds: Sequence[int]
    runs: Sequence[Run]
    references: Mapping[int, Run]
    split: Split

    def both(self, axes: Axes, *, gap: bool) -> tuple[Floats, Floats]:
        """A metric of the method's runs, and of each one's baseline."""
        shape = (*(len(dial.values) for dial in self.dials), len(self.seeds))
        own, reference = np.full(shape, np.nan), np.full(shape, np.nan)
        for run in self.runs:
            own[self._place(run)] = _value(run, self.split, axes, gap=gap)
            if run.id in self.references:
                reference[self._place(run)] = _value(self.references[run.id], self.split, axes, gap=gap)
        return own, reference

    def any_of(self, run_ids: Collection[int]) -> Bools:
        """Points [V] or [V, W] with a seed among these runs."""
        among = np.zeros([len(dial.values) for dial in self.dials], dtype=bool)
        for run in self.runs:
            among[self._place(run)[:-1]] |= run.id in run_ids
        return among

    def _place(self, run: Run) -> tuple[int, ...]:
        places = (dial.values.index(_label(run, dial.name)) for dial in self.dials)
        return (*places, self.seeds.index(run.spec["seed"]))


def _value(run: Run, split: Split, axes: Axes, *, gap: bool) -> float:
    """A metric of one run; NaN where it is not finished or not estimable."""
    report = run.test if split == "test" else run.validation
    if report is None:
        return np.nan
    value = series.gap_of(report, axes) if gap else report.value(axes.performance)
    return np.nan if value is None else value


def _dials(runs: Sequence[Run]) -> tuple[Dial, ...]:
    """What differs between runs of one method; choices last, so that numbers run across."""
    names = [*runs[0].spec["parameters"], *SWEPT_SETTINGS] if runs else []
    dials = [_dial(name, runs) for name in names]
    return tuple(
        sorted((dial for dial in dials if len(dial.values) > 1), key=lambda dial: not dial.is_number)
    )


def _dial(name: str, runs: Sequence[Run]) -> Dial:
    """Values of one hyperparameter: numbers in order, upwards or downwards as they were given."""
    values = list(dict.fromkeys(_setting(run, name) for run in runs))
    is_number = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if is_number:
        values.sort(reverse=values[0] > values[-1])
    return Dial(name, tuple(value_label(value) for value in values), is_number)


def _setting(run: Run, name: str) -> Any:
    parameters: Json = run.spec["parameters"]
    return parameters[name] if name in parameters else run.spec["training"].get(name)


def _label(run: Run, name: str) -> str:
    return value_label(_setting(run, name))
