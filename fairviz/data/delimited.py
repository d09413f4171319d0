"""Tables as text with delimiters, read by Arrow; where it refuses, row by row to say where.

A file is read block by block, so that memory holds the table and not its text as well. What needs the text
as a whole (another encoding, rows that must be mended, an error that names its line) is read once more.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from fairviz.data.adapters.formats import known_format
from fairviz.data.columns import check_names
from fairviz.data.dialect import DELIMITERS, HEAD_BYTES, Dialect, decoded, detect, not_encoded
from fairviz.data.values import MISSING_TEXTS
from fairviz.errors import DataError

LONGEST_FIELD: Final = 2**20
"""Characters of one cell: longer is a quotation mark that nothing closes."""
_CHUNK: Final = 2**22
_FIRST_BYTES: Final = 2**16
_MOST_FILLED: Final = 2**24
# Rows are looked at one by one at about a million a second.
_MOST_LINES: Final = 3_000_000
# From here on a whole number is no longer a 64-bit integer.
_BEYOND_INTEGERS: Final = 2.0**63

# Of the whole process, and eight times what Python starts with: long notes are no damage.
csv.field_size_limit(LONGEST_FIELD)

_UNCLOSED: Final = "Look for a quotation mark that is opened and not closed."

Rows = Callable[[], IO[bytes] | pa.NativeFile]
"""Opens the rows below a header, at their beginning."""


def read_delimited_file(path: Path) -> tuple[pa.Table, Dialect]:
    """Read a file that is text; see ``read_delimited``."""
    found = _streamed(path)
    return read_delimited(path.read_bytes()) if found is None else found


def _streamed(path: Path) -> tuple[pa.Table, Dialect] | None:
    """The table of a file of UTF-8 that Arrow takes as it is; None of any other."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        dialect = detect(head, whole=len(head) < HEAD_BYTES)
        if dialect.encoding != "utf-8":
            return None
        names, start, _ = _header(head, dialect.mark + dialect.hint, dialect, whole=len(head) < HEAD_BYTES)
        file.seek(start)
        quotes = 0
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                return None
            quotes += chunk.count(b'"') if b'"' in chunk else 0
    table = None if quotes % 2 else _tried(lambda: _opened(path, start), names, dialect, quotes > 0)
    return None if table is None else (table, dialect)


def _opened(path: Path, start: int) -> IO[bytes]:
    file = path.open("rb")
    file.seek(start)
    return file


def read_delimited(content: bytes) -> tuple[pa.Table, Dialect]:
    """Read a table that is text.

    Args:
        content: the file.

    Returns:
        The table and how it was written. Whole numbers, other numbers and true or false are read as such;
        everything else, dates and times among them, stays the text it is. A row with too few fields is
        filled with missing cells.

    Raises:
        DataError: naming the line that is wrong (counted from 1, that of the header).
    """
    dialect = detect(content[:HEAD_BYTES], whole=len(content) <= HEAD_BYTES)
    table = _read(content, dialect)
    if table is None:
        dialect = replace(dialect, encoding="cp1252")
        table = _read(content, dialect)
    return table, dialect


def _read(content: bytes, dialect: Dialect) -> pa.Table | None:
    """The table, or None where what began as ASCII goes on with bytes that are not UTF-8."""
    body = _as_utf8(content, dialect)
    zero = body.find(b"\0")
    if zero >= 0:
        line = body.count(b"\n", 0, zero) + 1
        raise DataError(
            f"line {line:,}",
            expected="text",
            found="zero bytes, as in a binary or damaged file",
            remedy="Save the table again as CSV (UTF-8) or Parquet.",
        )
    start = dialect.mark + dialect.hint if dialect.encoding == "utf-8" else dialect.hint
    names, start, lines = _header(body, start, dialect, whole=len(body) - start <= HEAD_BYTES)
    # A mark that is neither doubled nor paired opens a field that nothing closes, or stands for inches.
    quotes = body.count(b'"', start) if b'"' in body else 0
    rows = pa.py_buffer(body)[start:]
    table = None if quotes % 2 else _tried(lambda: pa.BufferReader(rows), names, dialect, quotes > 0)
    if table is not None:
        return table
    if not _is_utf8(body, dialect):
        return None
    rows = _filled(body, start, lines, len(names), dialect.delimiter)
    table = _tried(lambda: pa.BufferReader(rows), names, dialect, quotes > 0)
    if table is None:
        raise DataError(
            "file",
            expected=f"rows of at most {LONGEST_FIELD:,} bytes",
            found="a longer one, or a quotation mark within a value",
            remedy=_UNCLOSED,
        )
    return table


