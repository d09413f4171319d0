"""Tables in Excel workbooks: the values that Excel saved, of the one sheet that holds a table."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from fairviz.data.columns import check_names, told
from fairviz.data.unpack import inflate, opened
from fairviz.data.values import MISSING_TEXTS, value_text
from fairviz.errors import DataError, FairVizError

MAX_XML: Final = 48 * 2**20
"""Bytes of all sheets when unpacked, about a million cells: they take some eight seconds to read."""
MAX_CELLS: Final = 5_000_000
MAX_ROWS: Final = 2**20
"""The most that Excel itself has."""

_AGAIN: Final = "Open it in Excel and save it again, or save the sheet as CSV (UTF-8)."
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s>/]")
_TYPE: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TABLE_ROWS, _TABLE_CELLS = 2, 2
_FORMULA_ROWS: Final = 5_000

Row = tuple[Any, ...]


def read_workbook(content: bytes, *, max_bytes: int) -> tuple[pd.DataFrame, str]:
    """Read the only sheet that holds a table.

    A sheet holds a table where two of its rows have at least two cells each; where none does, the first
    sheet that is not empty is read. Hidden sheets are left alone.

    Returns:
        The table, and the name of its sheet. Columns of dates alone are dates; of numbers alone, numbers;
        others hold texts.

    Raises:
        DataError: naming sheets, columns and cells that are in the way: several tables, merged cells,
            formulas without a saved value, errors of Excel's.
    """
    _check_parts(content, min(max_bytes, MAX_XML))
    try:
        with warnings.catch_warnings():
            # openpyxl tells of styles and extensions that no table needs.
            warnings.simplefilter("ignore")
            return _read(content)
    except FairVizError:
        raise
    # openpyxl does not say what it raises: over a damaged part it is KeyError, TypeError or anything else.
    except Exception as error:
        raise DataError(
            "workbook", expected="a whole Excel workbook", found="a damaged one", remedy=_AGAIN
        ) from error


def _read(content: bytes) -> tuple[pd.DataFrame, str]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = _only_sheet([sheet for sheet in book.worksheets if sheet.sheet_state == "visible"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(sheet._worksheet_path)
    merged = _MERGED.search(xml)
    if merged is not None:
        raise DataError(
            f'sheet "{sheet.title}", cells {merged.group(1).decode()}',
            expected="one cell for every value",
            found="merged cells",
            remedy="Unmerge them and fill in what each row is to hold.",
        )
    if _FORMULA.search(xml):
        _check_formulas(content, sheet)
    rows = _trimmed(sheet)
    names = _names(next(rows, ()))
    columns = _columns(rows, names, sheet.title)
    return pd.DataFrame(
        {name: _typed(values) for name, values in zip(names, columns, strict=True)}
    ), sheet.title


def _check_parts(content: bytes, max_bytes: int) -> None:
    """Inflate every part once, within bounds: what openpyxl inflates later is known to be small."""
    with opened(content) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise DataError(
                "workbook",
                expected="an Excel workbook",
                found="an archive of something else",
                remedy=_AGAIN,
            )
        total = 0
        for member in archive.infolist():
            part = inflate(archive, member, max_bytes=max_bytes)
            total += len(part)
            if total > max_bytes:
                raise _too_large(f"at most {max_bytes / 2**20:.3g} MiB of cells when unpacked")
            if member.filename.endswith((".xml", ".rels")) and _TYPE.search(part):
                raise DataError(
                    "workbook", expected="cells alone", found="definitions of entities", remedy=_AGAIN
                )


def _too_large(expected: str) -> DataError:
    return DataError(
        "workbook", expected=expected, found="more", remedy="Save the sheet as CSV (UTF-8) and load that."
    )


def _only_sheet(sheets: Sequence[Any]) -> Any:
    for sheet in sheets:
        # A sheet's own word for its size is not trusted: rows would be filled up to it.
        sheet.reset_dimensions()
    filled = [(sheet, _first_rows(sheet)) for sheet in sheets]
    tables = [
        sheet
        for sheet, rows in filled
        if sum(sum(cell is not None for cell in row) >= _TABLE_CELLS for row in rows) >= _TABLE_ROWS
    ]
    if len(tables) > 1:
        named = ", ".join(f'"{sheet.title}"' for sheet in tables[:5])
        more = f" and {len(tables) - 5} more" if len(tables) > 5 else ""
        raise DataError(
            "workbook",
            expected="one sheet with a table",
            found=f"{len(tables)}: {named}{more}",
            remedy="Keep one sheet, or save the sheet to be read as CSV (UTF-8).",
        )
    found = tables or [sheet for sheet, rows in filled if rows]
    if not found:
        raise DataError(
            "workbook",
            expected="a header line and rows",
            found="no sheet with any cell",
            remedy="Save the table again and check that it has content.",
        )
    return found[0]


def _first_rows(sheet: Any) -> list[Row]:
    return list(islice(filter(_any, sheet.iter_rows(values_only=True, max_row=100)), 10))


def _any(row: Row) -> bool:
    return any(cell is not None and cell != "" for cell in row)


def _trimmed(sheet: Any) -> Iterator[Row]:
    """Rows that hold something, as long as there are not too many of any kind."""
    cells = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells += len(row)
        if cells > MAX_CELLS or number > MAX_ROWS:
            raise _too_large(f"at most {MAX_CELLS:,} cells, empty ones included")
        if _any(row):
            yield row


def _names(header: Row) -> list[str]:
    names = [value_text(cell) for cell in header]
    while names and not names[-1]:
        names.pop()
    check_names(names)
    return names


def _columns(rows: Iterator[Row], names: Sequence[str], sheet: str) -> list[list[Any]]:
    columns: list[list[Any]] = [[] for _ in names]
    for number, row in enumerate(rows, start=1):
        if _any(row[len(names) :]):
            raise DataError(
                f'sheet "{sheet}", data row {number}',
                expected=f"{len(names)} cells, as in the header",
                found="a cell to the right of them",
                remedy="Name its column in the header, or clear the cell.",
            )
        for position, column in enumerate(columns):
            cell = row[position] if position < len(row) else None
            if isinstance(cell, str):
                cell = _text(cell, position, number, names, sheet)
            column.append(cell)
    return columns


def _text(cell: str, position: int, number: int, names: Sequence[str], sheet: str) -> str | None:
    if cell.strip() in MISSING_TEXTS:
        return None
    if cell.startswith("#") and cell.endswith(("!", "?")):
        raise DataError(
            f'sheet "{sheet}", {told(names[position], position + 1)}, data row {number}',
            expected="a value",
            found="an error of Excel's",
            remedy="Correct the formula, or clear the cell where the value is unknown.",
        )
    return cell


def _check_formulas(content: bytes, sheet: Any) -> None:
    """Refuse a column whose formulas were never calculated: its cells would read as missing.

    Programs calculate all formulas or none: the first rows tell, and reading them twice takes no time.
    """
    written = load_workbook(io.BytesIO(content), read_only=True, data_only=False)[sheet.title]
    written.reset_dimensions()
    saved: set[int] = set()
    unsaved: set[int] = set()
    both = zip(sheet.iter_rows(values_only=True), written.iter_rows(), strict=False)
    for values, cells in islice(both, _FORMULA_ROWS):
        for position, (value, cell) in enumerate(zip(values, cells, strict=False), start=1):
            if cell.data_type == "f":
                (unsaved if value is None else saved).add(position)
    if unsaved - saved:
        raise DataError(
            f'sheet "{sheet.title}", column {get_column_letter(min(unsaved - saved))}',
            expected="values",
            found="formulas without a saved result",
            remedy="Open the workbook in Excel, let it calculate, and save it again.",
        )


def _typed(cells: Sequence[Any]) -> pd.Series:
    known = [cell for cell in cells if cell is not None]
    if not known:
        return pd.Series(cells, dtype="float64")
    if all(isinstance(cell, bool) for cell in known):
        return pd.Series(cells, dtype="bool" if len(known) == len(cells) else "object")
    if all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in known):
        whole = len(known) == len(cells) and all(
            isinstance(cell, int) and abs(cell) < 2**63 for cell in known
        )
        return pd.Series(cells, dtype="int64" if whole else "float64")
    if all(isinstance(cell, dt.datetime) for cell in known):
        return pd.Series(pd.to_datetime(pd.Series(cells)))
    return pd.Series([None if cell is None else value_text(cell) for cell in cells], dtype="str")
