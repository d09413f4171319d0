"""Which finished runs are points of one surface, and their numbers; pure functions.

Runs of several comparisons count together: two with the same data, settings and seed are the same run.
Axis letters: N runs, P points, D dials, S seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fairviz.metrics.catalogue import CATALOGUE
from fairviz.metrics.inputs import FloatArray
from fairviz.reports.run import Run
from fairviz.surface import Trained
from fairviz.ui import series
from fairviz.ui.series import Split

_DIALS: Final[Mapping[str, tuple[str, ...]]] = {
    "multifair": ("tau", "delta"),
    "multifair-g": ("tau", "delta"),
    "multifair-plus": ("tau",),
}


@dataclass(frozen=True)
class Number:
    """One number of a report: a metric of all rows, or one between the groups of an attribute."""

    metric: str
    attribute: str

    @property
    def is_gap(self) -> bool:
        """Whether it compares groups."""
        return CATALOGUE[self.metric].kind == "fairness"

    def of(self, run: Run, split: Split) -> float | None:
        """Its value in a finished run; None where it is not estimable, or withheld."""
        report = run.test if split == "test" else run.validation
        if report is None:
            return None
        return (
            report.attribute(self.attribute).value(self.metric) if self.is_gap else report.value(self.metric)
        )


def dial_names(method: str) -> tuple[str, ...]:
    """The dials of a method that has tau; none of others."""
    return _DIALS.get(method, ())


def dials_of(run: Run) -> tuple[float, ...]:
    """A run's own values of its dials."""
    return tuple(float(run.spec["parameters"][name]) for name in dial_names(run.spec["method"]))


def beside(base: Run, runs: Iterable[Run]) -> list[Run]:
    """Finished runs that differ from one in dials and seed alone; of two alike the first."""
    found: dict[Any, Run] = {}
    for run in runs:
        if run.test is not None and _shared(run) == _shared(base):
            found.setdefault((dials_of(run), run.spec["seed"]), run)
    return list(found.values())


def trained(runs: Sequence[Run], number: Number, split: Split) -> Trained:
    """A number of runs of one method, at least one, as points of a surface; those without it are left out."""
    known = [(run, value) for run in runs if (value := number.of(run, split)) is not None]
    width = len(dials_of(runs[0]))
    return Trained(
        np.array([dials_of(run) for run, _ in known], dtype=np.float64).reshape(-1, width),
        np.array([run.spec["seed"] for run, _ in known], dtype=np.int64),
        np.array([value for _, value in known], dtype=np.float64),
    )


def by_seed(found: Trained) -> FloatArray:
    """Values [P, S] of the points, on the seeds that every point has."""
    seeds = [set(found.seeds[(found.dials == point).all(axis=1)].tolist()) for point in found.points]
    common = sorted(set.intersection(*seeds)) if seeds else []
    table = [
        [found.values[(found.dials == point).all(axis=1) & (found.seeds == seed)][0] for seed in common]
        for point in found.points
    ]
    return np.array(table, dtype=np.float64).reshape(len(found.points), len(common))


def groups_told(runs: Sequence[Run], number: Number, split: Split) -> str:
    """How many groups a gap rests on; empty of a number of all rows."""
    reports = [report for _, report in series.reports(runs, split)]
    if not number.is_gap or not reports:
        return ""
    return series.groups_used(reports[0], series.Axes("auc", number.metric, number.attribute))


def _shared(run: Run) -> tuple[Any, ...]:
    """What two runs of one surface have in common: all but dials and seed."""
    spec = run.spec
    names = dial_names(spec["method"])
    parameters = {name: value for name, value in spec["parameters"].items() if name not in names}
    return spec["method"], tuple(sorted(parameters.items())), tuple(sorted(spec["training"].items()))
