"""A file as a table, or an error that says which line or column to mend."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa

from fairviz.data.adapters.formats import known_format
from fairviz.data.checks import refuse_infinite
from fairviz.data.delimited import read_delimited, read_delimited_file
from fairviz.data.dialect import Dialect
from fairviz.data.parquet import read_parquet
from fairviz.data.unpack import gunzip, only_table
from fairviz.data.workbook import read_workbook
from fairviz.errors import DataError

MIB: Final = 2**20
MAX_BYTES: Final = 200 * MIB

_TEXTS: Final = (".csv", ".tsv")
_TABLES: Final = (*_TEXTS, ".parquet", ".xlsx")
ENDINGS: Final = (*_TABLES, ".csv.gz", ".tsv.gz", ".zip")
"""What names of files that can be read end in, in lower case."""

_SAVE_AS_CSV: Final = "Open it in the program that made it and save the table as CSV (UTF-8) or Parquet."
_LONGEST_SIGNATURE: Final = 16
_SIGNATURES: Final = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel document or one with a password"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
)


def read_table(path: Path, *, max_bytes: int = MAX_BYTES) -> pd.DataFrame:
    """Read a table of any kind in ``ENDINGS``; see ``read_told``, which also tells how it was read."""
    return read_told(path, max_bytes=max_bytes)[0]


def read_told(path: Path, *, max_bytes: int = MAX_BYTES) -> tuple[pd.DataFrame, str]:
    """Read a table, of the kind that the end of its name tells, and say how it was read.

    Args:
        path: a file with one header line: text in any common encoding, delimiter and decimal mark, Parquet,
            an Excel workbook, a gzip file of text, or a ZIP archive with one of these tables in it.
        max_bytes: largest size on disk, and of what is compressed in it.

    Returns:
        One column per header, names without blanks around them, rows numbered from 0. And how it was
        read, such as "semicolon-separated, decimal comma, Windows-1252".

    Raises:
        DataError: naming the line, row or column that is wrong and what to do about it, never a value.
            Lines count lines of the file from 1, the header's; rows count data rows from 1.
    """
    try:
        _check_file(path, max_bytes)
        frame, told = _read(path, max_bytes)
        _check_rows(frame)
        for name in frame.columns:
            refuse_infinite(frame[name])
        known = known_format(frame.columns)
        if known is not None:
            frame, told = known.adapt(frame), f"{told}, {known.name} in words"
            pa.default_memory_pool().release_unused()
    except DataError as error:
        place = path.name if error.argument == "file" else f"{path.name}, {error.argument}"
        raise DataError(place, expected=error.expected, found=error.found, remedy=error.remedy) from error
    return frame, told


def title(path: Path) -> str:
    """The name of a file without any of the endings that tell its kind."""
    longest = max((end for end in ENDINGS if path.name.lower().endswith(end)), key=len, default=path.suffix)
    return path.name[: len(path.name) - len(longest)] or path.name


def content_hash(path: Path) -> str:
    """Return the sha256 of a file's content in hexadecimal: the dataset's identity."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_file(path: Path, max_bytes: int) -> None:
    if not path.is_file():
        raise DataError(
            "file",
            expected="a file",
            found="none of this name",
            remedy="Check the folder and the spelling.",
        )
    if not path.name.lower().endswith(ENDINGS):
        raise DataError(
            "file",
            expected=f"a name that ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}",
            found=f'"{path.suffix}"' if path.suffix else "no suffix",
            remedy=_SAVE_AS_CSV,
        )
    size = path.stat().st_size
    if size > max_bytes:
        raise DataError(
            "file",
            expected=f"at most {max_bytes / MIB:.3g} MiB",
            found=f"{size / MIB:.3g} MiB",
            remedy="Leave out columns or rows that are not needed, or save the table as Parquet.",
        )


def _read(path: Path, max_bytes: int) -> tuple[pd.DataFrame, str]:
    """Read what the end of a name tells; of an archive, the table within."""
    name = path.name.lower()
    if name.endswith(_TEXTS):
        with path.open("rb") as file:
            _check_kind(file.read(_LONGEST_SIGNATURE), None, "a table as text")
        return _framed(*read_delimited_file(path))
    content = path.read_bytes()
    if name.endswith(".gz"):
        _check_kind(content, "a gzip archive", "a gzip file")
        frame, told = _plain(name.removesuffix(".gz"), gunzip(content, max_bytes=max_bytes), max_bytes)
        return frame, f"{told}, in gzip"
    if name.endswith(".zip"):
        _check_kind(content, "a ZIP archive or an Excel workbook", "a ZIP archive")
        member, inner = only_table(content, _TABLES, max_bytes=max_bytes)
        frame, told = _plain(member.lower(), inner, max_bytes)
        return frame, f"{told}, in a ZIP archive"
    return _plain(name, content, max_bytes)


def _plain(name: str, content: bytes, max_bytes: int) -> tuple[pd.DataFrame, str]:
    """Read a table that is in no archive."""
    if name.endswith(".parquet"):
        _check_kind(content, "a Parquet file", "a Parquet file")
        return _frame(read_parquet(content)), "Parquet"
    if name.endswith(".xlsx"):
        _check_kind(content, "a ZIP archive or an Excel workbook", "an Excel workbook")
        frame, sheet = read_workbook(content, max_bytes=max_bytes)
        return frame, f'Excel, sheet "{sheet}"'
    _check_kind(content, None, "a table as text")
    return _framed(*read_delimited(content))


def _framed(table: pa.Table, dialect: Dialect) -> tuple[pd.DataFrame, str]:
    return _frame(table), str(dialect)


def _check_kind(content: bytes, kind: str | None, expected: str) -> None:
    """Refuse what begins otherwise than its name says."""
    if not content:
        raise DataError(
            "file",
            expected="a header line and rows",
            found="an empty file",
            remedy="Save the table again and check that it has content.",
        )
    found = next((kind for mark, kind in _SIGNATURES if content.startswith(mark)), None)
    if found != kind:
        raise DataError("file", expected=expected, found=found or "something else", remedy=_SAVE_AS_CSV)


def _check_rows(frame: pd.DataFrame) -> None:
    if frame.empty:
        raise DataError(
            "file",
            expected="rows below the header",
            found="0 rows",
            remedy="Save the table again together with its rows.",
        )


def _frame(table: pa.Table) -> pd.DataFrame:
    """The table for pandas; columns without any value are numbers that are missing. Uses the table up."""
    # What reading took beside the table would be kept for later otherwise: as much as the table itself.
    pa.default_memory_pool().release_unused()
    if any(pa.types.is_null(field.type) for field in table.schema):
        fields = [
            field.with_type(pa.float64()) if pa.types.is_null(field.type) else field for field in table.schema
        ]
        table = table.cast(pa.schema(fields))
    # Blocks of their own for columns: nothing is copied to lie side by side, and what has become a column of
    # pandas is let go of at once.
    frame = table.to_pandas(ignore_metadata=True, split_blocks=True, self_destruct=True)
    pa.default_memory_pool().release_unused()
    return frame
