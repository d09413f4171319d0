"""Intersections of sensitive attributes: groups such as "Black & female", of every two or three attributes.

A model that treats each race alike and each sex alike may still fail one sex of one race (Crenshaw 1989; for
classifiers Buolamwini & Gebru 2018, PMLR 81:77). Names of attributes, and of groups, are joined by " & "; one
that holds "&" itself is put in quotes.

Work is bounded: of a report at most ``MOST_INTERSECTIONS``, pairs first, each of at most ``MOST_GROUPS``
possible groups. Whether groups occur does not count, so that all reports of a task have the same ones.

Axis letters: N rows, G groups, X combinations that occur.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import prod
from typing import Final

import numpy as np

from fairviz.evaluation.attributes import Grouped
from fairviz.metrics.clusters import PatientsInGroups
from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.rates import CELLS, confusion_cells

MOST_GROUPS: Final = 50
"""More groups than this are each of few patients, and differ by chance alone."""
MOST_INTERSECTIONS: Final = 25
"""All pairs and triples of five attributes, and some more."""

_SEPARATOR: Final = " & "
# Columns of a confusion matrix by what is decided about.
_SIDES: Final = {"positives": ("tp", "fn"), "negatives": ("fp", "tn")}


@dataclass(frozen=True)
class Intersection:
    """Several attributes as one, with the combinations of their groups that occur.

    Attributes:
        name: of the attributes, joined.
        values: names of the combinations [X], in the order of the attributes' own groups.
        codes: [N] combination of each row; -1 where the value of any of them is missing.
    """

    name: str
    values: tuple[str, ...]
    codes: IntArray


def intersections(attributes: Sequence[Grouped]) -> list[Intersection]:
    """Every two attributes, and every three, that are not left out."""
    return [_intersection(own) for own, reason in _judged(attributes) if reason is None]


def left_out(attributes: Sequence[Grouped]) -> dict[str, str]:
    """By the name of an intersection that is left out, why."""
    return {joined([a.name for a in own]): reason for own, reason in _judged(attributes) if reason}


def _judged(attributes: Sequence[Grouped]) -> Iterator[tuple[tuple[Grouped, ...], str | None]]:
    """Every two attributes, then every three, and why they are left out, if they are."""
    several = chain(combinations(attributes, 2), combinations(attributes, 3))
    for place, own in enumerate(several):
        groups = prod(len(attribute.values) for attribute in own)
        if groups > MOST_GROUPS:
            yield own, f"left out: {groups} combinations of groups, more than {MOST_GROUPS}"
        elif place >= MOST_INTERSECTIONS:
            yield own, f"left out: beyond the first {MOST_INTERSECTIONS} intersections"
        else:
            yield own, None


def _intersection(attributes: Sequence[Grouped]) -> Intersection:
    sizes = [len(attribute.values) for attribute in attributes]
    complete = np.all([attribute.codes >= 0 for attribute in attributes], axis=0)
    places = np.ravel_multi_index([attribute.codes[complete] for attribute in attributes], sizes)
    occurring, codes = np.unique(places, return_inverse=True)
    all_codes = np.full(len(complete), -1, dtype=np.int64)
    all_codes[complete] = codes
    values = [
        joined([attribute.values[g] for attribute, g in zip(attributes, place, strict=True)])
        for place in zip(*np.unravel_index(occurring, sizes), strict=True)
    ]
    return Intersection(joined([attribute.name for attribute in attributes]), tuple(values), all_codes)


def joined(names: Sequence[str]) -> str:
    """Name of an intersection of attributes, or of one of its groups."""
    return _SEPARATOR.join(map(_quoted, names))


def _quoted(name: str) -> str:
    """A name that no other becomes by being joined: as CSV does it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"' if "&" in name or '"' in name else name


def fewest_crossed(
    attributes: Sequence[Grouped],
    labels: IntArray,
    decisions: IntArray,
    patients: IntArray | None = None,
) -> dict[str, int]:
    """Smallest counts, other than 0, of the cross table of all attributes; a missing value is a value.

    Every count of a report is a sum of counts of this table, or where ``patients`` [N] are given and counted,
    of those in any of its cells, so that none is smaller but 0.

    Returns:
        "outcomes": the fewest rows, or patients, with one combination of values and one outcome. "positives"
        and "negatives": the fewest among those of this outcome with one combination and one decision.
    """
    crossed = np.zeros(len(labels), dtype=np.int64)
    for attribute in attributes:  # numbered anew each time: never more combinations than rows
        _, crossed = np.unique(
            crossed * (len(attribute.values) + 1) + attribute.codes + 1, return_inverse=True
        )
    groups = Groups(crossed, int(crossed.max(initial=-1)) + 1)
    inside = None if patients is None else PatientsInGroups.of(patients, groups)
    cells = confusion_cells(labels, decisions, groups if inside is None else inside.pairs)

    def fewest(counts: FloatArray) -> int:
        return _fewest(counts if inside is None else np.stack([inside.having(own) for own in counts.T]))

    sides = {side: cells[:, [CELLS.index(cell) for cell in own]] for side, own in _SIDES.items()}
    return {
        "outcomes": fewest(np.column_stack([side.sum(axis=1) for side in sides.values()])),
        **{name: fewest(side) for name, side in sides.items()},
    }


def _fewest(counts: FloatArray) -> int:
    """Smallest of the counts that are not 0; 0 where there is none."""
    return int(counts[counts > 0].min()) if counts.any() else 0
