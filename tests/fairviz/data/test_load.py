from __future__ import annotations

import csv
import gzip
import hashlib
import io
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairviz.data.load import content_hash, read_table, read_told, title
from fairviz.errors import DataError
from tests.fairviz.data.tables import saved, ward

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
QUOTE = "Look for a quotation mark that is opened and not closed."

# name of the case, file name, content, start of the message, what else it must say
BROKEN_FILES = [
    ("empty file", "table.csv", b"", "table.csv: expected a header line and rows, found an empty file."),
    ("blank lines", "table.csv", b"\n\n", "table.csv: expected a header line and rows, found only blank"),
    ("image", "table.csv", PNG, "table.csv: expected a table as text, found a PNG image."),
    ("binary", "table.csv", b"a,b\n\0\1,2\n", "table.csv, line 2: expected text, found zero bytes"),
    ("workbook", "table.csv", b"PK\x03\x04rest", "found a ZIP archive or an Excel workbook."),
    (
        "broken parquet",
        "table.parquet",
        b"PAR1 but no more",
        "table.parquet: expected a whole Parquet file, found one that cannot be read.",
    ),
    (
        "no table",
        "table.docx",
        b"PK",
        "table.docx: expected a name that ends in .csv, .tsv, .parquet, .xlsx, .csv.gz, .tsv.gz or .zip, "
        'found ".docx".',
    ),
    (
        "duplicated header",
        "table.csv",
        b"age,sex, age\n1,2,3\n",
        'column "age": expected a name of its own for every column, found the name 2 times, at columns 1, 3.',
    ),
    (
        "duplicated values for a header",
        "table.csv",
        b"61.5,1,61.5\n1,2,3\n",
        "table.csv, column 1: expected a name of its own for every column, found the name 2 times",
    ),
    (
        "empty header",
        "table.csv",
        b",age\n1,2\n",
        "header, column 1 of 2: expected a name, found an empty one. Name",
    ),
    (
        "too many fields",
        "table.csv",
        b"a,b\n1,2\n\n1,2,3\n",
        "line 4: expected 2 fields, as in the header, found 3. Put quotes around a value that holds a comma",
    ),
    (
        "too many fields between semicolons",
        "table.csv",
        b"a;b\n1;2\n1;2;3\n",
        "line 3: expected 2 fields, as in the header, found 3. Put quotes around a value that holds a semi",
    ),
    ("zero rows", "table.csv", b"a,b\n", "table.csv: expected rows below the header, found 0 rows. Save"),
    (
        "infinite",
        "table.csv",
        b"a,b\n1,2\ninf,3\n-inf,4\n",
        'column "a", row 2: expected finite numbers up to 1e+30, found an infinite or larger one (2 such in '
        "the column). Leave the cell empty",
    ),
    (
        "open quote",
        "table.csv",
        b'a,b\n"1,2\n3,4\n',
        "line 2: expected fields separated by commas, each quotation",
    ),
    (
        "open quote in the header",
        "table.csv",
        b'"a,b\n1,2\n',
        "line 1: expected fields separated by commas, each",
    ),
    ("huge field", "table.csv", b"a,b\n" + b"x" * 5_000_000 + b",2\n", QUOTE),
]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [case[1:] for case in BROKEN_FILES],
    ids=[case[0] for case in BROKEN_FILES],
)
def test_a_broken_file_is_refused_with_place_and_remedy(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_table(saved(tmp_path, content, name))
    assert message in str(caught.value)
    assert caught.value.remedy.endswith(".")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.csv: expected a file, found none of this name"):
        read_table(tmp_path / "gone.csv")


def test_a_file_over_the_limit_says_both_sizes(tmp_path: Path) -> None:
    path = saved(tmp_path, "a,b\n" + "1,2\n" * 600_000)
    with pytest.raises(DataError, match=r"expected at most 2 MiB, found 2\.29 MiB\. Leave out columns"):
        read_table(path, max_bytes=2 * 2**20)


def test_a_parquet_file_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairviz.data.parquet.MAX_CELLS", 1_000)
    ward().to_parquet(tmp_path / "table.parquet")
    with pytest.raises(DataError, match="at most 1,000 cells, found 300 rows of 6 columns"):
        read_table(tmp_path / "table.parquet")


def test_a_parquet_file_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    ward().to_parquet(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match="expected a whole Parquet file"):
        read_table(path)


def test_nested_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": [1], "labs": [[1, 2]]}), path)
    with pytest.raises(DataError, match=r'column "labs": expected one value per row: .*, found a list'):
        read_table(path)


def test_duplicated_parquet_names(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table([[1], [2]], names=["a", "a "]), path)
    with pytest.raises(DataError, match='column "a": expected a name of its own'):
        read_table(path)


def test_csv_and_parquet_of_one_table_are_alike(tmp_path: Path) -> None:
    frame = ward()
    frame.to_csv(tmp_path / "table.csv", index=False)
    frame.to_parquet(tmp_path / "table.PARQUET")
    from_csv, from_parquet = (read_table(tmp_path / name) for name in ("table.csv", "table.PARQUET"))
    pd.testing.assert_frame_equal(from_csv, frame)
    pd.testing.assert_frame_equal(from_parquet, frame)


def test_parquet_index_and_decimals_become_plain_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame({"dose ": [Decimal("1.50"), None, Decimal("2.00")]}, index=[5, 6, 9])
    frame.to_parquet(tmp_path / "table.parquet")
    read = read_table(tmp_path / "table.parquet")
    assert list(read.columns) == ["dose"]
    np.testing.assert_array_equal(read["dose"], [1.5, np.nan, 2.0])


def test_a_byte_order_mark_blanks_and_missing_cells(tmp_path: Path) -> None:
    content = "\ufeff age , pain,note\n61,None,x\nNA,N/A,\n63,mild,y\n"
    frame = read_table(saved(tmp_path, content))
    assert list(frame.columns) == ["age", "pain", "note"]
    assert frame["age"].tolist()[::2] == [61.0, 63.0]
    assert frame["pain"].tolist()[0] == "None", '"None" is an answer'
    assert frame.isna().sum().tolist() == [1, 1, 1]


def test_a_row_with_too_few_fields_is_filled_with_missing(tmp_path: Path) -> None:
    frame = read_table(saved(tmp_path, "a,b,c\n1,2,3\n4\n"))
    assert frame.iloc[1].isna().tolist() == [False, True, True]


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "![x](http://x)", "=1+1"])
def test_hostile_column_names_are_only_names(tmp_path: Path, name: str) -> None:
    frame = read_table(saved(tmp_path, f"{name},b\n1,2\n"))
    assert list(frame.columns) == [name, "b"]


