"""How a table was written down as text: its encoding, delimiter and decimal mark, from its first bytes."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from fairviz.errors import DataError

HEAD_BYTES: Final = 2**20
"""Nothing beyond this much of a file is looked at."""

ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

# Longer marks first: that of UTF-32 begins like that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ROWS: Final = 200
_HINT: Final = re.compile(r"sep=([,;\t|])[ \t]*(?:\r\n|\n|\r)", re.IGNORECASE)
_WITH_COMMA: Final = re.compile(r"\s*[+-]?\d+,\d+\s*")
_WITH_POINT: Final = re.compile(r"\s*[+-]?\d+\.\d+\s*")
# 1,234 may be a thousand and more: such numbers alone prove no decimal comma.
_THOUSANDS: Final = re.compile(r"\s*[+-]?[1-9]\d{0,2},\d{3}\s*")


@dataclass(frozen=True)
class Dialect:
    """A way of writing a table as text.

    Attributes:
        encoding: a key of ``ENCODINGS``.
        delimiter: a key of ``DELIMITERS``.
        decimal: "." or ",".
        mark: bytes of the byte-order mark before the text.
        hint: characters of the line ``sep=;`` that Excel may write before the header.
        ascii: whether the bytes seen were ASCII, so that they tell nothing of UTF-8 or Windows-1252.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    mark: int = 0
    hint: int = 0
    ascii: bool = False

    def __str__(self) -> str:
        decimal = ", decimal comma" if self.decimal == "," else ""
        return f"{DELIMITERS[self.delimiter]}-separated{decimal}, {ENCODINGS[self.encoding]}"


def detect(head: bytes, *, whole: bool) -> Dialect:
    """Tell how a table is written from the first bytes of its file.

    The delimiter is the one that splits the header, and most rows into as many fields as the header; of
    equals, the one that makes more fields. The decimal mark is a comma where the delimiter is none and
    fields such as 1,5 are more frequent than fields such as 1.5.

    Args:
        head: the first bytes, of which at most ``HEAD_BYTES`` are looked at.
        whole: whether they are the whole file, so that its last line is complete.

    Raises:
        DataError: if the bytes are no text in one of the encodings.
    """
    whole = whole and len(head) <= HEAD_BYTES
    head = head[:HEAD_BYTES]
    encoding, mark = _encoding(head, whole)
    text = decoded(head[mark:], encoding, whole=whole)
    hint = _HINT.match(text)
    skipped = hint.end() if hint else 0
    body = text[skipped:]
    delimiter = hint.group(1) if hint else _delimiter(body, whole)
    decimal = "." if delimiter == "," else _decimal(_records(body, delimiter, whole), delimiter)
    return Dialect(encoding, delimiter, decimal, mark, skipped, ascii=head.isascii())


def decoded(content: bytes, encoding: str, *, whole: bool) -> str:
    """Text of bytes; without ``whole`` a character cut in two at their end is left out.

    Raises:
        DataError: naming the line of the first byte that the encoding does not have.
    """
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content, final=whole)
    except UnicodeDecodeError as error:
        line = codecs.decode(content[: error.start], encoding, "replace").count("\n") + 1
        raise not_encoded(line, ENCODINGS[encoding]) from error


def not_encoded(line: int, encoding: str) -> DataError:
    """The error of a text in mixed or unknown encodings."""
    return DataError(
        f"line {line:,}",
        expected=f"text in {encoding}",
        found="bytes that this encoding does not have",
        remedy='Save the table again with the encoding "CSV UTF-8".',
    )


def _encoding(head: bytes, whole: bool) -> tuple[str, int]:
    """The encoding and the length of its mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if encoding == "utf-32":
                raise not_encoded(1, "UTF-8, UTF-16 or Windows-1252")
            return encoding, len(mark)
    # In UTF-16 every other byte of Latin letters and digits is zero.
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 4 and min(even, odd) == 0:
        return ("utf-16-le" if odd else "utf-16-be"), 0
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError as error:
        # In Windows-1252 bytes hardly ever form a character of UTF-8 by accident: many of both are a mixture.
        text = head.decode("utf-8", "replace")
        wrong = text.count("\ufffd")
        if sum(character > "\x7f" for character in text) - wrong >= wrong:
            raise not_encoded(head.count(b"\n", 0, error.start) + 1, "one encoding") from error
        return "cp1252", 0
    return "utf-8", 0


def _delimiter(text: str, whole: bool) -> str:
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        records = _records(text, delimiter, whole)
        width = len(records[0]) if records else 0
        if width > 1:
            rows = records[1:] or records
            score = (sum(len(row) == width for row in rows) / len(rows), width)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _decimal(records: Sequence[Sequence[str]], delimiter: str) -> str:
    fields = [field for row in records[1:] for field in row]
    commas = [field for field in fields if _WITH_COMMA.fullmatch(field)]
    points = sum(_WITH_POINT.fullmatch(field) is not None for field in fields)
    # Where semicolons part the columns, commas part the decimals; with tabs and bars they may part thousands.
    proven = delimiter == ";" or not all(_THOUSANDS.fullmatch(field) for field in commas)
    return "," if len(commas) > points and proven else "."


def _records(text: str, delimiter: str, whole: bool) -> list[list[str]]:
    """The first complete records that are not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    try:
        records.extend(islice(filter(None, reader), _ROWS))
    except csv.Error:
        # A field longer than the reader takes: what came before it tells enough.
        return records
    cut_short = not whole and len(records) < _ROWS
    return records[:-1] if cut_short and len(records) > 1 else records
