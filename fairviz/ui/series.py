"""From what is told of runs to what the figures draw; pure functions.

Axis letters: E epochs, S seeds, G groups of one attribute.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from fairviz.data.specs import TaskSpec
from fairviz.evaluation.report import FairnessReport
from fairviz.figures.series import (
    GroupCurves,
    Interval,
    Measure,
    ModulationTraces,
    PointIntervals,
    RunTrail,
)
from fairviz.metrics import intervals
from fairviz.metrics.catalogue import CATALOGUE
from fairviz.reports.joined import Joined
from fairviz.reports.run import Epoch, Run
from fairviz.suppression import SUPPRESSED

Split = Literal["validation", "test"]
SPLITS: Final[tuple[Split, ...]] = ("test", "validation")

PERFORMANCES: Final = tuple(
    metric.name
    for metric in CATALOGUE.values()
    if metric.kind == "performance" and metric.better is not None and metric.name not in {"tpr", "fpr"}
)
GAPS: Final = tuple(metric.name for metric in CATALOGUE.values() if metric.kind == "fairness")

_SHORT: Final = {
    "auc": "AUC",
    "equalized_odds_difference": "Equalized-odds difference",
    "equalized_odds_difference_mean": "Equalized-odds difference, mean",
    "demographic_parity_difference": "Demographic-parity difference",
    "equal_opportunity_difference": "Equal-opportunity difference",
    "soft_equalized_odds_gap": "Soft equalized-odds gap",
    "es_auc": "Equity-scaled AUC",
    "predictive_quality_disparity": "Predictive quality disparity",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ppv": "Positive predictive value",
    "npv": "Negative predictive value",
    "calibration_error": "Calibration error",
    "log_loss": "Log loss",
}


@dataclass(frozen=True)
class Axes:
    """What a chart of the trade-off shows: two metrics by name, and the attribute of the gap."""

    performance: str
    gap: str
    attribute: str

    @property
    def names(self) -> tuple[str, str, str]:
        """Performance, gap, attribute."""
        return self.performance, self.gap, self.attribute

    @property
    def key(self) -> str:
        """A short name for these axes, without the attribute's own text: other axes, another zoom."""
        return f"{zlib.crc32(repr(self).encode()):08x}"


def short(metric: str) -> str:
    """A metric's name on an axis or in a list."""
    return _SHORT.get(metric, CATALOGUE[metric].technical)


def measure(metric: str) -> Measure:
    """A metric of the catalogue as an axis."""
    entry = CATALOGUE[metric]
    return Measure(short(metric), entry.formula, entry.better or "up")


def gap_of(report: FairnessReport, axes: Axes) -> float | None:
    """The gap of a report, None where it is not estimable."""
    return report.attribute(axes.attribute).value(axes.gap)


def first_comparable(report: FairnessReport, attributes: Sequence[str], gap: str) -> int:
    """Place of the first attribute between whose groups a report has this gap; 0 where none has."""
    has_it = (place for place, name in enumerate(attributes) if report.attribute(name).value(gap) is not None)
    return next(has_it, 0)


def trails(runs: Sequence[Run], epochs: Iterable[Epoch], axes: Axes) -> list[RunTrail]:
    """Every run's way over validation rows, epoch by epoch; runs without an epoch are left out."""
    histories = _by_run(epochs)
    return [_trail(run, histories[run.id], axes) for run in runs if run.id in histories]


def results(runs: Sequence[Run], split: Split, axes: Axes) -> list[RunTrail]:
    """Every finished run as one point, at the epoch that validation chose."""
    return [
        RunTrail(
            run=str(run.id),
            label=run.label,
            method=run.spec["method"],
            seed=run.spec["seed"],
            epochs=np.array([run.best_epoch]),
            performance=_floats([report.value(axes.performance)]),
            gap=_floats([gap_of(report, axes)]),
            performance_interval=_limits(report.interval(axes.performance)),
            gap_interval=_limits(report.attribute(axes.attribute).interval(axes.gap)),
        )
        for run, report in reports(runs, split)
    ]


def reports(runs: Iterable[Run], split: Split) -> Iterator[tuple[Run, FairnessReport]]:
    """Finished runs with their report on one split."""
    for run in runs:
        report = run.test if split == "test" else run.validation
        if report is not None:
            yield run, report


def joined_intervals(runs: Sequence[Run], split: Split, axes: Axes) -> dict[str, PointIntervals]:
    """By label, the intervals of performance and gap when its seeds are joined."""
    by_label: dict[str, dict[int, FairnessReport]] = {}
    for run, report in reports(runs, split):
        by_label.setdefault(run.label, {})[run.spec["seed"]] = report
    joined = {label: Joined(own) for label, own in by_label.items() if len(own) > 1}
    return {
        label: PointIntervals(
            _limits(own.performance(axes.performance).interval),
            _limits(own.gap(axes.attribute, axes.gap).interval),
        )
        for label, own in joined.items()
    }


def noise_floor(runs: Sequence[Run], split: Split, axes: Axes) -> float | None:
    """The gap that chance alone exceeds one time in twenty if groups were equal; None if unknown.

    Runs differ a little in it, since it follows from their scores: their mean.
    """
    floors = [report.attribute(axes.attribute).floor(axes.gap) for _, report in reports(runs, split)]
    known = [floor.percentile_95 for floor in floors if floor is not None]
    return fmean(known) if known else None