def test_the_hash_is_that_of_the_content(tmp_path: Path) -> None:
    path = saved(tmp_path, b"a,b\n1,2\n")
    assert content_hash(path) == hashlib.sha256(b"a,b\n1,2\n").hexdigest()


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(tmp_path: Path, ending: str) -> None:
    frame = read_table(saved(tmp_path, ending.join(["a,b", "1,2", "3,4", ""])))
    assert frame.to_numpy().tolist() == [[1, 2], [3, 4]]


def test_what_was_brought_is_read_alike_however_it_was_written(tmp_path: Path) -> None:
    frame = ward().assign(ward=lambda table: table["ward"].map({"a": "Süd", "b": "Nord, 2", "c": "Öst;3"}))
    ways = {
        "comma-separated, UTF-8": (",", ".", "utf-8"),
        "semicolon-separated, decimal comma, Windows-1252": (";", ",", "cp1252"),
        "tab-separated, decimal comma, UTF-16": ("\t", ",", "utf-16"),
        "bar-separated, UTF-16": ("|", ".", "utf-16"),
    }
    for told, (delimiter, decimal, encoding) in ways.items():
        text = frame.to_csv(index=False, sep=delimiter, decimal=decimal)
        for name, content in (
            ("table.csv", text.encode(encoding)),
            ("table.tsv.gz", gzip.compress(text.encode(encoding))),
        ):
            read, said = read_told(saved(tmp_path, content, name))
            pd.testing.assert_frame_equal(read, frame)
            assert said.startswith(told)


def test_dates_times_and_long_identifiers_stay_the_text_they_are(tmp_path: Path) -> None:
    rows = ["2020-01-02,10:30,12345678901234567890,2020-01-02 10:00", ",23:59,12345678901234567891,"]
    frame = read_table(saved(tmp_path, "\n".join(["day,time,record,at", *rows, ""])))
    assert frame["day"].fillna("").tolist() == ["2020-01-02", ""]
    assert frame["time"].tolist() == ["10:30", "23:59"]
    assert frame["record"].nunique() == 2
    assert frame["at"].fillna("").tolist() == ["2020-01-02 10:00", ""]


def test_dates_are_text_wherever_they_begin(tmp_path: Path) -> None:
    frame = read_table(saved(tmp_path, "a,day\n" + "1,\n" * 50_000 + "1,2020-01-02\n"))
    assert frame["day"].dropna().tolist() == ["2020-01-02"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.tuples(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=8), st.integers(-9, 9)),
        min_size=1,
        max_size=8,
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_any_text_in_quotes_comes_back(tmp_path: Path, cells: list[tuple[str, int]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("note", "number"), *[(f"x{text}", number) for text, number in cells]])
    frame = read_table(saved(tmp_path, out.getvalue()))
    assert frame["note"].tolist() == [f"x{text}" for text, _ in cells]
    assert frame["number"].tolist() == [number for _, number in cells]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ward.csv", "ward"),
        ("ward 1.2.CSV.GZ", "ward 1.2"),
        ("a.b.zip", "a.b"),
        ("a.txt", "a"),
        (".csv", ".csv"),
    ],
)
def test_the_title_has_no_ending(name: str, expected: str) -> None:
    assert title(Path(name)) == expected


def test_irregular_rows_are_looked_for_in_so_many_lines_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairviz.data.delimited._MOST_LINES", 1_000)
    path = saved(tmp_path, "a,b\n" + "1\n" * 2_000 + "1,2,3\n")
    with pytest.raises(DataError, match=r"lines up to 1,001 or later ones: expected 2 fields in each"):
        read_table(path)
