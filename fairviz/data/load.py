"""A file as a table, or an error that says which line or column to mend."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fairviz.data.checks import refuse_infinite
from fairviz.data.values import MISSING_TEXTS
from fairviz.errors import DataError

MIB: Final = 2**20
MAX_BYTES: Final = 200 * MIB
MAX_CELLS: Final = 200_000_000
"""A small Parquet file can unpack to any size; this many cells are about 2 GB in memory."""

_SAVE_AS_CSV: Final = "Open it in the program that made it and save the table as CSV (UTF-8) or Parquet."
_SIGNATURES: Final = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word document"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip archive"),
)
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS: Final = {";": "semicolons", "\t": "tabs", "|": "bars (|)"}


def read_table(path: Path, *, max_bytes: int = MAX_BYTES) -> pd.DataFrame:
    """Read a CSV (UTF-8, commas, one header line) or Parquet file, chosen by its suffix.

    Args:
        path: the file.
        max_bytes: largest size on disk.

    Returns:
        One column per header, names without blanks around them, rows numbered from 0.

    Raises:
        DataError: naming the line, row or column that is wrong and what to do about it. Lines
            count lines of the file from 1, the header's; rows count data rows from 1.
    """
    _check_file(path, max_bytes)
    reader = {".csv": _read_csv, ".parquet": _read_parquet}.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            path.name,
            expected="a name that ends in .csv or .parquet",
            found=f'"{path.suffix}"' if path.suffix else "no suffix",
            remedy=_SAVE_AS_CSV,
        )
    frame = reader(path)
    _check_rows(path, frame)
    for name in frame.columns:
        refuse_infinite(frame[name])
    return frame


def content_hash(path: Path) -> str:
    """Return the sha256 of a file's content in hexadecimal: the dataset's identity."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_file(path: Path, max_bytes: int) -> None:
    if not path.is_file():
        raise DataError(
            path.name,
            expected="a file",
            found="none of this name",
            remedy="Check the folder and the spelling.",
        )
    size = path.stat().st_size
    if size == 0:
        raise DataError(
            path.name,
            expected="a header line and rows",
            found="an empty file",
            remedy="Save the table again and check that it has content.",
        )
    if size > max_bytes:
        raise DataError(
            path.name,
            expected=f"at most {max_bytes / MIB:.3g} MiB",
            found=f"{size / MIB:.3g} MiB",
            remedy="Leave out columns or rows that are not needed, or save the table as Parquet.",
        )


def _check_rows(path: Path, frame: pd.DataFrame) -> None:
    if frame.empty:
        raise DataError(
            path.name,
            expected="rows below the header",
            found="0 rows",
            remedy="Save the table again together with its rows.",
        )


def _read_csv(path: Path) -> pd.DataFrame:
    text = _decode(path)
    names = _header(path, text)
    _check_names(names)
    _check_widths(text, len(names))
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            header=0,
            names=names,
            index_col=False,
            keep_default_na=False,
            na_values=list(MISSING_TEXTS),
            low_memory=False,
        )
    except pd.errors.ParserError as error:
        raise _not_csv(str(error)) from error
    return frame


def _decode(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith(_UTF16_MARKS):
        raise _wrong_encoding(f"{path.name}, line 1", "UTF-16 text")
    kind = next((kind for mark, kind in _SIGNATURES if content.startswith(mark)), None)
    if kind is not None or b"\0" in content:
        raise DataError(
            path.name,
            expected="a table as text with commas",
            found=kind or "a binary file",
            remedy=_SAVE_AS_CSV,
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise _wrong_encoding(f"{path.name}, line {line}", f"the byte 0x{byte:02x}") from error
    # Old spreadsheets on a Mac end lines with a carriage return alone.
    return text if "\n" in text else text.replace("\r", "\n")


def _wrong_encoding(where: str, found: str) -> DataError:
    return DataError(
        where,
        expected="text in UTF-8",
        found=f"{found}, which is not",
        remedy='Save the table again with the encoding "CSV UTF-8".',
    )


def _header(path: Path, text: str) -> list[str]:
    try:
        row = next((row for row in csv.reader(io.StringIO(text)) if row), None)
    except csv.Error as error:
        raise _not_csv(str(error)) from error
    if row is None:
        raise DataError(
            path.name,
            expected="a header line and rows",
            found="only blank lines",
            remedy="Save the table again and check that it has content.",
        )
    names = [name.strip() for name in row]
    _check_delimiter(names)
    return names


def _check_delimiter(names: Sequence[str]) -> None:
    used = next((mark for mark in _DELIMITERS if len(names) == 1 and mark in names[0]), None)
    if used is not None:
        raise DataError(
            "line 1",
            expected="column names separated by commas",
            found=f"one column whose name holds {_DELIMITERS[used]}",
            remedy="Save the table with commas between the columns.",
        )


def _check_names(names: Sequence[str]) -> None:
    for position, name in enumerate(names, start=1):
        if not name:
            raise DataError(
                f"header, column {position} of {len(names)}",
                expected="a name",
                found="an empty one",
                remedy="Name the column, or delete it if it only numbers the rows.",
            )
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        positions = ", ".join(str(at) for at, other in enumerate(names, start=1) if other == name)
        raise DataError(
            f'column "{name}"',
            expected="a name of its own for every column",
            found=f"the name {times} times, at columns {positions}",
            remedy="Rename or delete all but one of them.",
        )


def _check_widths(text: str, expected: int) -> None:
    reader = csv.reader(io.StringIO(text))
    try:
        for row in reader:
            if len(row) > expected:
                raise DataError(
                    f"line {reader.line_num}",
                    expected=f"{expected} field{'s' * (expected != 1)}, as in the header",
                    found=f"{len(row)}",
                    remedy="Put quotes around a value that holds a comma, or remove the extra comma.",
                )
    except csv.Error as error:
        raise _not_csv(f"line {reader.line_num}: {error}") from error


def _not_csv(found: str) -> DataError:
    return DataError(
        "file",
        expected="rows of fields separated by commas",
        found=found,
        remedy="Look for a quotation mark that is opened and not closed.",
    )


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        file = pq.ParquetFile(path)
        _check_schema(file)
        table = file.read()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(
            path.name,
            expected="a whole Parquet file",
            found=f"one that cannot be read ({str(error).splitlines()[0]})",
            remedy="Save or download it again; it may be cut short or another kind of file.",
        ) from error
    # Index columns that pandas wrote beside the data only number the rows.
    kept = [name for name in table.column_names if not name.startswith("__index_level_")]
    return _plain(table.select(kept)).to_pandas(ignore_metadata=True)


def _check_schema(file: pq.ParquetFile) -> None:
    schema, rows = file.schema_arrow, file.metadata.num_rows
    if rows * len(schema) > MAX_CELLS:
        raise DataError(
            "table",
            expected=f"at most {MAX_CELLS:,} cells",
            found=f"{rows:,} rows of {len(schema)} columns",
            remedy="Leave out columns or rows that are not needed.",
        )
    _check_names([name.strip() for name in schema.names] or [""])
    for field in schema:
        if pa.types.is_nested(field.type):
            raise DataError(
                f'column "{field.name}"',
                expected="one value per row",
                found=f"a {field.type}",
                remedy="Spread it over several columns, or delete it.",
            )


def _plain(table: pa.Table) -> pa.Table:
    """Give columns their names without blanks, and decimals as floating-point numbers."""
    fields = [
        pa.field(field.name.strip(), pa.float64() if pa.types.is_decimal(field.type) else field.type)
        for field in table.schema
    ]
    return table.rename_columns([field.name for field in fields]).cast(pa.schema(fields))
