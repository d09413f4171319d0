"""How often each configuration of a stored comparison is on the Pareto front; kept once worked out.

Axis letters: K configurations, B + 1 weightings of test rows (the first weighs every row once).
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from fairviz.data.prepare import PreparedData
from fairviz.errors import SettingError
from fairviz.metrics.catalogue import CATALOGUE
from fairviz.metrics.front_frequency import front_frequency
from fairviz.metrics.gap_change import REPLICATES
from fairviz.metrics.inputs import FloatArray
from fairviz.metrics.resampling import mean_over_seeds
from fairviz.reports.evidence import Unavailable
from fairviz.reports.held_out import HeldOutRows, decided_runs
from fairviz.reports.withheld import Withheld, is_point_withheld
from fairviz.store.records import Json, RunRecord
from fairviz.store.store import Store

# Pairs of axes of one comparison; and metrics of one configuration, of 4 kB each.
_FRONTS_KEPT: Final = 500
_METRICS_KEPT: Final = 10_000

Shares = Mapping[str, float | Unavailable]
Configurations = Mapping[str, tuple[RunRecord, ...]]


class FrontAxes(NamedTuple):
    """A performance of all rows, and a gap between the groups of an attribute."""

    performance: str
    gap: str
    attribute: str

    @property
    def metrics(self) -> tuple[str, str]:
        """Both coordinates of a trade-off."""
        return self.performance, self.gap


class FrontBook:
    """Shares of replicates on the front, by comparison and axes.

    All configurations are averaged over the same seeds, those that every configuration with a finished run
    has finished: other seeds of some would move these against the others for no reason of theirs. In each
    replicate rows are drawn once for all configurations and seeds, within each group and class, and seeds
    once for all configurations.
    """

    def __init__(self, store: Store, prepared: Callable[[str], PreparedData]) -> None:
        """Take where runs are kept, and what gives the data of a task."""
        self._store = store
        self._prepared = prepared
        self._fronts: OrderedDict[tuple[object, ...], Shares] = OrderedDict()
        self._means: OrderedDict[tuple[object, ...], FloatArray] = OrderedDict()
        self._working = threading.Lock()

    def of(self, comparison_id: str, runs: Sequence[RunRecord], axes: FrontAxes) -> Shares:
        """By label of every configuration with a finished run, or why there is none.

        Args:
            comparison_id: of the comparison.
            runs: its runs, with reports at the threshold that is asked for.
            axes: which front.

        Raises:
            SettingError: metrics that have no front, or no such attribute.
        """
        _check_metrics(axes)
        configurations = _on_shared_seeds(runs)
        if not all(configurations.values()):
            return dict.fromkeys(configurations, Unavailable.NO_SHARED_SEEDS)
        key = comparison_id, tuple((label, decided_runs(own)) for label, own in configurations.items()), axes
        with self._working:
            if configurations and key not in self._fronts:
                self._fronts[key] = self._work_out(comparison_id, configurations, axes)
                _forget(self._fronts, _FRONTS_KEPT)
                _forget(self._means, _METRICS_KEPT)
            return self._fronts.get(key, {})

    def _work_out(self, comparison_id: str, configurations: Configurations, axes: FrontAxes) -> Shares:
        """Shares of configurations; one whose place is withheld takes no part in the front."""
        data = self._prepared(self._store.comparison(comparison_id).task_id)
        _check_attribute(axes.attribute, [own.name for own in data.attributes])
        if data.score_columns > 1:
            return dict.fromkeys(configurations, Unavailable.SEVERAL_CLASSES)
        rows = HeldOutRows(self._store, data)
        told = {label: runs for label, runs in configurations.items() if not _is_withheld(rows, runs, axes)}
        found = front_frequency(
            np.reshape(self._places(rows, told, axes), (len(told), 2, REPLICATES + 1)),
            maximize=[CATALOGUE[name].better == "up" for name in axes.metrics],
        )
        shares = {
            label: Unavailable.NOT_ESTIMABLE if math.isnan(share) else share
            for label, share in zip(told, found.tolist(), strict=True)
        }
        return {label: shares.get(label, Unavailable.SUPPRESSED) for label in configurations}

    def _places(self, rows: HeldOutRows, told: Configurations, axes: FrontAxes) -> list[list[FloatArray]]:
        """Coordinates [K, 2, B + 1] of configurations all of whose places are told."""
        untold = _untold_groups(rows, told.values())
        attributes = [own for own in rows.attributes if own.name == axes.attribute]
        comparer = rows.comparer(Withheld(groups=untold), attributes)
        places = []
        for runs in told.values():
            keys = {
                name: (runs[0].comparison_id, decided_runs(runs), untold, axes.attribute, name)
                for name in axes.metrics
            }
            unknown = [name for name, key in keys.items() if key not in self._means]
            if unknown:
                resampled = comparer.resampled_runs(rows.scored(runs), axes.attribute)
                self._means |= {keys[name]: _mean(resampled.metric(name)) for name in unknown}
            places.append([self._means[key] for key in keys.values()])
        return places


def _mean(values: FloatArray | None) -> FloatArray:
    """Mean over seeds [B + 1] of a metric [S, B + 1]; NaN where it is not estimable."""
    return np.full(REPLICATES + 1, np.nan) if values is None else mean_over_seeds(values)


def _on_shared_seeds(runs: Sequence[RunRecord]) -> Configurations:
    """By label, the finished runs with the seeds that all labels with a finished run have, in their order."""
    by_label: dict[str, dict[int, RunRecord]] = {}
    for run in runs:
        if run.test is not None:
            by_label.setdefault(run.label, {})[run.spec["seed"]] = run
    seeds = sorted(set.intersection(*map(set, by_label.values()))) if by_label else []
    return {label: tuple(by_seed[seed] for seed in seeds) for label, by_seed in by_label.items()}


def _reports(runs: Iterable[RunRecord]) -> list[Json]:
    return [run.test for run in runs if run.test is not None]


def _is_withheld(rows: HeldOutRows, runs: Sequence[RunRecord], axes: FrontAxes) -> bool:
    return is_point_withheld(_reports(runs), *axes, public=rows.public)


def _untold_groups(rows: HeldOutRows, told: Iterable[Sequence[RunRecord]]) -> frozenset[tuple[str, str]]:
    """Groups that every run withholds: those with few patients of an outcome.

    What a single run withholds beside them it does for its decisions, and with them the gaps made of these;
    were the group left out for all, their gaps would be over other groups than their reports say.
    """
    each = [Withheld.of([report], public=rows.public).groups for runs in told for report in _reports(runs)]
    return frozenset.intersection(*each) if each else frozenset()


def _forget(kept: OrderedDict[Any, Any], most: int) -> None:
    """Drop what was worked out first."""
    while len(kept) > most:
        kept.popitem(last=False)


def _check_metrics(axes: FrontAxes) -> None:
    for metric, kind in zip(axes.metrics, ("performance", "fairness"), strict=True):
        names = [own.name for own in CATALOGUE.values() if own.kind == kind and own.better is not None]
        if metric not in names:
            raise SettingError(
                "performance" if kind == "performance" else "gap",
                expected=f"one of {', '.join(names)}",
                found=metric,
                remedy="Choose a metric of which more, or less, is better.",
            )


def _check_attribute(attribute: str, names: Sequence[str]) -> None:
    if attribute not in names:
        raise SettingError(
            "attribute",
            expected=f"one of {', '.join(names)}",
            found=attribute,
            remedy="Choose a sensitive attribute of the task.",
        )
