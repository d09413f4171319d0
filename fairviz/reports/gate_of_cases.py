"""Whom the gate counts: patients where a report knows them, and rows where each is a patient of its own.

Where patients have several rows, counts that are told are of rows, and it is patients who are protected: a
count is small where 1 to 10 patients have such rows, however many these are. A patient counts once in each
group, outcome and decision that any of their rows has. So

- a count that is told is of rows of no patient or of at least 11, whatever patients' rows are like;
- what is withheld of a table adds up to rows of at least 11 patients, or of none, with a patient once for
  each group. This takes it that patients seldom change group or outcome. One who has rows in several groups
  that are withheld counts in each, so that those of a total may be of fewer than 11 different patients.

Axis letters: C outcomes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np

from fairviz.store.records import Json
from fairviz.suppression import Counts

# Rows with an outcome and without it: the rate that tells how their decisions went, and its cells.
SIDES: Final[Mapping[str, str]] = {"positives": "tpr", "negatives": "fpr"}
_AMONG: Final = re.compile(r" among \d+ patients$")
_DECIDED: Final = {"positives": ("tp", "fn"), "negatives": ("fp", "tn")}


def outcomes(records: Sequence[Json]) -> Counts:
    """Cases with each outcome [C], from the one record of some rows or those of every class against the rest.

    The last of an outcome with two values are those without it.
    """
    if len(records) == 1:
        return np.array([_cases(records[0], side) for side in SIDES], dtype=np.int64)
    return np.array([_cases(record, "positives") for record in records], dtype=np.int64)


def size(record: Json) -> int:
    """How many cases there are."""
    people: Mapping[str, int] = record.get("people", {})
    return int(people["patients"] if people else record["n"])


def decisions(record: Json, side: str) -> Counts:
    """Cases of one side with rows decided positive, and with rows decided negative [2]."""
    if people := record.get("people"):
        return np.array([people[cell] for cell in _DECIDED[side]], dtype=np.int64)
    rows = record[side]
    # A rate is known where it has any rows.
    positive = round(record[SIDES[side]] * rows) if rows else 0
    return np.array([positive, rows - positive], dtype=np.int64)


def rest(report: Json, attribute: str) -> Json:
    """Counts of the rows without a value of an attribute, whatever is decided about them."""
    own = report["attributes"][attribute]
    if people := own.get("people_left_out"):
        return {"people": people}
    counts = ("n", *SIDES)
    return {name: report[name] - sum(group[name] for group in own["groups"].values()) for name in counts}


def other_decisions(report: Json, attribute: str, names: Collection[str], side: str) -> Counts:
    """``decisions`` about all rows that are in none of these groups of an attribute [2].

    Rates of the other groups may be unknown, so that rows are what these leave; patients are those of each.
    """
    own = report["attributes"][attribute]
    groups: Mapping[str, Json] = own["groups"]
    if people := own.get("people_left_out"):
        others = [group for name, group in groups.items() if name not in names]
        return _total([*others, {"people": people}], side)
    return decisions(report, side) - _total([groups[name] for name in names], side)


def _total(records: Sequence[Json], side: str) -> Counts:
    """Of the decisions about several [2]."""
    each = np.array([decisions(record, side) for record in records], dtype=np.int64)
    return np.asarray(each.reshape(-1, 2).sum(axis=0))


def are_unknown(report: Json) -> bool:
    """Whether patients have several rows, and a report of before they were counted does not say how many."""
    return "clusters" in report and not report.get("people")


def told_reasons(record: Json) -> dict[str, str]:
    """By metric, why it is not estimable, without how many patients there are where counts are of rows."""
    reasons: Mapping[str, str] = record.get("reason", {})
    return {name: _AMONG.sub("", text) if "people" in record else text for name, text in reasons.items()}


def _cases(record: Json, noun: str) -> int:
    people: Mapping[str, int] = record.get("people", {})
    return int((people or record)[noun])
