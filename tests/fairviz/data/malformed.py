"""Tables as files of every kind, the ways of damaging one, and files that are wrong by design."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SECRETS = ("Zwiebelmann", "MRN-4711", "48151.62", "Grünfeld")
"""What no message may quote."""


@dataclass(frozen=True)
class Case:
    """A file; ``right`` says whether it must be read (True), refused (False), or may be either (None)."""

    id: str
    name: str
    content: bytes
    right: bool | None


def patients() -> pd.DataFrame:
    """Draw a table in which every value is a secret."""
    rng = np.random.default_rng(0)
    rows = 60
    return pd.DataFrame(
        {
            "name": rng.choice(["Zwiebelmann", "Grünfeld"], rows),
            "record": rng.choice(["MRN-4711", "MRN-4712"], rows),
            "cost": np.where(rng.random(rows) < 0.5, 48151.62, 1.5),
            "age": rng.integers(20, 90, rows),
        }
    )


def csv_text(delimiter: str = ",", decimal: str = ".") -> str:
    return str(patients().to_csv(index=False, sep=delimiter, decimal=decimal))


def parquet_bytes(table: pa.Table | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(patients()) if table is None else table, out, **options)
    return out.getvalue()


def zipped(*members: tuple[str, bytes], mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def workbook(change: Callable[[Any], None] | None = None, rows: list[list[Any]] | None = None) -> bytes:
    """Make a workbook of the patients, or of other rows, changed before it is saved."""
    book = openpyxl.Workbook()
    frame = patients()
    for row in rows if rows is not None else [list(frame.columns), *frame.astype(object).to_numpy().tolist()]:
        book.active.append(row)
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def whole_files() -> dict[str, bytes]:
    text = csv_text().encode()
    return {
        "table.csv": text,
        "table.tsv": csv_text("\t").encode(),
        "german.csv": csv_text(";", ",").encode("cp1252"),
        "wide.csv": csv_text().encode("utf-16"),
        "table.csv.gz": gzip.compress(text),
        "table.zip": zipped(("ward/table.csv", text)),
        "table.parquet": parquet_bytes(),
        "table.xlsx": workbook(),
    }


def _noise(size: int, seed: int = 1) -> bytes:
    return np.random.default_rng(seed).bytes(size)


def _flipped(content: bytes, seed: int) -> bytes:
    damaged = bytearray(content)
    for at in np.random.default_rng(seed).integers(0, len(damaged), 5):
        damaged[at] ^= 0xFF
    return bytes(damaged)


def _middle(content: bytes, put: bytes) -> bytes:
    half = len(content) // 2
    return content[:half] + put + content[half + len(put) :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "first byte alone": lambda c: c[:1],
    "first four bytes alone": lambda c: c[:4],
    "cut to a quarter": lambda c: c[: len(c) // 4],
    "cut in half": lambda c: c[: len(c) // 2],
    "cut by twenty bytes": lambda c: c[:-20],
    "cut by one byte": lambda c: c[:-1],
    "without its beginning": lambda c: c[len(c) // 3 :],
    "wrong magic": lambda c: b"\x7fELF" + c[4:],
    "image": lambda c: b"\x89PNG\r\n\x1a\n" + c,
    "NULs first": lambda c: bytes(16) + c,
    "NULs in the middle": lambda c: _middle(c, bytes(16)),
    "NULs at the end": lambda c: c + bytes(64),
    "noise in the middle": lambda c: _middle(c, _noise(64)),
    "noise at the end": lambda c: c + _noise(64),
    "noise alone": lambda c: _noise(len(c)),
    "five bytes flipped": lambda c: _flipped(c, 2),
    "other five bytes flipped": lambda c: _flipped(c, 3),
    "twice": lambda c: c + c,
    "backwards": lambda c: c[::-1],
    "ones": lambda c: b"\xff" * len(c),
}


def damaged_files() -> Iterator[Case]:
    for name, content in whole_files().items():
        yield Case(f"{name} whole", name, content, True)
        for damage, apply in DAMAGES.items():
            yield Case(f"{name} {damage}", name, apply(content), None)


def _text(name: str, text: str | bytes, right: bool | None) -> Case:
    return Case(name, "table.csv", text if isinstance(text, bytes) else text.encode(), right)


def texts() -> Iterator[Case]:
    good = "name,record\nZwiebelmann,MRN-4711\n"
    wide = ",".join(f"c{i}" for i in range(100_000))
    yield _text("header only", "name,record\n", False)
    yield _text("header without line end", "name,record", False)
    yield _text("blank lines only", "\n\r\n\n", False)
    yield _text("one column", "name\nZwiebelmann\nb\n", True)
    yield _text("100,000 columns", f"{wide}\n{wide}\n", False)
    yield _text("header of one name without end", "x" * 3_000_000, False)
    yield _text("a name of 5,000 characters", "x" * 5_000 + ",b\n1,2\n", False)
    yield _text("delimiters only", "," * 50_000 + "\n", False)
    yield _text("same name twice", "name,name\nZwiebelmann,MRN-4711\n", False)
    yield _text("patients in place of names", "48151.62,48151.62\n48151.62,2\n", False)
    yield _text("empty name", "name,\nZwiebelmann,1\n", False)
    yield _text("names of blanks", "  ,b\nZwiebelmann,1\n", False)
    yield _text("ragged, short", good + "Zwiebelmann\n", True)
    yield _text("ragged, long", good + "Zwiebelmann,MRN-4711,48151.62\n", False)
    yield _text("unclosed quote in the header", '"name,record\nZwiebelmann,1\n', False)
    yield _text("unclosed quote in the first row", 'name,record\n"Zwiebelmann,MRN-4711\nx,y\n', False)
    yield _text("unclosed quote in the last row", good + 'Zwiebelmann,"MRN-4711\n', False)
    yield _text("unclosed quote before 3 MB", good + '"' + "Zwiebelmann,1\n" * 200_000, False)
    yield _text("quote within a word", good + 'Zwie"belmann,1\nb,c\n', True)
    yield _text("line break in quotes", good + '"Zwiebel\nmann",1\n', True)
    yield _text("cell of 200,000 characters", good + "x" * 200_000 + ",1\n", True)
    yield _text("cell of 5 MB", good + "x" * 5_000_000 + ",1\n", False)
    yield _text("infinite", "cost,age\ninf,1\n2,2\n", False)
    yield _text("larger than any measurement", "cost,age\n48151.62e200,1\n2,2\n", False)
    yield _text(
        "UTF-8, then Latin-1", "name,b\nGrünfeld,1\n".encode() + "Grünfeld,1\n".encode("latin-1"), False
    )
    yield _text("ASCII, then Windows-1252", b"name,b\n" + b"Zwiebelmann,1\n" * 90_000 + b"\x80,1\n", True)
    yield _text("ASCII, then no encoding", b"name,b\n" + b"Zwiebelmann,1\n" * 90_000 + b"\x81\x8d,1\n", False)
    yield _text("UTF-32", good.encode("utf-32"), False)
    yield _text("UTF-16 without mark", good.encode("utf-16-le"), True)
    yield _text("UTF-16 with half a character", good.encode("utf-16") + b"\x00", False)
    yield _text("UTF-16 with a lone surrogate", good.encode("utf-16") + b"\x00\xd8a\x00\n\x00", False)
    yield _text("byte-order mark alone", b"\xef\xbb\xbf", False)
    yield _text("Excel's hint alone", "sep=;\n", False)
    yield _text("other delimiter than Excel's hint", "sep=;\nname,record\nZwiebelmann,1\n", None)
    columns = ",".join(f"c{i}" for i in range(20_000))
    yield _text("short rows under 20,000 columns", columns + "\n" + "Zwiebelmann\n" * 100_000, False)
    yield _text("carriage returns", good.replace("\n", "\r"), True)
    yield _text("HTML", "<html><body><table><tr><td>Zwiebelmann</td></tr></table></body></html>", False)
    yield _text("JSON", '[{"name": "Zwiebelmann", "cost": 48151.62}, {"name": "b", "cost": 1}]', False)
    yield _text("pickle", b"\x80\x04\x95\x1b\x00\x00\x00\x00\x00\x00\x00cposix\nsystem\n", False)


def archives() -> Iterator[Case]:
    text = csv_text().encode()
    zeros = b"name,b\n" + b"0,0\n" * 6_000_000

    def zip_of(id_: str, right: bool | None, content: bytes) -> Case:
        return Case(f"zip {id_}", "table.zip", content, right)

    def changed(offset: int, value: bytes, mark: bytes = b"PK\x01\x02") -> bytes:
        content = bytearray(zipped(("table.csv", text)))
        at = content.rindex(mark) + offset
        content[at : at + len(value)] = value
        return bytes(content)

    yield zip_of("without files", False, zipped())
    yield zip_of("without table", False, zipped(("readme.md", b"Zwiebelmann")))
    yield zip_of("of two tables", False, zipped(("a.csv", text), ("b.csv", text)))
    yield zip_of(
        "with a Mac's dust", True, zipped(("a.csv", text), ("__MACOSX/._a.csv", b"x"), (".b.csv", b"x"))
    )
    yield zip_of("of an archive", False, zipped(("a.zip", zipped(("a.csv", text)))))
    yield zip_of("of an archive called a table", False, zipped(("a.csv", zipped(("a.csv", text)))))
    yield zip_of("of a gzip file", False, zipped(("a.csv.gz", gzip.compress(text))))
    yield zip_of("of a workbook", True, zipped(("a.xlsx", workbook())))
    yield zip_of("of Parquet", True, zipped(("a.parquet", parquet_bytes())))
    yield zip_of("with a path upwards", False, zipped(("../a.csv", text)))
    yield zip_of("with a path from the root", False, zipped(("/etc/a.csv", text)))
    yield zip_of("with a drive", False, zipped(("C:/a.csv", text)))
    yield zip_of("with backslashes", False, zipped(("..\\a.csv", text)))
    yield zip_of("with a link", False, zipped(("a.csv", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777))
    yield zip_of("with a zero byte in a name", False, changed(46 + 5, b"\0"))
    yield zip_of("encrypted", False, changed(8, b"\x01\x00"))
    yield zip_of("of another compression", False, changed(10, b"\x0e\x00"))
    yield zip_of("with a wrong checksum", False, changed(16, b"\0\0\0\0"))
    yield zip_of("that lies about its size", False, changed(24, struct.pack("<I", 10)))
    yield zip_of("with a directory of 4 GB", False, changed(12, b"\xfe\xff\xff\xff", b"PK\x05\x06"))
    yield zip_of("of 1,001 files", False, zipped(("a.csv", text), *((f"{i}.txt", b"") for i in range(1_000))))
    yield zip_of("bomb by ratio", False, zipped(("a.csv", zeros)))
    yield zip_of("bomb by size", False, zipped(("a.csv", bytes(40 * 2**20))))
    yield Case("gzip bomb by ratio", "table.csv.gz", gzip.compress(zeros), False)
    yield Case("gzip bomb by size", "table.csv.gz", gzip.compress(bytes(40 * 2**20)), False)
    yield Case("gzip of gzip", "table.csv.gz", gzip.compress(gzip.compress(text)), False)
    yield Case("gzip of nothing", "table.csv.gz", gzip.compress(b""), False)
    yield Case(
        "gzip in two members", "table.csv.gz", gzip.compress(text[:99]) + gzip.compress(text[99:]), True
    )
    yield Case("gzip of tabs", "table.tsv.gz", gzip.compress(csv_text("\t").encode()), True)


def workbooks() -> Iterator[Case]:
    def case(
        id_: str, right: bool | None, change: Callable[[Any], None] | None = None, **options: Any
    ) -> Case:
        return Case(f"xlsx {id_}", "table.xlsx", workbook(change, **options), right)

    def second(book: Any, rows: list[list[Any]], state: str = "visible") -> None:
        sheet = book.create_sheet("other")
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)

    table: list[list[Any]] = [["name", "b"], ["Zwiebelmann", 1], ["x", 2]]
    yield case("with an empty second sheet", True, lambda b: second(b, []))
    yield case("with a second sheet of remarks", True, lambda b: second(b, [["Zwiebelmann"]]))
    yield case("with a hidden table", True, lambda b: second(b, table, "hidden"))
    yield case("of two tables", False, lambda b: second(b, table))
    yield case("without cells", False, rows=[])
    yield case("header only", False, rows=[["name", "b"]])
    yield case("one column", True, rows=[["name"], ["Zwiebelmann"], ["b"]])
    yield case("merged in the header", False, lambda b: b.active.merge_cells("A1:B1"))
    yield case("merged in the rows", False, lambda b: b.active.merge_cells("A2:A5"))
    yield case("formulas never calculated", False, rows=[["a", "b"], [1, "=A2*2"], [2, "=A3*2"]])
    yield case("Excel's errors", False, rows=[["a", "b"], [1, "#DIV/0!"], [2, "Zwiebelmann"]])
    yield case("Excel's missing value", True, rows=[["a", "b"], [1, "#N/A"], [2, "Zwiebelmann"]])
    yield case("cell beside the table", False, rows=[["a", "b"], [1, 2, "Zwiebelmann"], [2, 1]])
    yield case("same name twice", False, rows=[["a", "a"], [1, 2], [2, 1]])
    yield case("empty name", False, rows=[["a", None, "c"], [1, 2, 3], [2, 1, 3]])
    yield case("numbers and texts in one column", True, rows=[["a", "b"], [1, "Zwiebelmann"], ["x", 2]])
    yield case("number of 25 digits", True, rows=[["a", "b"], [10**24, 1], [2, 2]])
    yield case("cell in the last row", True, lambda b: b.active.cell(1_048_576, 1, "Zwiebelmann"))
    entities = b'<!DOCTYPE x [<!ENTITY a "Zwiebelmann">]>'
    for id_, part, change in (
        ("entities", "xl/worksheets/sheet1.xml", lambda xml: entities + xml),
        ("sheet without end", "xl/worksheets/sheet1.xml", lambda xml: xml[:-40]),
        ("sheet of noise", "xl/worksheets/sheet1.xml", lambda _: _noise(500)),
        ("row without number", "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="7"', b'r="x"')),
        (
            "row of huge number",
            "xl/worksheets/sheet1.xml",
            lambda xml: xml.replace(b'r="7"', b'r="99999999999"'),
        ),
        ("workbook without sheets", "xl/workbook.xml", lambda xml: xml.replace(b"sheetId", b"sheetNo")),
        ("styles of noise", "xl/styles.xml", lambda _: _noise(500)),
        ("relations of noise", "xl/_rels/workbook.xml.rels", lambda _: b"<x/>"),
        ("bomb", "xl/theme/theme1.xml", lambda _: b"<x>" + b" " * (60 * 2**20)),
    ):
        with zipfile.ZipFile(io.BytesIO(workbook())) as book:
            parts = [
                (name, change(book.read(name)) if name == part else book.read(name))
                for name in book.namelist()
            ]
        yield Case(f"xlsx {id_}", "table.xlsx", zipped(*parts), False)
    yield Case("xlsx of another archive", "table.xlsx", zipped(("a.csv", b"a,b\n")), False)
    yield Case("xlsx of before 2007", "table.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), False)


def parquets() -> Iterator[Case]:
    def case(id_: str, right: bool | None, table: pa.Table) -> Case:
        return Case(f"parquet {id_}", "table.parquet", parquet_bytes(table), right)

    yield case("without rows", False, pa.table({"a": pa.array([], pa.int64())}))
    yield case("without columns", False, pa.table({}))
    yield case("of lists", False, pa.table({"a": [["Zwiebelmann"]]}))
    yield case("of bytes", False, pa.table({"a": [b"Zwiebelmann"]}))
    yield case("of columns without values", True, pa.table({"a": pa.nulls(3), "b": [1, 2, 3]}))
    yield case("of 30,000 columns", False, pa.table({f"c{i}": [1] for i in range(30_000)}))
    yield case("with an infinite number", False, pa.table({"a": [1.0, float("inf")]}))
    yield case(
        "of one text a million times",
        None,
        pa.table({"a": pa.array(["x" * 10_000] * 300_000).dictionary_encode()}),
    )
    invalid = pa.StringArray.from_buffers(
        1, pa.py_buffer(struct.pack("<ii", 0, 2)), pa.py_buffer(b"\xff\xfe")
    )
    yield case("of texts that are not UTF-8", False, pa.table({"a": invalid}))


def all_cases() -> list[Case]:
    return [*damaged_files(), *texts(), *archives(), *workbooks(), *parquets()]
