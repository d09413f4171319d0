"""What a report holds: performance of rows, and differences between groups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from fairviz.evaluation.record import Json, Record, null, number
from fairviz.metrics.estimable import Grade
from fairviz.metrics.floor import NoiseFloor
from fairviz.metrics.gap_intervals import GapInterval
from fairviz.metrics.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class Performance(Record):
    """How well some rows are predicted; NaN, with a reason, where that cannot be said.

    Counts that may not be told are None. Each ``<metric>_low`` and ``<metric>_high`` are limits of a 95 %
    interval of ``<metric>``.

    Attributes:
        grade: by metric, what the number of its cases carries.
        reason: by metric, why it is NaN.
        people: where patients have several rows, how many patients stand behind counts: "patients",
            "positives", "negatives", and by decision "tp", "fn", "fp", "tn"; each counts those who have such
            a row, so that one whose rows differ counts in several. ``n``, ``positives`` and ``negatives`` are
            rows. For the gate: it is not told where patients are to be protected.
    """

    n: int | None
    positives: int | None
    negatives: int | None
    auc: float
    auc_low: float
    auc_high: float
    tpr: float
    tpr_low: float
    tpr_high: float
    fpr: float
    fpr_low: float
    fpr_high: float
    sensitivity: float
    sensitivity_low: float
    sensitivity_high: float
    specificity: float
    specificity_low: float
    specificity_high: float
    ppv: float
    ppv_low: float
    ppv_high: float
    npv: float
    npv_low: float
    npv_high: float
    selection_rate: float
    selection_rate_low: float
    selection_rate_high: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    balanced_accuracy: float
    brier: float
    log_loss: float
    calibration_error: float
    grade: Mapping[str, Grade]
    reason: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)

    def interval(self, metric: str) -> Interval | None:
        """95 % interval of a metric; None where it has none."""
        low, high = (getattr(self, f"{metric}_{end}", math.nan) for end in ("low", "high"))
        return _known(Interval(low, high))


@dataclass(frozen=True, kw_only=True)
class AttributeReport(Record):
    """How far the groups of one attribute are apart; NaN, with a reason, where unknown.

    Attributes:
        groups: performance in each group, by its name.
        rows_left_out: rows whose value of the attribute is missing; None where that may not be told.
        groups_used: by gap, how many of the groups entered it.
        floors: by gap, what it would be by chance; empty where floors were not asked for.
        intervals: by gap, limits of a 95 % interval; empty where floors were not asked for.
        no_interval: by gap, why it has no interval though it is known; empty like ``intervals``.
        reason: by gap, why it is NaN.
        people_left_out: as ``people`` of ``Performance``, of the rows left out.
    """

    groups: Mapping[str, Performance]
    rows_left_out: int | None
    groups_used: Mapping[str, int]
    auc_gap: float
    es_auc: float
    worst_group_auc: float
    demographic_parity_difference: float
    equal_opportunity_difference: float
    equalized_odds_difference: float
    equalized_odds_difference_mean: float
    soft_equalized_odds_gap: float
    predictive_quality_disparity: float
    floors: Mapping[str, NoiseFloor]
    intervals: Mapping[str, Interval]
    no_interval: Mapping[str, str] = field(default_factory=dict)
    reason: Mapping[str, str] = field(default_factory=dict)
    people_left_out: Mapping[str, int] = field(default_factory=dict)

    def floor(self, gap: str) -> NoiseFloor | None:
        """What a gap would be by chance; None where that is unknown, withheld, or was not asked for."""
        found = self.floors.get(gap)
        return None if found is None or math.isnan(found.percentile_95) else found

    def interval(self, gap: str) -> Interval | None:
        """95 % interval of a gap; None where it has none, it is withheld, or was not asked for."""
        found = self.intervals.get(gap)
        return None if found is None else _known(found)

    def to_json(self) -> dict[str, Any]:
        """Plain types; a floor becomes ``<gap>_floor`` and ``<gap>_floor_95``.

        An interval becomes ``<gap>_low`` and ``<gap>_high``, and ``<gap>_detected`` where the gap is one that
        is 0 where groups are equal.
        """
        record = super().to_json()
        for gap, floor in self.floors.items():
            record[f"{gap}_floor"] = null(floor.expected)
            record[f"{gap}_floor_95"] = null(floor.percentile_95)
        for gap, interval in self.intervals.items():
            record[f"{gap}_low"], record[f"{gap}_high"] = null(interval.low), null(interval.high)
            if isinstance(interval, GapInterval):
                record[f"{gap}_detected"] = None if math.isnan(interval.low) else interval.detected
        return record

    @classmethod
    def _read(cls, record: Json) -> dict[str, Any]:
        """Also floors and intervals, of the gaps that have any; of those withheld NaN."""
        floors = {
            gap: NoiseFloor(number(record[f"{gap}_floor"]), number(record[f"{gap}_floor_95"]))
            for gap in _GAPS
            if f"{gap}_floor" in record
        }
        intervals = {
            gap: (GapInterval if f"{gap}_detected" in record else Interval)(
                number(record[f"{gap}_low"]), number(record[f"{gap}_high"])
            )
            for gap in _GAPS
            if f"{gap}_low" in record
        }
        return super()._read(record) | {"floors": floors, "intervals": intervals}


# And what else compares groups.
_GAPS = tuple(own.name for own in fields(AttributeReport) if own.type == "float")


@dataclass(frozen=True, kw_only=True)
class FairnessReport(Performance):
    """Performance on all rows, and the differences between groups.

    Attributes:
        threshold: probability from which a row is decided positive; NaN where each class has its own, or
            decisions were given.
        attributes: a report for each sensitive attribute, by its name.
        classes: where the outcome has more than two values, a report of each against all others, by
            its name; every number of this report is then the mean over them.
        clusters: patients of these rows, whom all intervals and grades count; None where each row is a
            patient of its own. ``n``, ``positives`` and ``negatives`` are rows.
        modalities: what each modality's encoder tells by itself, by its name: reports on a probe of its
            features, on the rows that have it. Empty where there are no encoders to tell apart.
        intersections: as ``attributes``, of every two and three of them; empty without floors.
        no_intersection: by the name of an intersection that is left out, why.
        fewest_crossed: see ``fairviz.evaluation.intersections.fewest_crossed``; empty where there are no
            intersections. For the gate alone: it is not told where patients are to be protected.
    """

    threshold: float
    attributes: Mapping[str, AttributeReport]
    classes: Mapping[str, FairnessReport] = field(default_factory=dict)
    clusters: int | None = None
    modalities: Mapping[str, FairnessReport] = field(default_factory=dict)
    intersections: Mapping[str, AttributeReport] = field(default_factory=dict)
    no_intersection: Mapping[str, str] = field(default_factory=dict)
    fewest_crossed: Mapping[str, int] = field(default_factory=dict)

    def attribute(self, name: str) -> AttributeReport:
        """The differences between the groups of one sensitive attribute, or of an intersection."""
        return self.attributes[name] if name in self.attributes else self.intersections[name]


def _known(interval: Interval) -> Interval | None:
    return None if math.isnan(interval.low) or math.isnan(interval.high) else interval
