"""Predictions of an outcome with any number of classes to one report: each class against the rest.

Axis letters: N rows, C classes, G groups.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from fairviz.errors import MetricError
from fairviz.evaluation.attributes import Grouped, check_attributes, partitions
from fairviz.evaluation.binary import METRICS, PARTS, check_threshold, evaluate, measured_of, report_of
from fairviz.evaluation.floors import FLOOR_SEED, null_gaps, null_parts
from fairviz.evaluation.intersections import intersections
from fairviz.evaluation.intervals import NO_INTERVAL_OF_MEANS
from fairviz.evaluation.question import Question
from fairviz.evaluation.report import AttributeReport, FairnessReport, Performance
from fairviz.metrics.clusters import check_patients, sums_by_patient
from fairviz.metrics.estimable import Grade
from fairviz.metrics.floor import NoiseFloor
from fairviz.metrics.inputs import (
    FloatArray,
    check_classes,
    check_probabilities,
    check_same_length,
)
from fairviz.metrics.macro import correlation, linked_draws, mean_limits, row_deviations
from fairviz.metrics.measured import Measured


def evaluate_outcome(
    labels: npt.ArrayLike,
    scores: npt.ArrayLike,
    *,
    thresholds: Sequence[float],
    attributes: Sequence[Grouped],
    floor: bool = True,
    classes: Sequence[str] = (),
    patients: npt.ArrayLike | None = None,
) -> FairnessReport:
    """Performance and gaps of predictions of an outcome with two values or more.

    One column of scores is that of outcome 1, and the report that of ``evaluate``. With a column for each
    of C > 2 classes, each class is evaluated against all others, and every number is the mean over the
    classes; one that any class lacks is not given. So a group's AUC is the macro one-vs-rest AUC inside
    the group, and a gap cannot vanish because groups take turns in being worse off. Counts are those of
    the rarest class and of all others; a gap counts the groups that enter it in every class.

    Args:
        labels: [N] class codes 0 to C - 1; outcomes 0 or 1 where C is 1.
        scores: [N, C] probabilities of the classes, of outcome 1 where C is 1.
        thresholds: [C] probabilities from which a row is decided to be of the class; a row may be decided
            to be of several classes, or of none.
        attributes: sensitive attributes of the same rows.
        floor: also simulate what each gap would be by chance, and give intervals of the gaps of each class
            and the same for intersections of attributes.
        classes: [C] names of the classes; their codes where none are given. Not read where C is 1.
        patients: [N] patient of each row; where none are given each row is its own.

    Raises:
        MetricError: as ``evaluate``; scores are no table, or two columns; or thresholds, names or a label
            do not fit the columns.
    """
    table = np.asarray(scores)
    _check_columns(table)
    _check_per_column(table, "thresholds", thresholds)
    if len(thresholds) == 1:
        return evaluate(
            labels,
            table[:, 0],
            threshold=thresholds[0],
            attributes=attributes,
            floor=floor,
            patients=patients,
        )
    names = tuple(classes) or tuple(map(str, range(len(thresholds))))
    _check_per_column(table, "classes", set(names))
    for threshold in thresholds:
        check_threshold(threshold)
    codes = check_classes(labels, "labels", len(names))
    columns = [check_probabilities(column, "scores") for column in table.T]
    check_same_length(labels=codes, scores=columns[0])
    check_attributes(attributes, len(codes))
    who = check_patients(patients, codes)
    each = [
        Question((codes == c).astype(np.int64), column, threshold, who)
        for c, (column, threshold) in enumerate(zip(columns, thresholds, strict=True))
    ]
    return _mean_of(dict(zip(names, each, strict=True)), attributes, floor=floor)


def _mean_of(
    questions: Mapping[str, Question],
    attributes: Sequence[Grouped],
    *,
    floor: bool,
) -> FairnessReport:
    """Evaluate each class against the rest, and the mean over them.

    Args:
        questions: by the name of each class; labels are 1 in it.
        attributes: sensitive attributes of the same rows.
        floor: whether to simulate floors.
    """
    crossed = intersections(attributes) if floor else []
    parted = partitions([*attributes, *crossed], len(next(iter(questions.values())).labels))
    measured = [measured_of(question, parted) for question in questions.values()]
    reports = {
        name: report_of(question, own, attributes, crossed, floor=floor)
        for (name, question), own in zip(questions.items(), measured, strict=True)
    }
    by_partition = list(zip(*measured, strict=True))
    between = _between_classes(list(questions.values()), by_partition[0])
    return _mean_report(reports, by_partition, between, floor=floor)


def _between_classes(questions: Sequence[Question], everyone: Sequence[Measured]) -> dict[str, FloatArray]:
    """How the estimates of the classes move together: correlations [C, C] by metric.

    Among them "odds" [2C, 2C]: of all true positive rates, then of all false positive rates.
    """
    patients = questions[0].patients
    rows = [
        row_deviations(question.labels, question.decided, own)
        for question, own in zip(questions, everyone, strict=True)
    ]
    by_metric = {name: np.column_stack([own[name] for own in rows]) for name in rows[0]}
    by_metric["odds"] = np.hstack([by_metric["tpr"], by_metric["fpr"]])
    return {
        name: correlation(sums_by_patient(deviations, patients)) for name, deviations in by_metric.items()
    }


def _mean_report(
    reports: Mapping[str, FairnessReport],
    measured: Sequence[Sequence[Measured]],
    between: Mapping[str, FloatArray],
    *,
    floor: bool,
) -> FairnessReport:
    """Means over C classes.

    Args:
        reports: of each class against the rest, by its name.
        measured: of all rows, then of each attribute, then of each intersection: C measurements.
        between: correlations between the classes, by metric.
        floor: whether to simulate floors.
    """
    everyone, *parts = measured
    overall = _mean_performance(reports, mean_limits(everyone, between), 0)
    overall["reason"] |= {"threshold": "each class has its own"}
    by_class = list(reports.values())
    names = [*by_class[0].attributes, *by_class[0].intersections]
    own = [[*report.attributes.values(), *report.intersections.values()] for report in by_class]
    means = [
        _mean_attribute(
            dict(zip(reports, attribute, strict=True)),
            [one.withheld() for one in part],
            between,
            floor=floor,
        )
        for attribute, part in zip(zip(*own, strict=True), parts, strict=True)
    ]
    count = len(by_class[0].attributes)
    return FairnessReport(
        **overall,
        threshold=math.nan,
        attributes=dict(zip(names[:count], means[:count], strict=True)),
        classes=reports,
        clusters=by_class[0].clusters,
        intersections=dict(zip(names[count:], means[count:], strict=True)),
        no_intersection=by_class[0].no_intersection,
    )


def _mean_performance(
    own: Mapping[str, Performance], limits: Mapping[str, FloatArray], group: int
) -> dict[str, Any]:
    """Fields of ``Performance`` as means over classes, with the limits [G] of one group."""
    classes = list(own.values())
    rarest = min(classes, key=lambda performance: performance.positives or 0)
    return {
        "n": rarest.n,
        "positives": rarest.positives,
        "negatives": rarest.negatives,
        **{name: fmean(getattr(performance, name) for performance in classes) for name in METRICS},
        **{name: float(values[group]) for name, values in limits.items()},
        "grade": {name: min((c.grade[name] for c in classes), key=list(Grade).index) for name in METRICS},
        "reason": _reasons_by_class(own),
        "people": rarest.people,
    }


def _mean_attribute(
    own: Mapping[str, AttributeReport],
    measured: Sequence[Measured],
    between: Mapping[str, FloatArray],
    *,
    floor: bool,
) -> AttributeReport:
    classes = list(own.values())
    limits = mean_limits(measured, between)
    groups = {
        group: Performance(
            **_mean_performance({name: report.groups[group] for name, report in own.items()}, limits, place)
        )
        for place, group in enumerate(classes[0].groups)
    }
    reason = _reasons_by_class(own)
    return AttributeReport(
        groups=groups,
        rows_left_out=classes[0].rows_left_out,
        groups_used={gap: min(report.groups_used[gap] for report in classes) for gap in PARTS},
        **{gap: fmean(getattr(report, gap) for report in classes) for gap in PARTS},
        floors=_mean_floors(measured, between) if floor else {},
        intervals={},
        no_interval={gap: NO_INTERVAL_OF_MEANS for gap in PARTS if floor and gap not in reason},
        reason=reason,
        people_left_out=classes[0].people_left_out,
    )


def _reasons_by_class(own: Mapping[str, Performance] | Mapping[str, AttributeReport]) -> dict[str, str]:
    """Why a mean over classes is undefined, by metric: the reason of the first class that lacks it."""
    reasons: dict[str, str] = {}
    for name, report in own.items():
        for metric, reason in report.reason.items():
            said = reason.replace("not estimable", f'not estimable for class "{name}"', 1)
            reasons.setdefault(metric, said)
    return reasons


def _mean_floors(classes: Sequence[Measured], between: Mapping[str, FloatArray]) -> dict[str, NoiseFloor]:
    """Noise floors of the means over classes: draws of each class, linked as the classes are."""
    rng = np.random.default_rng(FLOOR_SEED)
    parts = [null_parts(own) for own in classes]

    def linked(names: Sequence[str], key: str) -> list[FloatArray]:
        return linked_draws([own[name] for name in names for own in parts], between[key], rng)

    odds, count = linked(("tpr", "fpr"), "odds"), len(parts)
    joint = {
        "auc": linked(("auc",), "auc"),
        "selection_rate": linked(("selection_rate",), "selection_rate"),
        "tpr": odds[:count],
        "fpr": odds[count:],
    }
    gaps = [null_gaps({name: draws[c] for name, draws in joint.items()}) for c in range(count)]
    return {gap: NoiseFloor.of(np.mean([own[gap] for own in gaps], axis=0)) for gap in gaps[0]}


def _check_columns(scores: npt.NDArray[Any]) -> None:
    """Scores are a table with one column, or with one for each of several classes."""
    if scores.ndim != 2 or scores.shape[1] in (0, 2):
        raise MetricError(
            "scores",
            expected="a table with one column, or with one for each of at least three classes",
            found=f"an array of shape {scores.shape}",
            remedy="Of two classes give the probability of the positive one alone.",
        )


def _check_per_column(scores: npt.NDArray[Any], argument: str, values: Collection[object]) -> None:
    if len(values) != scores.shape[1]:
        raise MetricError(
            argument,
            expected=f"{scores.shape[1]}, one for each column of scores",
            found=str(len(values)),
            remedy="Give each column its own, in their order.",
        )
