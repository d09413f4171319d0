from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairviz.errors import MetricError
from fairviz.metrics import pareto_front
from tests.fairviz.metrics.cases import checked

# Few distinct values, so that ties and equal points are common.
tables = st.integers(1, 4).flatmap(
    lambda axes: st.lists(st.tuples(*[st.integers(0, 4)] * axes), min_size=1, max_size=25)
)


def _dominates(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(x >= y for x, y in zip(a, b, strict=True)) and a != b


@checked
@given(tables)
def test_on_the_front_is_who_nobody_dominates(points: list[tuple[int, ...]]) -> None:
    front = pareto_front(points, maximize=True)
    assert front.tolist() == [not any(_dominates(q, p) for q in points) for p in points]


@checked
@given(tables)
def test_who_is_not_on_the_front_is_dominated_from_it(points: list[tuple[int, ...]]) -> None:
    front = pareto_front(points, maximize=True)
    best = [p for p, on in zip(points, front, strict=True) if on]
    assert best
    assert all(on or any(_dominates(q, p) for q in best) for p, on in zip(points, front, strict=True))


@checked
@given(tables)
def test_order_scale_and_direction_do_not_matter(points: list[tuple[int, ...]]) -> None:
    table = np.array(points, dtype=float)
    front = pareto_front(table, maximize=True)
    order = np.random.default_rng(len(points)).permutation(len(points))
    np.testing.assert_array_equal(pareto_front(table[order], maximize=True), front[order])
    np.testing.assert_array_equal(pareto_front(np.exp(table), maximize=True), front)
    np.testing.assert_array_equal(pareto_front(-table, maximize=False), front)
    flipped = table * np.where(np.arange(table.shape[1]) == 0, -1, 1)
    maximize = [axis > 0 for axis in range(table.shape[1])]
    np.testing.assert_array_equal(pareto_front(flipped, maximize=maximize), front)


def test_performance_up_and_gap_down() -> None:
    points = [(0.80, 0.10), (0.82, 0.15), (0.79, 0.12), (0.82, 0.15), (0.82, 0.20)]
    front = pareto_front(points, maximize=[True, False])
    assert front.tolist() == [True, True, False, True, False]


def test_undefined_points_neither_stand_nor_dominate() -> None:
    points = [(0.9, np.nan), (0.8, 0.1), (np.nan, np.nan)]
    assert pareto_front(points, maximize=(True, False)).tolist() == [False, True, False]


def test_no_points_no_front() -> None:
    assert pareto_front(np.empty((0, 2)), maximize=True).shape == (0,)


def test_errors_name_the_argument() -> None:
    with pytest.raises(MetricError, match=r"points: expected a table \[points, axes\], found .*\(2,\)"):
        pareto_front([1, 2], maximize=True)
    message = r"maximize: expected one truth value, or one for each of 2 axes, found .* \(3,\)"
    with pytest.raises(MetricError, match=message):
        pareto_front([(1, 2)], maximize=[True, False, True])
