from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fairviz.data.load import read_told
from fairviz.data.workbook import read_workbook
from fairviz.errors import DataError
from tests.fairviz.data.malformed import patients, workbook, zipped
from tests.fairviz.data.tables import saved

MIB = 2**20


def test_a_workbook_is_read_like_the_table_it_was_made_of(tmp_path: Path) -> None:
    frame, told = read_told(saved(tmp_path, workbook(), "table.xlsx"))
    pd.testing.assert_frame_equal(frame, patients())
    assert told == 'Excel, sheet "Sheet"'


def test_cells_of_one_kind_keep_it_and_mixed_ones_are_text() -> None:
    day = dt.datetime(2020, 1, 2)
    rows: list[list[Any]] = [
        ["day", "yes", "whole", "part", "mixed", "none"],
        [day, True, 1, 1, 1, None],
        [None, False, 2, None, "x", "NA"],
    ]
    frame, _ = read_workbook(workbook(rows=rows), max_bytes=MIB)
    assert pd.api.types.is_datetime64_any_dtype(frame["day"])
    assert [str(frame[name].dtype) for name in ("yes", "whole", "part", "none")] == [
        "bool",
        "int64",
        "float64",
        "float64",
    ]
    assert frame["mixed"].tolist() == ["1", "x"]


def test_saved_results_of_formulas_are_read() -> None:
    content = workbook(rows=[["a", "b"], [1, "=A2*2"], [2, "=A3*2"]])
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    for formula, value in ((b"A2*2", b"2"), (b"A3*2", b"4")):
        for empty in (b"<v></v>", b"<v />", b"<v/>"):
            parts[sheet] = parts[sheet].replace(
                b"<f>%s</f>%s" % (formula, empty), b"<f>%s</f><v>%s</v>" % (formula, value)
            )
    frame, _ = read_workbook(zipped(*parts.items()), max_bytes=MIB)
    assert frame["b"].tolist() == [2, 4]


def test_too_large_a_workbook_is_refused_before_it_is_read() -> None:
    rows: list[list[Any]] = [["a", "b"], *[[number, number * 2] for number in range(20_000)]]
    with pytest.raises(DataError, match="at most 1 MiB"):
        read_workbook(workbook(rows=rows), max_bytes=MIB)
