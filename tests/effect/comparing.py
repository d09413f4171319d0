"""Changes of an arm against its reference: on one test set, or over several of them.

Axis letters: S seeds, N test rows, B + 1 weightings of them (the first weighs every row once).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from fairviz.data.groups import Attribute
from fairviz.evaluation.report import FairnessReport, Performance
from fairviz.metrics.estimable import MINIMUM_FOR_NUMBER
from fairviz.metrics.inputs import Groups
from fairviz.metrics.resampling import Strata, resampled_metrics
from tests.effect.experiments import PENALTIES, Arm, front_path
from tests.effect.front import Place, against_front
from tests.effect.intervals import FloatArray, Interval, over_tables, paired_auc, relative_over_tables
from tests.effect.resampling import REPLICATES, change, relative_change
from tests.effect.training import Trained

AUC: Final = "auc"
SOFT: Final = "soft_equalized_odds_gap"
GAPS: Final = (
    "es_auc",
    "worst_group_auc",
    "auc_gap",
    "equalized_odds_difference",
    "equalized_odds_difference_mean",
    SOFT,
)

Changes = dict[str, Interval]


def metric_key(metric: str, attribute: str | None = None, group: str | None = None) -> str:
    """The flat name of a metric: "auc" of all rows, "race|auc_gap" of groups, "race|auc|Black" of one."""
    return "|".join(part for part in (attribute, metric, group) if part is not None)


def parsed_key(key: str) -> tuple[str | None, str, str | None]:
    """Attribute, metric and group of a flat name."""
    attribute, *rest = key.split("|", maxsplit=2)
    if not rest:
        return None, key, None
    return attribute, rest[0], rest[1] if len(rest) > 1 else None


def flat_metrics(report: FairnessReport) -> dict[str, float | None]:
    """A report's metrics by flat name; None where not estimable."""
    flat: dict[str, float | None] = {metric_key(AUC): report.value(AUC)}
    for name, attribute in report.attributes.items():
        flat |= {metric_key(gap, name): attribute.value(gap) for gap in GAPS}
        flat |= {
            metric_key(AUC, name, group): own.value(AUC) if _large_enough(own) else None
            for group, own in attribute.groups.items()
        }
    return flat


def _large_enough(group: Performance) -> bool:
    return min(group.positives or 0, group.negatives or 0) >= MINIMUM_FOR_NUMBER


