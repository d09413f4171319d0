from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fairviz.data.values import is_missing, rows_per_code, text_codes, text_places, value_text


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


def test_rows_are_counted_beyond_a_block_and_codes_beyond_a_byte() -> None:
    codes = np.random.default_rng(0).integers(-1, 128, 70_000).astype(np.int8)
    np.testing.assert_array_equal(rows_per_code(codes, 128), np.bincount(codes[codes >= 0], minlength=128))


def test_places_of_words_take_a_byte_and_are_looked_up_as_codes() -> None:
    column = pd.Series(["b", "a ", None, "a", " ", "b"]).astype("category")
    levels, lookup, places = text_places(column)
    assert places.dtype == np.int8
    assert (levels, lookup[places].tolist()) == (("a", "b"), [1, 0, -1, 0, -1, 1])
