from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairviz.data.values import is_missing, text_codes, value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (np.float32(1), "1"),
        (np.float32(0.1), "0.1"),
        (-0.0, "0"),
        (2.5, "2.5"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (True, "True"),
        (" white ", "white"),
        ("1.0", "1.0"),
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        ("  ", ""),
    ],
)
def test_every_cell_has_one_text(value: object, text: str) -> None:
    assert value_text(value) == text
    assert is_missing(value) == (text == "")


def test_codes_are_sorted_texts_with_missing_as_minus_one() -> None:
    levels, codes = text_codes(pd.Series(["b", "a ", None, "a", " ", "b"]))
    assert levels == ("a", "b")
    assert codes.tolist() == [1, 0, -1, 0, -1, 1]


def test_numbers_and_their_whole_floats_are_one_value() -> None:
    levels, codes = text_codes(pd.Series([1.0, 2.0, np.nan, 1.0]))
    assert levels == ("1", "2")
    assert codes.tolist() == [0, 1, -1, 0]