@dataclass(frozen=True)
class ArmRuns:
    """The finished runs of one arm, in the order of their seeds."""

    arm: Arm
    runs: tuple[Trained, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        """Their seeds."""
        return tuple(run.seed for run in self.runs)

    def places(self, seeds: Sequence[int]) -> list[int]:
        """Where the runs with these seeds stand."""
        return [self.seeds.index(seed) for seed in seeds]

    @cached_property
    def metrics(self) -> dict[str, tuple[float | None, ...]]:
        """Metrics on test rows by flat name, one per seed."""
        flat = [flat_metrics(run.test) for run in self.runs]
        return {key: tuple(metrics[key] for metrics in flat) for key in flat[0]}

    @cached_property
    def scores(self) -> FloatArray:
        """[S, N], of runs that share their test rows."""
        return np.stack([run.scores for run in self.runs])

    @cached_property
    def decisions(self) -> FloatArray:
        """[S, N] positive decisions; of a method that draws lots their chance, which is its score."""
        return np.stack(
            [run.scores if run.draws_lots else run.scores >= run.test.threshold for run in self.runs]
        )


def shared_seeds(ours: ArmRuns, reference: ArmRuns) -> list[int]:
    """Seeds on which both finished."""
    return sorted(set(ours.seeds) & set(reference.seeds))


class Comparison(Protocol):
    """How the runs of a study are compared."""

    def difference(self, ours: ArmRuns, reference: ArmRuns) -> Changes:
        """Changes by flat name, of metrics that are estimable in both on every shared seed."""

    def relative(self, ours: ArmRuns, reference: ArmRuns) -> Changes:
        """Changes of soft gaps as a share of the reference's."""

    def against_front(self, ours: ArmRuns) -> Changes:
        """By attribute, AUC less that of the regularisation front at the same soft gap."""


@dataclass(frozen=True)
class ManyTestSets:
    """Every seed has test rows of its own: t intervals over seeds.

    Attributes:
        test_per_train: test rows per training row where all are splits of one table, else 0.
    """

    test_per_train: float = 0.0

    def difference(self, ours: ArmRuns, reference: ArmRuns) -> Changes:
        """Mean changes."""
        return {
            key: over_tables(own - base, test_per_train=self.test_per_train)
            for key, own, base in _estimable(ours, reference)
        }

    def relative(self, ours: ArmRuns, reference: ArmRuns) -> Changes:
        """Relative changes of the soft gaps."""
        return {
            key: relative_over_tables(own, base, test_per_train=self.test_per_train)
            for key, own, base in _estimable(ours, reference)
            if parsed_key(key)[1] == SOFT
        }

    def against_front(self, ours: ArmRuns) -> Changes:  # noqa: ARG002
        """None: a front is trained on one test set alone."""
        return {}


def _estimable(ours: ArmRuns, reference: ArmRuns) -> list[tuple[str, FloatArray, FloatArray]]:
    """Metrics that both have on every shared seed: flat name, values [S] of ours and of the reference."""
    seeds = shared_seeds(ours, reference)
    found = []
    for key, own in ours.metrics.items():
        first = [own[at] for at in ours.places(seeds)]
        second = [reference.metrics[key][at] for at in reference.places(seeds)]
        if None not in first and None not in second:
            found.append((key, np.array(first, dtype=np.float64), np.array(second, dtype=np.float64)))
    return found


class OneTestSet:
    """All seeds share their test rows: AUCs by placements and seeds, gaps by resampling rows and seeds."""

    def __init__(self, arms: Sequence[ArmRuns], replicates: int = REPLICATES) -> None:
        """Resample every metric of every run once, under the same draws of rows."""
        self._arms = arms
        self._labels = arms[0].runs[0].rows.labels
        self._attributes = {attribute.name: attribute for attribute in arms[0].runs[0].rows.attributes}
        self._resampled = {
            name: self._resample(attribute, replicates) for name, attribute in self._attributes.items()
        }

    def _resample(self, attribute: Attribute, replicates: int) -> list[dict[str, FloatArray]]:
        """By arm, metrics [S, B + 1] of one attribute."""
        groups = Groups(attribute.codes, len(attribute.values))
        strata = Strata.draw(self._labels, groups, replicates)
        return [resampled_metrics(strata, own.scores, own.decisions) for own in self._arms]

    def difference(self, ours: ArmRuns, reference: ArmRuns) -> Changes:
        """Changes with intervals; of gaps whether they are clear of chance."""
        changes: Changes = {}
        for key, own, base in _estimable(ours, reference):
            attribute, metric, group = parsed_key(key)
            if metric == AUC:
                changes[key] = self._auc_change(ours, reference, self._rows(attribute, group))
            else:
                # A lottery is resampled by the chances of its decisions, and reported by those it drew.
                resampled = self._gap_change(key, ours, reference, change)
                changes[key] = resampled.around(float((own - base).mean()))
        return changes

    def relative(self, ours: ArmRuns, reference: ArmRuns) -> Changes:
        """Relative changes of the soft gaps."""
        return {
            key: self._gap_change(key, ours, reference, relative_change)
            for key, _, _ in _estimable(ours, reference)
            if parsed_key(key)[1] == SOFT
        }

    def against_front(self, ours: ArmRuns) -> Changes:
        """Against the paths of both penalties; nothing where a point of them was not trained."""
        paths = self._paths()
        points = [own for path in paths for own in path]
        seeds = sorted(set(ours.seeds).intersection(*(own.seeds for own in points)))
        return {
            name: against_front(
                self._place(name, ours, seeds),
                [[self._place(name, own, seeds) for own in path] for path in paths],
            )
            for name, estimable in self._resampled.items()
            if paths
            and SOFT in estimable[self._at(ours)]
            and ours.metrics[metric_key(SOFT, name)][0] is not None
        }

    def _paths(self) -> list[list[ArmRuns]]:
        """The regularisation front, a path per penalty; none where a point of it is missing."""
        paths = [[self._runs_of(arm) for arm in front_path(penalty)] for penalty in PENALTIES]
        if any(own is None for path in paths for own in path):
            return []
        return [[own for own in path if own is not None] for path in paths]

    def _runs_of(self, arm: Arm) -> ArmRuns | None:
        return next((own for own in self._arms if own.arm.same_as(arm)), None)

    def _at(self, ours: ArmRuns) -> int:
        return next(at for at, own in enumerate(self._arms) if own is ours)

    def _values(self, name: str, metric: str, ours: ArmRuns, seeds: Sequence[int]) -> FloatArray:
        """A resampled metric [S, B + 1] of some seeds."""
        return self._resampled[name][self._at(ours)][metric][ours.places(seeds)]

    def _place(self, name: str, ours: ArmRuns, seeds: Sequence[int]) -> Place:
        return Place(self._values(name, SOFT, ours, seeds), self._values(name, AUC, ours, seeds))

    def _gap_change(
        self,
        key: str,
        ours: ArmRuns,
        reference: ArmRuns,
        compare: Callable[[FloatArray, FloatArray], Interval],
    ) -> Interval:
        """Change of a gap, by one of two comparisons."""
        seeds = shared_seeds(ours, reference)
        attribute, gap, _ = parsed_key(key)
        assert attribute is not None
        return compare(
            self._values(attribute, gap, ours, seeds), self._values(attribute, gap, reference, seeds)
        )

    def _rows(self, attribute: str | None, group: str | None) -> NDArray[np.bool_]:
        """Which test rows [N] belong to a group; all where none is named."""
        if attribute is None or group is None:
            return np.ones(len(self._labels), dtype=np.bool_)
        grouping = self._attributes[attribute]
        return np.equal(grouping.codes, grouping.values.index(group))

    def _auc_change(self, ours: ArmRuns, reference: ArmRuns, rows: NDArray[np.bool_]) -> Interval:
        """Change of the AUC among some rows."""
        seeds = shared_seeds(ours, reference)
        own, base = ours.scores[ours.places(seeds)], reference.scores[reference.places(seeds)]
        return paired_auc(self._labels[rows], own[:, rows], base[:, rows])
