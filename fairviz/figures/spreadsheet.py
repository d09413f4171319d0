"""Tables as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv

import pandas as pd

# What begins a formula in a spreadsheet (OWASP, "CSV injection"); the last four are full-width forms.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_text(table: pd.DataFrame, about: str) -> str:
    """A table as CSV: text in quotation marks, numbers bare, nothing where there is no number.

    Args:
        table: the rows; a text that would begin a formula gets an apostrophe before it.
        about: what the table shows and is for; in a last column ``about``, on the first row.
    """
    safe = table.map(_cell).set_axis([_cell(name) for name in table.columns], axis=1)
    safe["about"] = [_cell(about)] + [""] * (len(safe) - 1) if len(safe) else []
    text: str = safe.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    return text


def _cell(value: object) -> object:
    if not isinstance(value, str) or not value.startswith(_FORMULA) or _is_number(value):
        return value
    return f"'{value}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
