"""What may be told of intersections of attributes, where groups of patients are small.

Counts of intersections and of attributes are linked tables: one has the other as its margins. To withhold
cells so that none follows from all of them together is a problem of integer programming (Fischetti & Salazar
2001, doi:10.1287/mnsc.47.7.1008.9777), and what was told of one run binds what may be told of the next. So
all is told or nothing. Cells are those of the cross table of ALL attributes, where "missing" is a value.

1. Outcomes. Intersections of test rows are told where no cell by outcome has 1 to 99 rows. Every count of
   patients is a sum of such cells, so 0 or at least 100: there is no small count to be found. This does not
   depend on the run. It is 99 rather than 10 because of the price in 2: of 100 rows decisions seldom go the
   same way for all but ten.
2. Decisions. Where intersections are told, and a cell of a run by outcome and decision has 1 to 10 rows, that
   run's decisions about rows with this outcome are told of all rows together alone: of intersections they are
   withheld, and of attributes too. The former alone would not do. If b0 is a0 and a2, true positives of a2
   are those of b0 less those of a0; and that it is, the counts of intersections tell, be it in the report of
   another run. What is told of all rows is safe: c positive decisions, 0 or at least 11, may fall on any
   cells with as many rows as they have room for, so that the most there can be in them is 0 or at least 11.
   Where no cell has 1 to 10 rows, there is again no small count to be found.
3. Otherwise intersections are withheld as a whole. Which combinations occur is not told either.

Several tables of the same patients. Validation and test rows have none in common. Of the whole table single
attributes are counted; less those of test rows, this gives counts of the rest. There cells of test rows say
no more than their margins do: whatever margins the rest has, its cells can be any that add up to them.
Decisions about validation rows are told after every epoch, by attribute, and epochs are seldom all safe in
the sense of 2. So intersections of validation rows are not told.

Where patients have several rows, "rows" are the patients who have such rows (``gate_of_cases``).

Who knows these rules knows of what is withheld that some cell is small, not which. Tasks that share a table
are not looked at together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from fairviz.evaluation.binary import PARTS
from fairviz.store.records import Json
from fairviz.suppression import SUPPRESSED, Told, is_small

FEWEST_OUTCOMES: Final = 100
"""Rows or patients, if any, with each combination of values and outcome, for intersections to be told."""


def tells_intersections(questions: Sequence[Json]) -> bool:
    """Whether intersections may be told, of an outcome with two values or of every class against the rest."""
    fewest = [question.get("fewest_crossed", {}).get("outcomes") for question in questions]
    return all(count is not None and not 0 < count < FEWEST_OUTCOMES for count in fewest)


def sides_told(question: Json) -> frozenset[str]:
    """The outcomes on which decisions may be told of groups, where intersections are."""
    fewest: Mapping[str, int] = question["fewest_crossed"]
    return frozenset(side for side in ("positives", "negatives") if not is_small(fewest[side]))


def all_told(groups: Mapping[str, Json]) -> Told:
    """Of the groups of an intersection that is told, and of the rows without a value."""
    may = np.ones(len(groups) + 1, dtype=bool)
    return Told(may, may)


def withheld_intersections(report: Json) -> dict[str, Any]:
    """The part of a report that is about intersections, where none is told."""
    nothing = {
        "groups": {},
        "rows_left_out": None,
        "groups_used": dict.fromkeys(PARTS, 0),
        **dict.fromkeys(PARTS),
        "reason": dict.fromkeys(("rows_left_out", *PARTS), SUPPRESSED),
    }
    return crossed_part(report, dict.fromkeys(report.get("intersections", {}), nothing))


def crossed_part(report: Json, intersections: Json) -> dict[str, Any]:
    """The part of a report that is about intersections, with these told of them.

    Which are left out does not depend on the rows: how many groups there could be is no secret.
    """
    parts = {"intersections": intersections, "no_intersection": report.get("no_intersection", {})}
    return {name: part for name, part in parts.items() if part}
