from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairviz.figures.arrays import (
    MOST_POINTS,
    even_places,
    extreme_places,
    mean_of_defined,
    range_of_defined,
    smooth,
)

NAN = float("nan")


def test_mean_and_range_skip_what_is_undefined_and_say_so_where_nothing_is() -> None:
    values = np.array([[1.0, NAN], [3.0, NAN]])
    assert mean_of_defined(values, axis=0) == pytest.approx([2.0, NAN], nan_ok=True)
    low, high = range_of_defined(values, axis=0)
    assert low == pytest.approx([1.0, NAN], nan_ok=True)
    assert high == pytest.approx([3.0, NAN], nan_ok=True)


@given(st.integers(1, 5000))
def test_even_places_keep_both_ends_and_the_limit(length: int) -> None:
    places = even_places(length)
    assert len(places) == min(length, MOST_POINTS)
    assert places[0] == 0
    assert places[-1] == length - 1


@given(st.integers(1, 5000), st.integers(0, 2**32 - 1))
def test_extreme_places_keep_the_ends_the_limit_and_the_extremes(length: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=length)
    places = extreme_places(values)
    assert len(places) <= MOST_POINTS
    assert (np.diff(places) > 0).all()
    assert {0, length - 1, int(values.argmin()), int(values.argmax())} <= set(places.tolist())


def test_smoothing_keeps_a_constant_and_a_line_and_bridges_gaps() -> None:
    assert smooth(np.full(50, 0.3), 7) == pytest.approx(np.full(50, 0.3))
    line = np.arange(50.0)
    assert smooth(line, 7)[3:-3] == pytest.approx(line[3:-3])
    assert smooth(np.array([1.0, NAN, 3.0]), 3) == pytest.approx([1.0, 2.0, 3.0])
    assert np.isnan(smooth(np.full(4, NAN), 3)).all()


def test_smoothing_agrees_with_a_plain_convolution_inside() -> None:
    values = np.random.default_rng(0).normal(size=200)
    inside = np.convolve(values, np.full(9, 1 / 9), mode="valid")
    assert smooth(values, 9)[4:-4] == pytest.approx(inside)
