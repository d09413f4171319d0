"""Predictions and groups to one report, which holds no number that its cases cannot carry.

Axis letters: N rows, G groups.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import compress
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError
from fairviz.metrics.equity import (
    combine_odds,
    equity_scaled,
    smallest,
    smallest_to_largest,
    soft_gap,
    spread,
)
from fairviz.metrics.estimable import MINIMUM_FOR_NUMBER, Grade, grade, shortage
from fairviz.metrics.floor import NoiseFloor, null_auc_gaps, null_rate_gaps
from fairviz.metrics.inputs import (
    BoolArray,
    FloatArray,
    Groups,
    IntArray,
    check_labels,
    check_probabilities,
    check_same_length,
)
from fairviz.metrics.measured import NEEDS, Measured, measure
from fairviz.metrics.rates import RATES

# What each gap is made of. A group enters each part that is given for it.
PARTS: dict[str, tuple[str, ...]] = {
    "auc_gap": ("auc",),
    "es_auc": ("auc",),
    "worst_group_auc": ("auc",),
    "demographic_parity_difference": ("selection_rate",),
    "equal_opportunity_difference": ("tpr",),
    "equalized_odds_difference": ("tpr", "fpr"),
    "equalized_odds_difference_mean": ("tpr", "fpr"),
    "soft_equalized_odds_gap": ("positives_risk", "negatives_risk"),
    "predictive_quality_disparity": ("accuracy",),
}

# Floors need no new seed: the same draws for every run make runs comparable.
_FLOOR_SEED = 0


class Grouped(Protocol):
    """A sensitive attribute of N rows: its name, its groups and the group of each row."""

    @property
    def name(self) -> str:
        """Name of the attribute, such as a column's."""

    @property
    def values(self) -> tuple[str, ...]:
        """Names of its groups, [G]."""

    @property
    def codes(self) -> IntArray:
        """[N] position of each row's group in ``values``; -1 where the value is missing."""


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
    reason: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Plain types; a floor becomes ``<gap>_floor`` and ``<gap>_floor_95``."""
        record = _plain(self)
        del record["floors"]
        record["groups"] = {name: group.to_json() for name, group in self.groups.items()}
        record["groups_used"] = dict(self.groups_used)
        for gap, floor in self.floors.items():
            record[f"{gap}_floor"] = _null(floor.expected)
            record[f"{gap}_floor_95"] = _null(floor.percentile_95)
        return _with_reason(record, self.reason)


@dataclass(frozen=True, kw_only=True)
class FairnessReport(Performance):
    """Performance on all rows, and the differences between groups.

    Attributes:
        threshold: probability from which a row is decided positive.
        attributes: a report for each sensitive attribute, by its name.
    """

    threshold: float
    attributes: Mapping[str, AttributeReport]

    def to_json(self) -> dict[str, Any]:
        """Plain types, nested like the report; NaN becomes None with a reason beside it."""
        attributes = {name: report.to_json() for name, report in self.attributes.items()}
        return super().to_json() | {"attributes": attributes}


def evaluate(
    labels: npt.ArrayLike,
    scores: npt.ArrayLike,
    *,
    threshold: float,
    attributes: Sequence[Grouped],
    floor: bool = True,
) -> FairnessReport:
    """Performance of predictions on all rows and in every group, and the gaps between groups.

    A metric of a group that rests on fewer than 5 cases is not given, on fewer than 10 only its
    interval; either way the group stays out of the gaps. Metrics of all rows are given wherever
    they are defined.

    Args:
        labels: [N] outcomes 0 or 1.
        scores: [N] probabilities of outcome 1.
        threshold: probability from which a row is decided positive.
        attributes: sensitive attributes of the same rows.
        floor: also simulate what each gap would be by chance.

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, a score is no probability, the
            threshold is NaN, a code has no value, or two attributes share a name.
    """
    y, p = check_labels(labels, "labels"), check_probabilities(scores, "scores")
    check_same_length(labels=y, scores=p)
    _check_threshold(threshold)
    _check_attributes(attributes, len(y))
    partitions = [Groups(np.zeros_like(y), 1)]
    partitions += [Groups(attribute.codes, len(attribute.values)) for attribute in attributes]
    everyone, *parts = measure(y, p, threshold, partitions)
    (overall,) = _records(everyone, minimum=1)
    return FairnessReport(
        **overall,
        threshold=threshold,
        attributes={
            attribute.name: _attribute_report(attribute, part.withheld(), overall["auc"], floor=floor)
            for attribute, part in zip(attributes, parts, strict=True)
        },
    )


_FIELDS = {field.name for field in fields(Performance)}
_METRICS = tuple(name for name in NEEDS if name in _FIELDS)


def _records(measured: Measured, *, minimum: int) -> list[dict[str, Any]]:
    """Fields of ``Performance`` for each of G groups."""
    numbers = {k: v.tolist() for k, v in measured.columns.items() if k in _FIELDS}
    return [
        {
            "n": counts["patients"],
            "positives": counts["positives"],
            "negatives": counts["negatives"],
            **{name: values[g] for name, values in numbers.items()},
            "grade": {name: grade(min(counts[noun] for noun in NEEDS[name])) for name in _METRICS},
            "reason": _shortages(counts, minimum),
        }
        for g, counts in enumerate(_cases(measured))
    ]


def _cases(measured: Measured) -> list[dict[str, int]]:
    """Cases by noun, for each of G groups."""
    rows = zip(*(counts.astype(int).tolist() for counts in measured.cases.values()), strict=True)
    return [dict(zip(measured.cases, row, strict=True)) for row in rows]


def _shortages(counts: Mapping[str, int], minimum: int) -> dict[str, str]:
    """By metric, which rows are too few for it."""
    reasons: dict[str, str] = {}
    for name in _METRICS:
        for noun in NEEDS[name]:
            reason = shortage(counts[noun], noun, counts["patients"], minimum=minimum)
            if reason:
                reasons.setdefault(name, reason)
    return reasons


def _attribute_report(
    attribute: Grouped, measured: Measured, overall_auc: float, *, floor: bool
) -> AttributeReport:
    records = _records(measured, minimum=MINIMUM_FOR_NUMBER)
    gaps = _gaps(measured.columns, overall_auc)
    return AttributeReport(
        groups={name: Performance(**record) for name, record in zip(attribute.values, records, strict=True)},
        rows_left_out=int((attribute.codes < 0).sum()),
        groups_used={gap: int(_defined(measured, gap).any(axis=0).sum()) for gap in PARTS},
        **gaps,
        floors=_floors(measured) if floor else {},
        reason={gap: _gap_reason(gap, measured) for gap, value in gaps.items() if math.isnan(value)},
    )


def _defined(measured: Measured, gap: str) -> BoolArray:
    """Which groups have each part of a gap [parts, G]: a group may enter with one part and not the other."""
    return ~np.isnan([measured.columns[part] for part in PARTS[gap]])


def _gaps(columns: Mapping[str, FloatArray], overall_auc: float) -> dict[str, float]:
    """Every gap of ``PARTS``; each part over the groups [G] that have it, whatever else they lack."""

    def parts(gap: str) -> FloatArray:
        return np.array([columns[part] for part in PARTS[gap]])

    aucs, (tprs, fprs) = parts("auc_gap")[0], parts("equalized_odds_difference")
    # One group alone is not the worst of several, nor are scores of one group scaled by equity.
    several = np.count_nonzero(~np.isnan(aucs)) > 1
    odds = spread(tprs), spread(fprs)
    return {
        "auc_gap": spread(aucs),
        "es_auc": equity_scaled(overall_auc, aucs) if several else math.nan,
        "worst_group_auc": smallest(aucs) if several else math.nan,
        "demographic_parity_difference": spread(parts("demographic_parity_difference")[0]),
        "equal_opportunity_difference": spread(parts("equal_opportunity_difference")[0]),
        "equalized_odds_difference": combine_odds(*odds),
        "equalized_odds_difference_mean": combine_odds(*odds, "mean"),
        "soft_equalized_odds_gap": soft_gap(parts("soft_equalized_odds_gap")),
        "predictive_quality_disparity": smallest_to_largest(parts("predictive_quality_disparity")[0]),
    }


def _gap_reason(gap: str, measured: Measured) -> str:
    defined = _defined(measured, gap)
    fewest = int(defined.sum(axis=1).min())
    if fewest > 1:  # a quotient alone can be undefined then: worst to best accuracy
        return "not estimable: no decision is right in any group"
    nouns = " and ".join(dict.fromkeys(noun for part in PARTS[gap] for noun in NEEDS[part]))
    size = defined.shape[1]
    return f"not estimable: groups with at least {MINIMUM_FOR_NUMBER} {nouns}: {fewest} of {size}"


def _floors(measured: Measured) -> dict[str, NoiseFloor]:
    """Noise floors of the gaps that have one, each part over the groups that have it."""
    rng = np.random.default_rng(_FLOOR_SEED)

    def draws(rate: str) -> FloatArray:
        has_it = ~np.isnan(measured.columns[rate])
        return null_rate_gaps(*RATES[rate].counts(measured.cells[has_it]), rng)

    ranked = list(compress(measured.placements, ~np.isnan(measured.columns["auc"])))
    tpr, fpr = draws("tpr"), draws("fpr")
    gaps = {
        "auc_gap": null_auc_gaps(ranked, rng),
        "demographic_parity_difference": draws("selection_rate"),
        "equal_opportunity_difference": tpr,
        "equalized_odds_difference": np.maximum(tpr, fpr),
        "equalized_odds_difference_mean": (tpr + fpr) / 2,
    }
    return {gap: NoiseFloor.of(values) for gap, values in gaps.items()}


def _check_threshold(threshold: float) -> None:
    if math.isnan(threshold):
        raise MetricError(
            "threshold",
            expected="a number",
            found="NaN",
            remedy="Choose it on validation rows of both classes, or use 0.5.",
        )


def _check_attributes(attributes: Sequence[Grouped], rows: int) -> None:
    names = [attribute.name for attribute in attributes]
    if len(set(names)) < len(names):
        raise MetricError(
            "attributes",
            expected="a different name for each",
            found=", ".join(names),
            remedy="Name every sensitive attribute once.",
        )
    for attribute in attributes:
        check_same_length(labels=range(rows), **{f"attribute {attribute.name}": attribute.codes})
        _check_codes(attribute)


def _check_codes(attribute: Grouped) -> None:
    known = (attribute.codes >= -1) & (attribute.codes < len(attribute.values))
    if not known.all():
        raise MetricError(
            f"attribute {attribute.name}",
            expected=f"codes from -1 to {len(attribute.values) - 1}",
            found=f"{attribute.codes[~known][0]} at row {known.argmin()}",
            remedy="Give a name to every group, and -1 where the value is missing.",
        )


def _plain(report: Performance | AttributeReport) -> dict[str, Any]:
    """Fields of a report as they are, numbers that are NaN as None."""
    return {
        field.name: _null(getattr(report, field.name)) for field in fields(report) if field.name != "reason"
    }


def _null(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value


def _with_reason(record: dict[str, Any], reason: Mapping[str, str]) -> dict[str, Any]:
    return record | ({"reason": dict(reason)} if reason else {})
