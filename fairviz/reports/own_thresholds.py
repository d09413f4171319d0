"""What decisions do to the groups of a finished run on test rows where each group has its own threshold.

Of data declared synthetic or public decisions are made again at exactly these thresholds.

Of all others a group's numbers are those that a report behind the gate tells of it at one of the thresholds
at which decisions are told (``fairviz.reports.redecided``): the nearest at which its missed cases and its
false alarms are told. Everybody may ask for these reports one by one, by a threshold for all. A group's own
threshold decides about its own patients alone, so that what stands side by side here is taken from these
reports, and tells nothing that they do not. Numbers of all patients together are not told: they would be new.

Axis letters: N test rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fairviz.data.prepare import PreparedData
from fairviz.errors import NotFoundError
from fairviz.evaluation import FairnessReport, Grouped, Performance, evaluate
from fairviz.metrics.clusters import chosen
from fairviz.metrics.inputs import FloatArray
from fairviz.reports.group_curves import grouping
from fairviz.reports.run import Run


@dataclass(frozen=True)
class DecidedGroup:
    """One group at its own threshold.

    Attributes:
        threshold: predicted risk from which its patients are flagged; None where that is withheld.
        performance: what this does to them.
        choices: at how many thresholds it is told; None where at any.
    """

    threshold: float | None
    performance: Performance
    choices: int | None = None


@dataclass(frozen=True)
class DecidedGroups:
    """All groups of an attribute, or intersection, in one run.

    Attributes:
        groups: by name, in the order of the report.
        everyone: all patients together, those without a group at the run's own threshold; None where they
            are not told.
    """

    groups: Mapping[str, DecidedGroup]
    everyone: Performance | None


def decided_groups(
    data: PreparedData,
    run: Run,
    scores: FloatArray,
    attribute: str,
    thresholds: Mapping[str, float],
    *,
    steps: Callable[[], Sequence[FairnessReport]] | None,
) -> DecidedGroups:
    """Decide again in every group.

    Args:
        data: the task.
        run: behind the gate; finished, with an outcome of two values and decisions by a threshold.
        scores: predicted risks of all rows.
        attribute: a sensitive attribute, or an intersection.
        thresholds: by group; where there is none, that of the run.
        steps: reports behind the gate at every threshold at which decisions are told; None where all may be.

    Raises:
        NotFoundError: if there is no such attribute, or one of the groups is not in it.
    """
    assert run.test is not None, "only finished runs decide"
    groups = _known(run.test, attribute, thresholds)
    if steps is None:
        return _exactly(data, run.test, scores, attribute, thresholds)
    told = [run.test, *steps()]
    return DecidedGroups(
        {group: _nearest(told, attribute, group, thresholds.get(group)) for group in groups}, None
    )


def _known(test: FairnessReport, attribute: str, thresholds: Mapping[str, float]) -> list[str]:
    """The groups of an attribute, of which all those with a threshold are some."""
    known = attribute in (*test.attributes, *test.intersections)
    groups = list(test.attribute(attribute).groups) if known else []
    unknown = [group for group in thresholds if group not in groups]
    if not known or unknown:
        raise NotFoundError(
            "group" if known else "attribute",
            expected=f"one of {', '.join(map(repr, groups))}"
            if known
            else "one that the report of the run lists",
            found=", ".join(map(repr, unknown)) if known else repr(attribute),
            remedy="Choose one of those that the report of the run lists.",
        )
    return groups


def _exactly(
    data: PreparedData,
    test: FairnessReport,
    scores: FloatArray,
    attribute: str,
    thresholds: Mapping[str, float],
) -> DecidedGroups:
    rows, own = data.split.test, grouping(data, attribute)
    at = [thresholds.get(group, test.threshold) for group in own.values]
    # A row without a group has code -1: the last place.
    decisions = scores[rows] >= np.array([*at, test.threshold])[own.codes]
    report = _evaluated(data, own, scores, decisions.astype(np.int64))
    groups = report.attribute(attribute).groups
    return DecidedGroups(
        {group: DecidedGroup(turn, groups[group]) for group, turn in zip(own.values, at, strict=True)}, report
    )


def _evaluated(data: PreparedData, own: Grouped, scores: FloatArray, decisions: FloatArray) -> FairnessReport:
    rows = data.split.test
    return evaluate(
        data.labels[rows],
        scores[rows],
        threshold=0.5,  # means nothing beside decisions
        attributes=[own],
        floor=False,
        decisions=decisions,
        patients=chosen(data.patients, rows),
    )


def _nearest(
    told: Sequence[FairnessReport], attribute: str, group: str, wanted: float | None
) -> DecidedGroup:
    """A group in the report nearest to a threshold; in the first where none tells of its decisions."""
    at = {report.value("threshold"): report.attribute(attribute).groups[group] for report in told}
    full = {turn: own for turn, own in at.items() if turn is not None and _tells(own)}
    usual = told[0].value("threshold")
    if wanted is None or not full:
        return DecidedGroup(usual, at[usual], len(full))
    nearest = min(full, key=lambda turn: abs(turn - wanted))
    return DecidedGroup(nearest, full[nearest], len(full))


def _tells(performance: Performance) -> bool:
    return performance.value("sensitivity") is not None and performance.value("fpr") is not None