def _tried(rows: Rows, names: Sequence[str], dialect: Dialect, quoted: bool) -> pa.Table | None:
    """The table, or None where Arrow refuses: what it says holds patients' values, and seldom the line.

    Columns of a known format take no more memory than its values need, where they keep to it.
    """
    known = known_format(names)
    for types in ([known.types] if known and known.types else []) + [{}]:
        try:
            return _parsed(rows, names, dialect, quoted, types)
        except pa.ArrowInvalid:
            continue
    return None


def _as_utf8(content: bytes, dialect: Dialect) -> bytes:
    """The same text in UTF-8, without mark; what is UTF-8 already is left as it is, with its mark."""
    if dialect.encoding == "utf-8":
        return content
    decoder = codecs.getincrementaldecoder(dialect.encoding)()
    out = io.BytesIO()
    try:
        for at in range(dialect.mark, len(content), _CHUNK):
            chunk = content[at : at + _CHUNK]
            out.write(decoder.decode(chunk, final=at + _CHUNK >= len(content)).encode())
    except UnicodeError as error:
        within = chunk[: error.start] if isinstance(error, UnicodeDecodeError) else b""
        line = out.getvalue().count(b"\n") + within.count(b"\n") + 1
        raise not_encoded(line, "UTF-8, UTF-16 or Windows-1252") from error
    return out.getvalue()


def _header(body: bytes, start: int, dialect: Dialect, *, whole: bool) -> tuple[list[str], int, int]:
    """Names, where the rows begin, and how many lines that is; ``whole`` if nothing comes after the head."""
    text = decoded(body[start : start + HEAD_BYTES], "utf-8", whole=whole)
    seen: list[str] = []
    reader = csv.reader(_kept(io.StringIO(text, newline=""), seen), delimiter=dialect.delimiter, strict=True)
    try:
        row = next(filter(None, reader), None)
    except csv.Error as error:
        raise _misquoted(1, dialect.delimiter) from error
    if row is not None and not whole and sum(map(len, seen)) == len(text):
        raise DataError(
            "header",
            expected=f"one line of at most {HEAD_BYTES:,} bytes",
            found="a longer one",
            remedy=f"{_UNCLOSED} Leave out columns that are not needed.",
        )
    if row is None:
        raise DataError(
            "file",
            expected="a header line and rows",
            found="only blank lines",
            remedy="Save the table again and check that it has content.",
        )
    names = [name.strip() for name in row]
    check_names(names)
    return names, start + len("".join(seen).encode()), len(seen) + bool(dialect.hint)


def _parsed(
    rows: Rows, names: Sequence[str], dialect: Dialect, quoted: bool, types: Mapping[str, pa.DataType]
) -> pa.Table:
    with rows() as file:
        head = file.read(_FIRST_BYTES)
    if not head:
        return pa.table({name: pa.nulls(0, pa.string()) for name in names})
    as_told = {name: own for name, own in types.items() if name in names}
    dates = dict.fromkeys(_dates(head, names, dialect, quoted), pa.string())
    table = _arrow(rows, names, dialect, quoted, as_told | dates)
    doubtful = [name for name in names if _may_be_text(table[name])]
    if doubtful:
        texts = _arrow(rows, names, dialect, quoted, dict.fromkeys(doubtful, pa.string()), only=doubtful)
        for name in doubtful:
            if pa.types.is_temporal(table[name].type) or _only_digits(texts[name]):
                table = table.set_column(names.index(name), name, texts[name])
    if any(pa.types.is_binary(field.type) for field in table.schema):
        raise pa.ArrowInvalid("bytes that are not UTF-8")
    return table


def _dates(head: bytes, names: Sequence[str], dialect: Dialect, quoted: bool) -> list[str]:
    """Columns that begin with dates or times: told in advance, they need not be read twice."""
    whole_lines = head[: head.rfind(b"\n") + 1]
    try:
        table = _arrow(lambda: pa.BufferReader(whole_lines), names, dialect, quoted)
    except pa.ArrowInvalid:
        # Cut in the middle of a text in quotes, or a row that is too short: the whole table will tell.
        return []
    return [field.name for field in table.schema if pa.types.is_temporal(field.type)]


