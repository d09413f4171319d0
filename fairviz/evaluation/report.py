"""What a report holds: performance of rows, differences between groups, and both as plain JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from fairviz.metrics.estimable import Grade
from fairviz.metrics.floor import NoiseFloor
from fairviz.metrics.gap_intervals import GapInterval
from fairviz.metrics.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class Performance:
    """How well some rows are predicted; NaN, with a reason, where that cannot be said.

    Each ``<metric>_low`` and ``<metric>_high`` are limits of a 95 % interval of ``<metric>``.

    Attributes:
        grade: by metric, what the number of its cases carries.
        reason: by metric, why it is NaN.
    """

    n: int
    positives: int
    negatives: int
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
    reason: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Plain types; NaN becomes None, and "reason" is there only if something is None."""
        grades = {metric: value.value for metric, value in self.grade.items()}
        return _with_reason(_plain(self) | {"grade": grades}, self.reason)


@dataclass(frozen=True, kw_only=True)
class AttributeReport:
    """How far the groups of one attribute are apart; NaN, with a reason, where unknown.

    Attributes:
        groups: performance in each group, by its name.
        rows_left_out: rows whose value of the attribute is missing.
        groups_used: by gap, how many of the groups entered it.
        floors: by gap, what it would be by chance; empty where floors were not asked for.
        intervals: by gap, limits of a 95 % interval; empty where floors were not asked for.
        no_interval: by gap, why it has no interval though it is known; empty like ``intervals``.
        reason: by gap, why it is NaN.
    """

    groups: Mapping[str, Performance]
    rows_left_out: int
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
    no_interval: Mapping[str, str]
    reason: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Plain types; a floor becomes ``<gap>_floor`` and ``<gap>_floor_95``.

        An interval becomes ``<gap>_low`` and ``<gap>_high``, and ``<gap>_detected`` where the gap is one that
        is 0 where groups are equal; reasons for having none are there only if there are any.
        """
        record = _plain(self)
        for name in ("floors", "intervals", "no_interval"):
            del record[name]
        record["groups"] = {name: group.to_json() for name, group in self.groups.items()}
        record["groups_used"] = dict(self.groups_used)
        for gap, floor in self.floors.items():
            record[f"{gap}_floor"] = _null(floor.expected)
            record[f"{gap}_floor_95"] = _null(floor.percentile_95)
        for gap, interval in self.intervals.items():
            record[f"{gap}_low"], record[f"{gap}_high"] = interval.low, interval.high
            if isinstance(interval, GapInterval):
                record[f"{gap}_detected"] = interval.detected
        if self.no_interval:
            record["no_interval"] = dict(self.no_interval)
        return _with_reason(record, self.reason)


@dataclass(frozen=True, kw_only=True)
class FairnessReport(Performance):
    """Performance on all rows, and the differences between groups.

    Attributes:
        threshold: probability from which a row is decided positive; NaN where each class has its own, or
            decisions were given.
        attributes: a report for each sensitive attribute, by its name.
        classes: where the outcome has more than two values, a report of each against all others, by
            its name; every number of this report is then the mean over them.
        intersections: as ``attributes``, of every two and three of them; empty without floors.
        no_intersection: by the name of an intersection that is left out, why.
        fewest_crossed: see ``fairviz.evaluation.intersections.fewest_crossed``; empty where there are no
            intersections. For the gate alone: it is not told where patients are to be protected.
    """

    threshold: float
    attributes: Mapping[str, AttributeReport]
    classes: Mapping[str, FairnessReport] = field(default_factory=dict)
    intersections: Mapping[str, AttributeReport] = field(default_factory=dict)
    no_intersection: Mapping[str, str] = field(default_factory=dict)
    fewest_crossed: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain types, nested like the report; NaN becomes None with a reason beside it."""
        record = super().to_json()
        for name in ("classes", "intersections", "no_intersection", "fewest_crossed"):
            if not record[name]:
                del record[name]
        for name in {"attributes", "classes", "intersections"} & record.keys():
            record[name] = {key: report.to_json() for key, report in getattr(self, name).items()}
        return record


def _plain(report: Performance | AttributeReport) -> dict[str, Any]:
    """Fields of a report as they are, numbers that are NaN as None."""
    return {
        field.name: _null(getattr(report, field.name)) for field in fields(report) if field.name != "reason"
    }


def _null(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value


def _with_reason(record: dict[str, Any], reason: Mapping[str, str]) -> dict[str, Any]:
    return record | ({"reason": dict(reason)} if reason else {})