def groups_used(report: FairnessReport, axes: Axes) -> str:
    """How many groups the gap rests on: "over 3 of 5 groups of race"; of several classes, what they give."""
    attribute = report.attribute(axes.attribute)
    used, all_groups = attribute.groups_used[axes.gap], len(attribute.groups)
    classes = f", mean over {len(report.classes)} classes" if report.classes else ""
    return f"over {used} of {all_groups} groups of {axes.attribute}{classes}"


def drawable(points: Iterable[RunTrail]) -> bool:
    """Whether any run has a place in the plane at any epoch."""
    return any(bool((np.isfinite(p.performance) & np.isfinite(p.gap)).any()) for p in points)


def whole(points: Sequence[RunTrail]) -> list[RunTrail]:
    """Points of configurations whose every seed has a place in the plane: others have no mean."""
    partial = {
        p.label for p in points if not (np.isfinite(p.performance[-1:]) & np.isfinite(p.gap[-1:])).all()
    }
    return [p for p in points if p.label not in partial]


def group_curves(runs: Sequence[Run], epochs: Iterable[Epoch], attribute: str) -> list[GroupCurves]:
    """AUC per group by epoch on validation rows, one record per configuration.

    Seeds are cut to the epochs that all of a configuration's seeds have.
    """
    histories = _by_run(epochs)
    by_label: dict[str, list[Run]] = {}
    for run in runs:
        if run.id in histories:
            by_label.setdefault(run.label, []).append(run)
    return [_curves(label, own, histories, attribute) for label, own in by_label.items()]


def modulation_traces(
    run: Run,
    traces: Mapping[str, NDArray[np.float32]],
    task: TaskSpec,
    noise_floor: float | None = None,
    *,
    groups: Sequence[Sequence[str]] = (),
    withheld: Mapping[str, tuple[str, ...]] | None = None,
) -> ModulationTraces:
    """What one run's method did at every step; ``groups`` and ``withheld`` as the record has them."""
    return ModulationTraces(
        label=run.label,
        method=run.spec["method"],
        seed=run.spec["seed"],
        modalities=tuple(modality.name for modality in task.modalities),
        attributes=task.sensitive,
        traces=traces,
        tau=run.spec["parameters"].get("tau"),
        noise_floor=noise_floor,
        groups=tuple(tuple(own) for own in groups),
        withheld=withheld or {},
    )


def _trail(run: Run, history: Sequence[Epoch], axes: Axes) -> RunTrail:
    """A run's trail so far; that of a finished run ends at the epoch that validation chose."""
    history = [record for record in history if run.best_epoch is None or record.epoch <= run.best_epoch]
    return RunTrail(
        run=str(run.id),
        label=run.label,
        method=run.spec["method"],
        seed=run.spec["seed"],
        epochs=np.array([record.epoch for record in history]),
        performance=_floats([record.validation.value(axes.performance) for record in history]),
        gap=_floats([gap_of(record.validation, axes) for record in history]),
    )


def _curves(
    label: str, runs: Sequence[Run], histories: Mapping[int, Sequence[Epoch]], attribute: str
) -> GroupCurves:
    common = set.intersection(*({record.epoch for record in histories[run.id]} for run in runs))
    shared = [[record for record in histories[run.id] if record.epoch in common] for run in runs]
    first = shared[0]
    known = first[0].validation.attribute(attribute).groups
    groups = tuple(known)
    auc = [
        [[record.validation.attribute(attribute).groups[group].auc for record in history] for group in groups]
        for history in shared
    ]
    return GroupCurves(
        label=label,
        method=runs[0].spec["method"],
        attribute=attribute,
        groups=groups,
        epochs=np.array([record.epoch for record in first]),
        auc=np.array(auc, dtype=np.float64),
        interval=_group_limits(shared, attribute, groups),
        suppressed=tuple(g for g, own in known.items() if own.reason.get("auc") == SUPPRESSED),
    )


def _group_limits(
    histories: Sequence[Sequence[Epoch]], attribute: str, groups: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """95 % limits [G, E] of the mean over seeds, of rows and seeds both; None where there are none at all."""
    low, high = np.full((2, len(groups), len(histories[0])), np.nan)
    for e, records in enumerate(zip(*histories, strict=True)):
        joined = Joined({seed: record.validation for seed, record in enumerate(records)})
        for g, group in enumerate(groups):
            limits = joined.of_group(attribute, group, "auc").interval
            if limits is not None:
                low[g, e], high[g, e] = limits.low, limits.high
    return None if np.isnan(low).all() else (low, high)


def _by_run(epochs: Iterable[Epoch]) -> dict[int, list[Epoch]]:
    histories: dict[int, list[Epoch]] = {}
    for record in epochs:
        histories.setdefault(record.run_id, []).append(record)
    return histories


def _limits(interval: intervals.Interval | None) -> Interval | None:
    """Both limits as figures have them."""
    return None if interval is None else (interval.low, interval.high)


def _floats(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)
