"""The gate: what the store holds becomes what may be told, where groups of patients are small.

Every report, run, epoch and table of groups that a page, the command line or a file gets has come through
here. Data declared synthetic or public pass as they are. Of all others

- a group of 1 to 10 patients is withheld, and so are the outcomes of one with 1 to 10 patients of an outcome,
  with every number computed on them (``told_groups``);
- a rate is withheld where it would tell 1 to 10 true or false positives or negatives (``told_cells``);
- where patients have several rows, patients are counted for this, not rows (``gate_of_cases``);
- gaps of an attribute with withheld groups are computed anew from what is told of the others; their
  noise floors and intervals, which are not, are withheld. A gap to which a withheld rate of another group
  belongs is withheld: its groups would change from epoch to epoch;
- intersections of attributes are told or withheld as a whole (``gate_of_intersections`` says why), and of
  single modalities areas under curves alone are told (``gate_of_modalities``);
- what a method recorded at each step passes a gate of its own (``gate_of_traces``).

So whatever is told follows from counts that may be told, from areas under curves, and from scores. Only
fields that are named here pass. What is withheld is None, with ``SUPPRESSED`` as its reason.

Axis letters: G groups, C outcomes, or both decisions.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, Final

import numpy as np
import pandas as pd

from fairviz.data.checks import MAX_GROUPS
from fairviz.data.describe import ColumnProfile
from fairviz.evaluation.binary import METRICS, PARTS, gaps_of
from fairviz.metrics.estimable import Grade
from fairviz.metrics.rates import RATES
from fairviz.reports import gate_of_cases as cases
from fairviz.reports.gate_of_cases import SIDES
from fairviz.reports.gate_of_intersections import (
    all_told,
    crossed_part,
    sides_told,
    tells_intersections,
    withheld_intersections,
)
from fairviz.reports.gate_of_modalities import told_modality
from fairviz.store.records import EpochRecord, Json, RunRecord
from fairviz.suppression import SUPPRESSED, Told, is_small, told_cells, told_groups

COUNTS: Final = ("n", "positives", "negatives")

_SIDE_OF_CELL: Final = {"tp": "positives", "fn": "positives", "fp": "negatives", "tn": "negatives"}
_BOTH: Final = frozenset(SIDES)
# The sides whose decisions a metric tells something of.
_TELLS: Final[Mapping[str, frozenset[str]]] = {
    **{
        name: frozenset(_SIDE_OF_CELL[c] for c in rate.successes + rate.trials)
        for name, rate in RATES.items()
    },
    "balanced_accuracy": _BOTH,
}
_FIELDS: Final = frozenset(
    {*COUNTS, *(f"{name}{end}" for name in METRICS for end in ("", "_low", "_high")), "grade", "reason"}
)
# What is told beside a gap: by chance, its interval, and whether that leaves out 0.
_BESIDE: Final = ("floor", "floor_95", "low", "high", "detected")


def told_run(run: RunRecord, *, public: bool) -> RunRecord:
    """A run with what may be told of its reports."""
    validation, test = (
        None if report is None else told_report(report, public=public, intersections=may_be_crossed)
        for report, may_be_crossed in ((run.validation, False), (run.test, True))
    )
    return replace(run, validation=validation, test=test)


def told_epoch(epoch: EpochRecord, *, public: bool) -> EpochRecord:
    """An epoch with what may be told of its report."""
    return replace(epoch, validation=told_report(epoch.validation, public=public))


def told_counts(counts: pd.DataFrame, patients: pd.DataFrame | None = None, *, public: bool) -> pd.DataFrame:
    """A table of rows and outcomes per group of several attributes; NA where it may not be told.

    Args:
        counts: columns attribute, group, n, then a column per outcome; the outcomes of a row add up to n.
        patients: the same of patients with such rows; none where each row is a patient of its own.
        public: whether the data are declared synthetic or public.
    """
    if public:
        return counts
    outcomes = [name for name in counts.columns if name not in ("attribute", "group", "n")]
    told = counts.astype(dict.fromkeys(["n", *outcomes], "Int64"))
    counted = counts if patients is None else patients
    for _, rows in counted.groupby("attribute", sort=False):
        may = told_groups(rows[outcomes].to_numpy(dtype=np.int64), rows["n"].to_numpy(dtype=np.int64))
        told.loc[rows.index[~may.sizes], "n"] = pd.NA
        told.loc[rows.index[~may.cells], outcomes] = pd.NA
    return told


def told_profile(profile: Sequence[ColumnProfile], rows: int, *, public: bool) -> tuple[ColumnProfile, ...]:
    """Columns of a table with what may be told of their values, and of rows without one.

    Values of few patients are not told. How many rows have none is not told where they, or the others, are 1
    to 10; nor of a column whose values may be groups: with their sizes it would tell that of a group that is
    withheld.
    """
    return tuple(profile) if public else tuple(_told_column(column, rows) for column in profile)


def _told_column(column: ColumnProfile, rows: int) -> ColumnProfile:
    pairs = zip(column.examples, column.frequencies, strict=True)
    common = [(example, frequency) for example, frequency in pairs if not is_small(frequency)]
    return replace(
        column,
        missing=None if column.missing and _tells_few(column, rows) else column.missing,
        examples=tuple(example for example, _ in common),
        frequencies=tuple(frequency for _, frequency in common),
    )


def _tells_few(column: ColumnProfile, rows: int) -> bool:
    """Whether the share of rows without a value may tell of few."""
    without = round((column.missing or 0.0) * rows)
    return column.distinct <= MAX_GROUPS or bool(is_small([without, rows - without]).any())


def told_report(report: Json, *, public: bool, intersections: bool = True) -> Json:
    """What may be told of a report on some rows.

    Args:
        report: as the store has it.
        public: whether the data are declared synthetic or public.
        intersections: whether those may be told; not of validation rows, which epochs tell of as well.
    """
    if public:
        return report
    classes: Mapping[str, Json] = report.get("classes", {})
    questions = list(classes.values()) or [report]
    outcomes = _Outcomes.of(questions, crossed=intersections and tells_intersections(questions))
    if not classes:
        told = _told_question(report, outcomes)
    else:
        by_class = {name: _told_question(own, outcomes) for name, own in classes.items()}
        told = _told_means(report, by_class, outcomes)
    return told | _told_modalities(report, outcomes)


def _told_modalities(report: Json, outcomes: _Outcomes) -> dict[str, Any]:
    """What may be told of the rows that have a modality, where a report has such parts."""
    if "modalities" not in report:
        return {}
    groups = {
        name: dict(zip(own["groups"], outcomes.attributes[name].cells.tolist(), strict=False))
        for name, own in report["attributes"].items()
    }
    everyone = bool(outcomes.everyone.cells[0])
    return {
        "modalities": {
            name: told_modality(own, everyone=everyone, groups=groups)
            for name, own in report["modalities"].items()
        }
    }


@dataclass(frozen=True)
class _Outcomes:
    """What may be told of outcomes, whatever a model decides.

    Attributes:
        everyone: of all rows together.
        attributes: by name, of each group, and last of the rows without a value.
        crossed: whether those of intersections may be told.
    """

    everyone: Told
    attributes: Mapping[str, Told]
    crossed: bool

    @classmethod
    def of(cls, questions: Sequence[Json], *, crossed: bool) -> _Outcomes:
        """From the one report of an outcome with two values, or those of every class against the rest."""
        names = questions[0]["attributes"]
        if any(cases.are_unknown(question) for question in questions):
            sizes = {name: len(own["groups"]) + 1 for name, own in names.items()}
            return cls(_nothing(1), {name: _nothing(groups) for name, groups in sizes.items()}, crossed=False)
        return cls(
            _told_rows([questions]), {name: _told_attribute(questions, name) for name in names}, crossed
        )


def _nothing(groups: int) -> Told:
    """That nothing may be told of so many groups."""
    none = np.zeros(groups, dtype=bool)
    return Told(none, none)


def _told_rows(records: Sequence[Sequence[Json]]) -> Told:
    """Of groups, given by question each, that together are everyone."""
    sizes = np.array([cases.size(by_question[0]) for by_question in records], dtype=np.int64)
    return told_groups(np.array([cases.outcomes(by_question) for by_question in records]), sizes)


def _told_attribute(questions: Sequence[Json], name: str) -> Told:
    """Of the groups of an attribute, and of the rows without a value."""
    groups = [question["attributes"][name]["groups"] for question in questions]
    return _told_rows(
        [
            *([own[group] for own in groups] for group in groups[0]),
            [cases.rest(question, name) for question in questions],
        ]
    )


def _told_question(report: Json, outcomes: _Outcomes) -> dict[str, Any]:
    """What may be told of decisions and scores about one outcome against all others."""
    everyone = _told_performance(report, outcomes.everyone, 0, _told_sides(report, outcomes))
    sides = sides_told(report) if outcomes.crossed else _BOTH
    attributes = {
        name: _told_gaps(
            attribute, _told_groups(report, name, outcomes, sides), outcomes.attributes[name], everyone
        )
        for name, attribute in report["attributes"].items()
    }
    told = everyone | _told_of_all(report, outcomes) | {"attributes": attributes}
    return told | _told_intersections(report, everyone, sides, crossed=outcomes.crossed)


def _told_intersections(
    report: Json, everyone: Json, sides: frozenset[str], *, crossed: bool
) -> dict[str, Any]:
    """The part of a report that is about intersections; sides are those with decisions that may be told."""
    if not crossed:
        return withheld_intersections(report)
    told = {}
    for name, own in report.get("intersections", {}).items():
        may = all_told(own["groups"])
        groups = {g: _told_performance(record, may, 0, sides) for g, record in own["groups"].items()}
        told[name] = _told_gaps(own, groups, may, everyone)
    return crossed_part(report, told)


def _told_of_all(report: Json, outcomes: _Outcomes) -> dict[str, Any]:
    """The threshold, often the share of positives in training, which tells few of them; and the patients."""
    if not outcomes.everyone.cells[0]:
        return {"threshold": None}
    return {name: report[name] for name in ("threshold", "clusters") if name in report}


def _told_sides(report: Json, outcomes: _Outcomes) -> frozenset[str]:
    """The sides on which decisions about all rows may be told."""
    if not outcomes.everyone.cells[0]:
        return frozenset()
    return frozenset(side for side in SIDES if not is_small(cases.decisions(report, side)).any())


def _told_groups(
    report: Json, attribute: str, outcomes: _Outcomes, sides: frozenset[str]
) -> dict[str, dict[str, Any]]:
    """What may be told of each group of an attribute, of decisions on these sides alone."""
    groups, told = report["attributes"][attribute]["groups"], outcomes.attributes[attribute]
    by_side = {side: _told_decisions(report, attribute, told, side) for side in sides}
    return {
        name: _told_performance(
            group, told, place, frozenset(side for side, names in by_side.items() if name in names)
        )
        for place, (name, group) in enumerate(groups.items())
    }


def _told_decisions(report: Json, attribute: str, told: Told, side: str) -> set[str]:
    """The groups whose decisions on one side may be told.

    All rows that are in no such group, be it withheld or without a value, count as one row of the table.
    """
    groups: Mapping[str, Json] = report["attributes"][attribute]["groups"]
    names = [name for name, may in zip(groups, told.cells, strict=False) if may]
    known = np.array([cases.decisions(groups[name], side) for name in names], dtype=np.int64).reshape(-1, 2)
    rest = cases.other_decisions(report, attribute, names, side)
    withheld = np.append(np.zeros(len(names), dtype=bool), not told.cells.all())
    may_tell = told_cells(np.vstack([known, rest]), withheld=withheld)
    return {name for name, may in zip(names, may_tell, strict=False) if may}


def _told_performance(record: Json, told: Told, place: int, sides: frozenset[str]) -> dict[str, Any]:
    """A record of some rows without what may not be told of it."""
    if not told.cells[place]:
        counts = COUNTS[1:] if told.sizes[place] else COUNTS
        return _without(record, METRICS, counts)
    tells = dict(_TELLS)
    if record["brier"] is None:  # no risks: scores of a method that decides by itself rank by its decisions
        tells["auc"] = _BOTH
    return _without(record, [name for name, needed in tells.items() if not needed <= sides])


def _without(record: Json, metrics: Collection[str], counts: Collection[str] = ()) -> dict[str, Any]:
    """A record without some metrics and counts, each with a reason."""
    told = {name: value for name, value in record.items() if name in _FIELDS}
    told |= dict.fromkeys(counts)
    told |= {
        f"{name}{end}": None for name in metrics for end in ("", "_low", "_high") if f"{name}{end}" in told
    }
    told["grade"] = record["grade"] | dict.fromkeys(metrics, Grade.NONE.value)
    reason = cases.told_reasons(record) | dict.fromkeys([*counts, *metrics], SUPPRESSED)
    return told | ({"reason": reason} if reason else {})


def _told_gaps(attribute: Json, groups: Mapping[str, Json], told: Told, everyone: Json) -> dict[str, Any]:
    """What may be told of an attribute, of whose groups this may be."""
    names = list(groups)
    is_whole = bool(told.cells[: len(names)].all())
    values: Mapping[str, float | None] = attribute
    if not is_whole:
        columns = {
            part: np.array([groups[name].get(part) for name in names], dtype=np.float64)
            for parts in PARTS.values()
            for part in parts
        }
        overall = everyone["auc"]
        found = gaps_of(columns, math.nan if overall is None else overall)
        values = {gap: None if math.isnan(value) else value for gap, value in found.items()}
    withheld = {gap for gap in PARTS if _rests_on_withheld(attribute, groups, told, gap)}
    used = {
        gap: sum(any(groups[name].get(part) is not None for part in PARTS[gap]) for name in names)
        for gap in PARTS
    }
    return _attribute_record(
        attribute,
        groups,
        told,
        {gap: None if gap in withheld else values[gap] for gap in PARTS},
        used=attribute["groups_used"] if is_whole else used,
        withheld=withheld,
    )


def _rests_on_withheld(attribute: Json, groups: Mapping[str, Json], told: Told, gap: str) -> bool:
    """Whether a group whose outcomes are told has a part of a gap that is not told."""
    return any(
        attribute["groups"][name].get(part) is not None and groups[name][part] is None
        for name, may in zip(groups, told.cells, strict=False)
        if may
        for part in PARTS[gap]
    )


def _attribute_record(
    attribute: Json,
    groups: Mapping[str, Json],
    told: Told,
    values: Mapping[str, float | None],
    *,
    used: Mapping[str, int],
    withheld: Collection[str],
) -> dict[str, Any]:
    """An attribute's record: its groups, and its gaps with what is told beside them.

    Args:
        attribute: as the store has it.
        groups: what may be told of each.
        told: what may be told of outcomes.
        values: of each gap; None where withheld.
        used: by gap, how many groups entered what is told.
        withheld: gaps that are not told, whatever else is.
    """
    is_whole = bool(told.cells[: len(groups)].all())
    silent = {gap for gap, value in values.items() if gap in withheld or (value is None and not is_whole)}
    beside_told = () if not is_whole else tuple(gap for gap in PARTS if gap not in silent)
    record: dict[str, Any] = {
        "groups": dict(groups),
        "rows_left_out": attribute["rows_left_out"] if told.sizes[-1] else None,
        "groups_used": {gap: 0 if gap in silent else used[gap] for gap in PARTS},
        **values,
    }
    beside = {f"{gap}_{name}": gap for gap in PARTS for name in _BESIDE if f"{gap}_{name}" in attribute}
    record |= {name: attribute[name] if gap in beside_told else None for name, gap in beside.items()}
    reasons = {gap: text for gap, text in attribute.get("reason", {}).items() if values[gap] is None}
    reasons |= dict.fromkeys(sorted(silent), SUPPRESSED)
    reasons |= {name: SUPPRESSED for name, gap in beside.items() if gap not in beside_told}
    without = {gap: text for gap, text in attribute.get("no_interval", {}).items() if gap in beside_told}
    return record | ({"reason": reasons} if reasons else {}) | ({"no_interval": without} if without else {})


def _told_means(report: Json, classes: Mapping[str, Json], outcomes: _Outcomes) -> dict[str, Any]:
    """What may be told of means over classes, of each of which this may be: none where a class lacks it."""
    everyone = _mean_performance(report, list(classes.values()), outcomes.everyone, 0)
    attributes = {
        name: _mean_attribute(
            attribute, [own["attributes"][name] for own in classes.values()], outcomes.attributes[name]
        )
        for name, attribute in report["attributes"].items()
    }
    return everyone | {
        **_told_of_all(report, outcomes),
        "attributes": attributes,
        "classes": dict(classes),
        **_mean_intersections(report, list(classes.values()), crossed=outcomes.crossed),
    }


def _mean_intersections(report: Json, classes: Sequence[Json], *, crossed: bool) -> dict[str, Any]:
    if not crossed:
        return withheld_intersections(report)
    told = {
        name: _mean_attribute(own, [one["intersections"][name] for one in classes], all_told(own["groups"]))
        for name, own in report.get("intersections", {}).items()
    }
    return crossed_part(report, told)


def _mean_performance(record: Json, classes: Sequence[Json], told: Told, place: int) -> dict[str, Any]:
    counts = () if told.cells[place] else COUNTS[1:] if told.sizes[place] else COUNTS
    withheld = [name for name in METRICS if _is_withheld(classes, name)]
    return _without(record, withheld, counts)


def _mean_attribute(attribute: Json, classes: Sequence[Json], told: Told) -> dict[str, Any]:
    groups = {
        name: _mean_performance(group, [own["groups"][name] for own in classes], told, place)
        for place, (name, group) in enumerate(attribute["groups"].items())
    }
    withheld = {gap for gap in PARTS if _is_withheld(classes, gap)}
    values: dict[str, float | None] = {gap: attribute[gap] for gap in PARTS}
    used = attribute["groups_used"]
    if not told.cells[: len(groups)].all():
        known = {gap: [own[gap] for own in classes] for gap in PARTS}
        values = {gap: None if None in own else fmean(own) for gap, own in known.items()}
        used = {gap: min(own["groups_used"][gap] for own in classes) for gap in PARTS}
    values |= dict.fromkeys(withheld)
    return _attribute_record(attribute, groups, told, values, used=used, withheld=withheld)


def _is_withheld(records: Sequence[Json], name: str) -> bool:
    return any(record.get("reason", {}).get(name) == SUPPRESSED for record in records)
