"""Predictions of an outcome with two values to one report.

Axis letters: N rows, G groups.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError
from fairviz.evaluation.attributes import Grouped, check_attributes, partitions
from fairviz.evaluation.floors import noise_floors
from fairviz.evaluation.intersections import fewest_crossed, intersections, left_out
from fairviz.evaluation.intervals import NO_INTERVAL, gap_intervals
from fairviz.evaluation.question import Question
from fairviz.evaluation.report import AttributeReport, FairnessReport, Performance
from fairviz.metrics.clusters import PatientsInGroups, check_patients
from fairviz.metrics.equity import (
    combine_odds,
    equity_scaled,
    smallest,
    smallest_to_largest,
    soft_gap,
    spread,
)
from fairviz.metrics.estimable import MINIMUM_FOR_NUMBER, grade, shortage
from fairviz.metrics.inputs import (
    BoolArray,
    FloatArray,
    Groups,
    IntArray,
    check_labels,
    check_probabilities,
    check_same_length,
)
from fairviz.metrics.measured import NEEDS, RISK_METRICS, Measured, measure
from fairviz.metrics.people import people

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

_NO_THRESHOLD = "none: the method itself decides"
_NO_RISKS = "not estimable: scores are probabilities of a decision, not of the outcome"


def evaluate(
    labels: npt.ArrayLike,
    scores: npt.ArrayLike,
    *,
    threshold: float,
    attributes: Sequence[Grouped],
    floor: bool = True,
    decisions: npt.ArrayLike | None = None,
    patients: npt.ArrayLike | None = None,
) -> FairnessReport:
    """Performance of predictions on all rows and in every group, and the gaps between groups.

    A metric of a group that rests on fewer than 5 cases is not given, on fewer than 10 only its
    interval; either way the group stays out of the gaps. Metrics of all rows are given wherever
    they are defined. Where patients have several rows, cases are patients with such a row, and intervals,
    floors and tests count patients; numbers themselves stay those of rows.

    Args:
        labels: [N] outcomes 0 or 1.
        scores: [N] probabilities of outcome 1.
        threshold: probability from which a row is decided positive.
        attributes: sensitive attributes of the same rows.
        floor: also simulate what each gap would be by chance, and give intervals of gaps and the same for
            intersections of attributes.
        decisions: [N] 0 or 1, where a method decides by other means than the threshold, which then
            means nothing. The scores are the probability of a positive decision, not of the outcome.
        patients: [N] patient of each row; where none are given each row is its own.

    Raises:
        MetricError: lengths differ, a label or decision is not 0 or 1, a score is no probability,
            the threshold is NaN, a code has no value, two attributes share a name, or a patient is missing.
    """
    y, p = check_labels(labels, "labels"), check_probabilities(scores, "scores")
    check_same_length(labels=y, scores=p)
    check_threshold(threshold)
    check_attributes(attributes, len(y))
    who = check_patients(patients, y)
    crossed = intersections(attributes) if floor else []
    parted = partitions([*attributes, *crossed], len(y))
    if decisions is None:
        question = Question(y, p, threshold, who)
        return report_of(question, measured_of(question, parted), attributes, crossed, floor=floor)
    d = check_labels(decisions, "decisions")
    check_same_length(labels=y, decisions=d)
    question = Question(y, p, math.nan, who, d)
    report = report_of(question, measured_of(question, parted), attributes, crossed, floor=floor)
    return replace(report, reason={**report.reason, "threshold": _NO_THRESHOLD})


def measured_of(question: Question, parted: Sequence[Groups]) -> list[Measured]:
    """Measure the groups of each partition of the rows."""
    return measure(
        question.labels,
        question.scores,
        question.threshold,
        parted,
        question.decisions,
        patients=question.patients,
    )


def report_of(
    question: Question,
    measured: Sequence[Measured],
    attributes: Sequence[Grouped],
    crossed: Sequence[Grouped],
    *,
    floor: bool,
) -> FairnessReport:
    """The report of all rows as one group and of the parts that attributes divide them into.

    Args:
        question: what is predicted.
        measured: all rows, then the parts of each attribute, then those of each intersection.
        attributes: sensitive attributes.
        crossed: their intersections.
        floor: whether to simulate what gaps would be by chance.
    """
    everyone, *parts = measured
    (overall,) = _records(everyone, minimum=1)
    reports: list[AttributeReport] = []
    for attribute, part in zip([*attributes, *crossed], parts, strict=True):
        shown = part.withheld()
        without = _people_without(question, attribute.codes)
        report = _attribute_report(attribute, shown, overall["auc"], without)
        if floor:
            report = _beside_chance(report, question, attribute.codes, shown, overall["auc_high"])
        reports.append(report)
    several = floor and len(attributes) > 1
    return FairnessReport(
        **overall,
        threshold=question.threshold,
        attributes={own.name: report for own, report in zip(attributes, reports, strict=False)},
        clusters=None if question.patients is None else int(everyone.patients["patients"][0]),
        intersections={
            own.name: report for own, report in zip(crossed, reports[len(attributes) :], strict=True)
        },
        no_intersection=left_out(attributes) if several else {},
        fewest_crossed=fewest_crossed(attributes, question.labels, question.decided, question.patients)
        if several
        else {},
    )


def _people_without(question: Question, codes: IntArray) -> dict[str, int]:
    """Patients with rows that have no group, as ``people`` counts them; empty where no ids are given."""
    if question.patients is None:
        return {}
    nowhere = PatientsInGroups.of(question.patients, Groups(np.where(codes < 0, 0, -1), 1))
    return _by_group(people(question.labels, question.decided, nowhere))[0]


def _beside_chance(
    report: AttributeReport, question: Question, codes: IntArray, measured: Measured, auc_high: float
) -> AttributeReport:
    """The same with what each gap would be by chance, and with its interval."""
    return replace(
        report,
        floors=noise_floors(measured),
        intervals=gap_intervals(question, codes, measured, auc_high),
        no_interval={gap: why for gap, why in NO_INTERVAL.items() if gap not in report.reason},
    )


_FIELDS = {field.name for field in fields(Performance)}
METRICS = tuple(name for name in NEEDS if name in _FIELDS)
"""Metrics of ``Performance`` that rest on cases."""


def _records(measured: Measured, *, minimum: int) -> list[dict[str, Any]]:
    """Fields of ``Performance`` for each of G groups."""
    numbers = {k: v.tolist() for k, v in measured.columns.items() if k in _FIELDS}
    return [
        {
            "n": rows["patients"],
            "positives": rows["positives"],
            "negatives": rows["negatives"],
            **{name: values[g] for name, values in numbers.items()},
            "grade": {name: grade(min(patients[noun] for noun in NEEDS[name])) for name in METRICS},
            "reason": _no_risks(measured, g) | _shortages(patients, minimum),
            "people": behind,
        }
        for g, (rows, patients, behind) in enumerate(
            zip(
                _by_group(measured.cases),
                _by_group(measured.patients),
                _by_group(measured.people) or [{}] * len(measured.cells),
                strict=True,
            )
        )
    ]


def _by_group(cases: Mapping[str, FloatArray]) -> list[dict[str, int]]:
    """Cases by noun, for each of G groups."""
    counted = zip(*(counts.astype(int).tolist() for counts in cases.values()), strict=True)
    return [dict(zip(cases, own, strict=True)) for own in counted]


def _no_risks(measured: Measured, group: int) -> dict[str, str]:
    """By metric of risks, that there are none, where they are unknown; a shortage of rows says more."""
    return {name: _NO_RISKS for name in RISK_METRICS if math.isnan(measured.columns[name][group])}


def _shortages(counts: Mapping[str, int], minimum: int) -> dict[str, str]:
    """By metric, which cases are too few for it."""
    reasons: dict[str, str] = {}
    for name in METRICS:
        for noun in NEEDS[name]:
            reason = shortage(counts[noun], noun, counts["patients"], minimum=minimum)
            if reason:
                reasons.setdefault(name, reason)
    return reasons


def _attribute_report(
    attribute: Grouped, measured: Measured, overall_auc: float, people_left_out: Mapping[str, int]
) -> AttributeReport:
    """What is said of an attribute without simulating anything."""
    records = _records(measured, minimum=MINIMUM_FOR_NUMBER)
    gaps = gaps_of(measured.columns, overall_auc)
    return AttributeReport(
        groups={name: Performance(**record) for name, record in zip(attribute.values, records, strict=True)},
        rows_left_out=int((attribute.codes < 0).sum()),
        groups_used={gap: int(_defined(measured, gap).any(axis=0).sum()) for gap in PARTS},
        **gaps,
        floors={},
        intervals={},
        no_interval={},
        reason={gap: _gap_reason(gap, measured) for gap, value in gaps.items() if math.isnan(value)},
        people_left_out=people_left_out,
    )


def _defined(measured: Measured, gap: str) -> BoolArray:
    """Which groups have each part of a gap [parts, G]: a group may enter with one part and not the other."""
    return ~np.isnan([measured.columns[part] for part in PARTS[gap]])


def gaps_of(columns: Mapping[str, FloatArray], overall_auc: float) -> dict[str, float]:
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


def check_threshold(threshold: float) -> None:
    """A threshold is a number."""
    if math.isnan(threshold):
        raise MetricError(
            "threshold",
            expected="a number",
            found="NaN",
            remedy="Choose it on validation rows of both classes, or use 0.5.",
        )