def _arrow(
    rows: Rows,
    names: Sequence[str],
    dialect: Dialect,
    quoted: bool,
    types: Mapping[str, pa.DataType] | None = None,
    *,
    only: Sequence[str] = (),
) -> pa.Table:
    with rows() as file:
        return arrow_csv.read_csv(
            file,
            # Small blocks are read side by side; they must hold the longest row.
            read_options=arrow_csv.ReadOptions(column_names=list(names), block_size=2 * LONGEST_FIELD),
            parse_options=arrow_csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=quoted),
            convert_options=arrow_csv.ConvertOptions(
                null_values=list(MISSING_TEXTS),
                strings_can_be_null=True,
                true_values=["True", "TRUE", "true"],
                false_values=["False", "FALSE", "false"],
                decimal_point=dialect.decimal,
                # A format that nothing has: dates stay text.
                timestamp_parsers=["%n never %n"],
                include_columns=list(only) or None,
                column_types=types,
            ),
        )


def _may_be_text(column: pa.ChunkedArray) -> bool:
    """Whether Arrow has guessed a type that the texts are more than: dates, times, long identifiers."""
    if not pa.types.is_floating(column.type):
        return bool(pa.types.is_temporal(column.type))
    return any(_largest(chunk) >= _BEYOND_INTEGERS for chunk in column.chunks)


def _largest(chunk: pa.Array) -> float:
    """Largest absolute number; slots of missing cells, which are zero, are read along: nothing is copied."""
    slots = pa.Array.from_buffers(chunk.type, len(chunk), [None, chunk.buffers()[1]], offset=chunk.offset)
    values = slots.to_numpy()
    return float(max(np.fmax.reduce(values, initial=0.0), -np.fmin.reduce(values, initial=0.0)))


def _only_digits(column: pa.ChunkedArray) -> bool:
    return bool(pc.all(pc.match_substring_regex(column, r"^[+-]?\d+$")).as_py())


def _is_utf8(body: bytes, dialect: Dialect) -> bool:
    """Whether bytes are UTF-8, in chunks: the text of the whole file is not needed.

    Raises:
        DataError: if they began as UTF-8 with more than ASCII and go on as something else.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    for at in range(0, len(body), _CHUNK):
        try:
            decoder.decode(body[at : at + _CHUNK], final=at + _CHUNK >= len(body))
        except UnicodeDecodeError as error:
            if dialect.ascii:
                return False
            raise not_encoded(body.count(b"\n", 0, at + error.start) + 1, "UTF-8") from error
    return True


def _filled(body: bytes, start: int, lines: int, width: int, delimiter: str) -> pa.Buffer:
    """The rows, those with too few fields filled with empty ones.

    Raises:
        DataError: naming the first line with too many fields or a quotation mark out of place.
    """
    source = io.BytesIO(body)
    source.seek(start)
    file = io.TextIOWrapper(source, encoding="utf-8", newline="")
    seen: list[str] = []
    reader = csv.reader(_kept(file, seen), delimiter=delimiter, strict=True)
    out = io.BytesIO()
    # Short rows under a wide header would fill memory.
    most = 2 * len(body) + _MOST_FILLED
    line = lines + 1
    try:
        for row in reader:
            if len(row) > width:
                raise _too_wide(line, width, len(row), DELIMITERS[delimiter])
            raw = "".join(seen)
            if 0 < len(row) < width:
                raw = raw.rstrip("\r\n") + delimiter * (width - len(row)) + "\n"
            out.write(raw.encode())
            if out.tell() > most or line > _MOST_LINES:
                raise _too_irregular(line, width)
            seen.clear()
            line = lines + reader.line_num + 1
    except csv.Error as error:
        raise _misquoted(line, delimiter) from error
    return pa.py_buffer(out.getvalue())


def _too_irregular(line: int, width: int) -> DataError:
    return DataError(
        f"lines up to {line:,} or later ones",
        expected=f"{width} field{'s' * (width != 1)} in each, as in the header, each quotation mark closed",
        found="fewer in some, or a mark not closed, in a file too large to be mended",
        remedy="Check the delimiter of the header and of the rows, and save the table again.",
    )


def _misquoted(line: int, delimiter: str) -> DataError:
    return DataError(
        f"line {line:,}",
        expected=f"fields separated by {DELIMITERS[delimiter]}s, each quotation mark closed",
        found="a quotation mark out of place, or a field without end",
        remedy=_UNCLOSED,
    )


def _too_wide(line: int, width: int, found: int, delimiter: str) -> DataError:
    return DataError(
        f"line {line:,}",
        expected=f"{width} field{'s' * (width != 1)}, as in the header",
        found=f"{found}",
        remedy=f"Put quotes around a value that holds a {delimiter}, or remove the extra {delimiter}.",
    )


def _kept(lines: Iterator[str] | io.TextIOBase, seen: list[str]) -> Iterator[str]:
    """The same lines, each also appended to what was seen."""
    for line in lines:
        seen.append(line)
        yield line
