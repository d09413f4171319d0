"""Reports of one configuration on the same rows, a seed each, as one: means with their limits.

A number is joined over all seeds or not at all: one that a seed lacks is not estimable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeAlias

from fairviz.evaluation.report import AttributeReport, FairnessReport, Performance
from fairviz.metrics.intervals import Interval
from fairviz.metrics.over_seeds import mean_gap_interval, mean_interval


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds.

    Attributes:
        value: None where it is not estimable, or withheld.
        interval: 95 % limits, of rows and seeds both; None where there are none.
        reason: why there is no value; empty where there is one.
    """

    value: float | None
    interval: Interval | None = None
    reason: str = ""


_Part: TypeAlias = Performance | AttributeReport


@dataclass(frozen=True)
class Joined:
    """Reports by seed, at least one."""

    by_seed: Mapping[int, FairnessReport]

    @property
    def first(self) -> FairnessReport:
        """The report of the first seed: what all seeds share, such as groups and their counts."""
        return next(iter(self.by_seed.values()))

    def performance(self, metric: str) -> Estimate:
        """A metric of all rows."""
        return self._of_rows(lambda report: report, metric)

    def of_group(self, attribute: str, group: str, metric: str) -> Estimate:
        """A metric of one group."""
        return self._of_rows(lambda report: report.attribute(attribute).groups[group], metric)

    def of_modality(self, modality: str, metric: str) -> Estimate:
        """A metric of what one modality tells by itself."""
        return self._of_rows(lambda report: report.modalities[modality], metric)

    def of_modality_group(self, modality: str, attribute: str, group: str, metric: str) -> Estimate:
        """A metric of what one modality tells of one group."""
        return self._of_rows(
            lambda report: report.modalities[modality].attribute(attribute).groups[group], metric
        )

    def gap(self, attribute: str, gap: str) -> Estimate:
        """A difference between groups."""
        return _joined(
            [report.attribute(attribute) for report in self.by_seed.values()], gap, mean_gap_interval
        )

    def floor(self, attribute: str, gap: str) -> float | None:
        """The gap that chance alone exceeds one time in twenty if groups were equal; None if unknown.

        Seeds differ a little in it, since it follows from their scores: their mean.
        """
        floors = [report.attribute(attribute).floor(gap) for report in self.by_seed.values()]
        known = [floor.percentile_95 for floor in floors if floor is not None]
        return fmean(known) if known else None

    def _of_rows(self, part: Callable[[FairnessReport], Performance], metric: str) -> Estimate:
        return joined_rows([part(report) for report in self.by_seed.values()], metric)


def joined_rows(parts: Sequence[Performance], metric: str) -> Estimate:
    """A metric of the same rows, of a seed each."""
    cases = _cases(parts[0])
    if cases is None:
        return _joined(parts, metric, lambda _, intervals: intervals[0] if len(intervals) == 1 else None)
    return _joined(parts, metric, lambda values, intervals: _cut(mean_interval(values, intervals, cases)))


def _cases(first: Performance) -> int | None:
    """Patients, or rows that are patients of their own, of the rarer class; None where withheld."""
    if first.people:
        return min(first.people["positives"], first.people["negatives"])
    if first.positives is None or first.negatives is None:
        return None
    return min(first.positives, first.negatives)


def _joined(
    parts: Sequence[_Part],
    metric: str,
    limits: Callable[[Sequence[float], Sequence[Interval]], Interval | None],
) -> Estimate:
    """Mean of a number of each part, with limits where each has them."""
    values = [value for part in parts if (value := part.value(metric)) is not None]
    if len(values) < len(parts):
        lacking = next(part for part in parts if part.value(metric) is None)
        return Estimate(None, reason=lacking.reason.get(metric, "not estimable"))
    intervals = [own for part in parts if (own := part.interval(metric)) is not None]
    return Estimate(fmean(values), limits(values, intervals) if len(intervals) == len(parts) else None)


def _cut(interval: Interval) -> Interval:
    """Limits of a share, which is between 0 and 1."""
    return Interval(max(interval.low, 0.0), min(interval.high, 1.0))
