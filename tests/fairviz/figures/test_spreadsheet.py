from __future__ import annotations

import csv
from io import StringIO

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairviz.figures.spreadsheet import csv_text


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


@pytest.mark.parametrize("text", ["=1+1", "+1-1", "-cmd|'/C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"])
def test_no_text_begins_a_formula(text: str) -> None:
    names, row = read(csv_text(pd.DataFrame({text: [text]}), text))
    assert [*names[:1], *row] == [f"'{text}"] * 3


@pytest.mark.parametrize("text", ["-0.5", "+3", "-1e-4", "0.1", "a=b", "", 'a, "b"\nc'])
def test_numbers_and_plain_texts_stay_what_they_are(text: str) -> None:
    assert read(csv_text(pd.DataFrame({"a": [text]}), "")) == [["a", "about"], [text, ""]]


def test_numbers_are_bare_and_texts_are_quoted() -> None:
    table = pd.DataFrame({"name": ["a;b", "-"], "value": [-0.25, None]})
    assert csv_text(table, "why").splitlines() == [
        '"name","value","about"', '"a;b",-0.25,"why"', '"\'-","",""',
    ]  # fmt: skip


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_numbers_come_back(values: list[float]) -> None:
    read_back = pd.read_csv(StringIO(csv_text(pd.DataFrame({"v": values}), "x")))
    assert read_back["v"].tolist() == values


def test_an_empty_table_has_its_header() -> None:
    assert csv_text(pd.DataFrame({"a": []}), "x") == '"a","about"\r\n'
