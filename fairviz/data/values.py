"""Cells as text: one spelling per value, one meaning of "missing"."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MISSING_TEXTS: Final = ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null")
"""What a CSV cell may hold instead of a value. "None" is absent: in clinical tables it is an answer."""

# Beyond this a float no longer holds every whole number, so "whole" says nothing about the value.
_WHOLE_LIMIT: Final = 2.0**53
_BLOCK: Final = 2**16


def is_missing(value: object) -> bool:
    """Tell whether a cell holds no value: None, NaN, NaT, NA or blank text."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or bool(pd.isna(value))


def value_text(value: object) -> str:
    """Return the one text that stands for a cell everywhere: in tasks, groups and messages.

    Whole numbers lose their decimal point (1.0 and 1 give "1"), booleans read "True" and "False",
    text loses the blanks around it, and a missing cell gives the empty text.
    """
    if is_missing(value):
        return ""
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if number.is_integer() and abs(number) < _WHOLE_LIMIT:
            return str(int(number))
    return str(value).strip()


def missing_cells(column: pd.Series) -> NDArray[np.bool_]:
    """Mark the cells of a column that hold no value, bool [N]."""
    if pd.api.types.is_numeric_dtype(column):
        return np.asarray(column.isna().to_numpy(dtype=np.bool_))
    if isinstance(column.dtype, pd.CategoricalDtype) and not any(map(is_missing, column.dtype.categories)):
        return np.asarray(column.cat.codes.to_numpy() < 0)
    _, codes = text_codes(column)
    return codes < 0


def text_codes(column: pd.Series) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the sorted texts that occur in a column and, per row, the index of its text.

    Returns:
        The texts, and codes int64 [N] in which -1 marks a missing cell.
    """
    levels, lookup, places = text_places(column)
    return levels, lookup[places]


def text_places(
    column: pd.Series,
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.integer[Any]]]:
    """The codes of ``text_codes`` as ``lookup[places]``, whose places take a byte a row where values are few.

    Returns:
        The texts; the code of each value that occurs and, last, -1; and per row [N] the place of its value,
        -1 where it has none.
    """
    places, values = _factorised(column)
    texts = [value_text(value) for value in values]
    levels = tuple(sorted(set(texts) - {""}))
    position = {text: index for index, text in enumerate(levels)}
    # One slot more than there are values: place -1 (missing) reads the last slot.
    lookup = np.array([position.get(text, -1) for text in texts] + [-1], dtype=np.int64)
    return levels, lookup, places


def rows_per_code(codes: NDArray[np.integer[Any]], count: int) -> NDArray[np.int64]:
    """How many rows have each code 0..count-1, [count]; -1 is none.

    Block by block: ``bincount`` makes eight bytes of every code.
    """
    rows = np.zeros(count + 1, dtype=np.int64)
    for start in range(0, len(codes), _BLOCK):
        rows += np.bincount(codes[start : start + _BLOCK].astype(np.intp) + 1, minlength=count + 1)
    return rows[1:]


def _factorised(column: pd.Series) -> tuple[NDArray[np.integer[Any]], pd.Index]:
    """Values that occur in a column, and per row [N] which of them, -1 where there is none."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = pd.factorize(column)
        return codes, values
    codes, categories = column.cat.codes.to_numpy(), column.dtype.categories
    occurring = rows_per_code(codes, len(categories)) > 0
    if occurring.all():
        return codes, categories
    return np.append(np.cumsum(occurring) - 1, -1)[codes], categories[occurring]
