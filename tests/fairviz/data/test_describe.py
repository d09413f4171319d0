from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairviz.data.describe import describe

ROWS = 100
COLUMNS = {
    "age": (np.arange(ROWS) % 50 + 20, "number"),
    "weight": (np.linspace(40.1, 99.7, ROWS), "number"),
    "row_code": (np.arange(ROWS) + 1000, "identifier"),
    "patient_id": (np.arange(ROWS) // 2, "identifier"),
    "token": ([f"x{at}" for at in range(ROWS)], "identifier"),
    "note": ([f"seen on day {at}" for at in range(ROWS)], "text"),
    "visit": (pd.date_range("2020-01-01", periods=ROWS), "date"),
    "born": ([f"19{at % 90 + 10}-01-01" for at in range(ROWS)], "date"),
    "ward": (["a", "b"] * 50, "category"),
    "smoker": ([True, False] * 50, "category"),
    "country": ("US", "constant"),
    "blank": (None, "empty"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_kinds(name: str) -> None:
    values, kind = COLUMNS[name]
    frame = pd.DataFrame({name: values}, index=range(ROWS))
    assert describe(frame)[0].kind == kind


def test_a_profile_counts() -> None:
    (profile,) = describe(pd.DataFrame({"ward": ["a", "a", "b", None]}))
    assert (profile.missing, profile.distinct, profile.examples) == (0.25, 2, ("a", "b"))


def test_few_rows_are_not_identifiers() -> None:
    assert describe(pd.DataFrame({"age": [50, 60, 70]}))[0].kind == "number"
