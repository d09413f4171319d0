"""Whether it depends on the outcome, or on a group, that a value is missing.

A model learns from what is missing as from any value. Where values are missing because of how patients were
recorded, it learns the recording, and its performance holds nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.groups import Attribute
from fairviz.data.specs import TaskNote, TaskSpec
from fairviz.data.values import missing_cells

_TWO: Final = 2
# Two shares of rows differ clearly: by this much, by this many standard errors, and among groups of at least
# this many rows.
_CLEAR_DIFFERENCE: Final = 0.1
_CLEAR_ERRORS: Final = 3.0
_ENOUGH_ROWS: Final = 20
_NAMED: Final = 4


@dataclass(frozen=True)
class Contrast:
    """Two groups between which the share of marked rows clearly differs, and the two shares."""

    high: str
    low: str
    high_share: float
    low_share: float

    @property
    def width(self) -> float:
        """Difference of the shares."""
        return self.high_share - self.low_share


def contrast(marked: NDArray[np.bool_], grouping: Attribute) -> Contrast | None:
    """The two groups whose shares of marked rows [N] differ most; None where they do not clearly."""
    known = grouping.codes >= 0
    codes = grouping.codes[known]
    rows = np.bincount(codes, minlength=len(grouping.values))
    enough = np.flatnonzero(rows >= _ENOUGH_ROWS)
    if enough.size < _TWO:
        return None
    share = np.bincount(codes, marked[known], len(rows))[enough] / rows[enough]
    high, low = int(share.argmax()), int(share.argmin())
    overall = float(marked[known].mean())
    error = math.sqrt(overall * (1 - overall) * float((1 / rows[enough][[high, low]]).sum()))
    if share[high] - share[low] < max(_CLEAR_DIFFERENCE, _CLEAR_ERRORS * error):
        return None
    values = [grouping.values[code] for code in enough]
    return Contrast(values[high], values[low], float(share[high]), float(share[low]))


def missingness_notes(
    spec: TaskSpec,
    frame: pd.DataFrame,
    outcome: Attribute,
    groupings: Sequence[Attribute],
) -> Iterator[TaskNote]:
    """Notes on inputs that are missing more often in some classes of the outcome, or in some groups."""
    lacking = _lacking(spec, frame)
    for code in (1,) if len(outcome.values) == _TWO else range(len(outcome.values)):
        yield from _outcome_note(lacking, outcome, code, public=spec.public)
    for grouping in groupings:
        yield from _group_note(lacking, grouping, public=spec.public)


@dataclass(frozen=True)
class _Lacking:
    """Columns and the rows that lack a value of every one of them, a bit per row: of large tables many wait.

    Attributes:
        packed: bits of N rows.
        count: N.
    """

    columns: tuple[str, ...]
    packed: bytes
    count: int

    @property
    def rows(self) -> NDArray[np.bool_]:
        """Marks of the rows [N]."""
        bits = np.unpackbits(np.frombuffer(self.packed, dtype=np.uint8), count=self.count)
        return bits.view(np.bool_)


def _lacking(spec: TaskSpec, frame: pd.DataFrame) -> list[_Lacking]:
    """Input columns that some rows lack, together where the very same rows lack them.

    A column that is missing only together with its whole modality has a note as such already.
    """
    found: dict[bytes, list[str]] = {}
    for modality in spec.modalities:
        own: dict[str, bytes] = {}
        whole = np.ones(len(frame), dtype=np.bool_)
        for column in modality.columns:
            rows = missing_cells(frame[column])
            whole &= rows
            if rows.any() and not rows.all():
                own[column] = np.packbits(rows).tobytes()
        together = np.packbits(whole).tobytes()
        for column, packed in own.items():
            if packed != together:
                found.setdefault(packed, []).append(column)
    return [_Lacking(tuple(columns), packed, len(frame)) for packed, columns in found.items()]


def _outcome_note(
    lacking: Sequence[_Lacking], outcome: Attribute, code: int, *, public: bool
) -> Iterator[TaskNote]:
    """Where a class of the outcome is clearly more, or less, frequent among rows that lack a value."""
    contrasts = {
        own.columns: (found, own.rows)
        for own in lacking
        if (found := contrast(outcome.codes == code, _presence(own.rows))) is not None
    }
    if not contrasts:
        return
    widest = sorted(contrasts, key=lambda columns: contrasts[columns][0].width, reverse=True)
    told = [_tells(columns, *contrasts[columns], public=public) for columns in widest[:_NAMED]]
    yield TaskNote(
        severity="warning",
        text=f'Missing values tell the outcome "{outcome.values[code]}": {_joined(told, len(widest))}. A '
        "model can learn who was recorded instead of who is ill: find out why values are missing, or leave "
        "out these columns or rows.",
    )


def _presence(lacking: NDArray[np.bool_]) -> Attribute:
    """Rows without a value against the others."""
    return Attribute("", ("missing", "recorded"), np.where(lacking, 0, 1))


def _tells(columns: Sequence[str], found: Contrast, lacking: NDArray[np.bool_], *, public: bool) -> str:
    """How frequent the outcome is where columns are missing."""
    more = found.high == "missing"
    if not public:
        return f"it is {'more' if more else 'less'} frequent where {_listed(columns)} {_is(columns)} missing"
    missing, recorded = sorted((found.low_share, found.high_share), reverse=more)
    return (
        f"{missing:.0%} of the {int(lacking.sum()):,} rows without {_listed(columns)} have it, "
        f"{recorded:.0%} of the others"
    )


def _group_note(lacking: Sequence[_Lacking], grouping: Attribute, *, public: bool) -> Iterator[TaskNote]:
    """Which inputs are missing clearly more often in one group than in another."""
    found = {
        column: differs
        for own in lacking
        if (differs := contrast(own.rows, grouping)) is not None
        for column in own.columns
    }
    if not found:
        return
    widest = sorted(found, key=lambda column: found[column].width, reverse=True)
    told = [_missing_more(column, found[column], public=public) for column in widest[:_NAMED]]
    yield TaskNote(
        severity="warning",
        text=f'Not recorded alike in the groups of "{grouping.name}": {_joined(told, len(widest))}. '
        "What a model can know then differs between groups.",
    )


def _missing_more(column: str, found: Contrast, *, public: bool) -> str:
    if public:
        return (
            f'"{column}" is missing in {found.high_share:.0%} of "{found.high}" and '
            f'{found.low_share:.0%} of "{found.low}"'
        )
    return f'"{column}" is missing more often in "{found.high}" than in "{found.low}"'


def _joined(told: Sequence[str], every: int) -> str:
    """Findings one after the other, and how many more there are."""
    more = [f"and {every - len(told)} more"] if every > len(told) else []
    return "; ".join([*told, *more])


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _listed(names: Sequence[str]) -> str:
    shown = [f'"{name}"' for name in names[:_NAMED]]
    if len(names) > _NAMED:
        shown.append(f"{len(names) - _NAMED} more columns")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
