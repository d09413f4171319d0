"""What kind of column each one is, for the preview and for proposals."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final, Literal

import pandas as pd

from fairviz.data.encode import is_number
from fairviz.data.values import value_text

Kind = Literal["number", "category", "text", "date", "image", "identifier", "constant", "empty"]
"""Text is free text, whose values hardly repeat; a column of images names the image of each row."""

_EXAMPLES: Final = 3
# Below this many rows "every value differs" says nothing about the column.
_ENOUGH_TO_BE_UNIQUE: Final = 20
# Free text hardly repeats itself; a category does.
_TEXT_DISTINCT_SHARE: Final = 0.3
# With or without a time, and nothing else: a note may begin with a date.
_DATE_TEXT: Final = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})[T ]?[\d:.+Z-]*( ?[AP]M)?", re.IGNORECASE
)
_LOOKED_AT: Final = 50
_IDENTIFIER_NAME: Final = re.compile(
    r"^(id|uid|uuid|mrn|ssn|seqn?|sno|nr|index|rowid|row_?number|record_?(no|number))$"
    r"|_(id|uid|uuid|no|nr|key)$|^(patient|subject|person|hospital|stay|visit|encounter|case|study)\w*id$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ColumnProfile:
    """One column in short.

    Attributes:
        missing: share of rows without a value, 0 to 1; None where it may not be told.
        distinct: number of different values.
        examples: texts of the most frequent values.
        frequencies: in how many rows each of these stands.
    """

    name: str
    kind: Kind
    missing: float | None
    distinct: int
    examples: tuple[str, ...]
    frequencies: tuple[int, ...]


def describe(frame: pd.DataFrame, images: Collection[str] = ()) -> tuple[ColumnProfile, ...]:
    """Profile every column of a table, in order; ``images`` are the columns that name images."""
    profiles = (describe_column(frame[name]) for name in frame.columns)
    return tuple(replace(own, kind="image") if own.name in images else own for own in profiles)


def describe_column(column: pd.Series) -> ColumnProfile:
    """Profile one column."""
    counts = column.value_counts()
    if isinstance(column.dtype, pd.CategoricalDtype):
        counts = counts[counts > 0]
    return ColumnProfile(
        name=str(column.name),
        kind=_kind(column, counts),
        missing=float(column.isna().mean()) if len(column) else 0.0,
        distinct=len(counts),
        examples=tuple(value_text(value) for value in counts.index[:_EXAMPLES]),
        frequencies=tuple(counts.iloc[:_EXAMPLES].tolist()),
    )


def _kind(column: pd.Series, counts: pd.Series) -> Kind:
    known, distinct = int(counts.sum()), len(counts)
    if distinct <= 1:
        return "constant" if distinct else "empty"
    if _holds_dates(column):
        return "date"
    if _identifies(column, known, distinct):
        return "identifier"
    if is_number(column):
        return "number"
    if distinct > _ENOUGH_TO_BE_UNIQUE and distinct > _TEXT_DISTINCT_SHARE * known:
        return "text"
    return "category"


def _holds_dates(column: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(column):
        return True
    if is_number(column) or pd.api.types.is_bool_dtype(column):
        return False
    texts = column.dropna().head(_LOOKED_AT).astype(str)
    return bool(len(texts) and texts.str.fullmatch(_DATE_TEXT).all())


def _identifies(column: pd.Series, known: int, distinct: int) -> bool:
    if distinct <= _ENOUGH_TO_BE_UNIQUE:
        return False
    if _IDENTIFIER_NAME.search(str(column.name)):
        return True
    # Measurements rarely repeat either, so a unique number counts only where it is whole.
    return distinct == known and (
        pd.api.types.is_integer_dtype(column) if is_number(column) else not _has_blanks(column)
    )


def _has_blanks(column: pd.Series) -> bool:
    return bool(column.dropna().astype(str).str.strip().str.contains(r"\s").any())
