from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from fairviz.suppression import THRESHOLD, is_small, told_cells, told_groups

COUNTS = st.one_of(st.integers(0, 15), st.integers(0, 80))


@st.composite
def tables(draw: st.DrawFn) -> NDArray[np.int64]:
    columns = draw(st.integers(2, 4))
    rows = draw(st.lists(st.lists(COUNTS, min_size=columns, max_size=columns), min_size=1, max_size=6))
    return np.array(rows, dtype=np.int64)


@pytest.mark.parametrize(("count", "small"), [(0, False), (1, True), (10, True), (11, False)])
def test_a_count_is_small_from_1_to_10(count: int, small: bool) -> None:
    assert bool(is_small(count)) is small


def test_large_groups_are_told() -> None:
    told = told_groups(np.array([[20, 30], [0, 40], [11, 11]]))
    assert told.sizes.all()
    assert told.cells.all()


def test_a_small_group_takes_the_next_smallest_with_it() -> None:
    told = told_groups(np.array([[200, 300], [20, 30], [4, 4], [100, 100]]))
    assert told.sizes.tolist() == [True, False, False, True]
    assert told.cells.tolist() == [True, False, False, True]


def test_a_rare_outcome_leaves_the_size() -> None:
    told = told_groups(np.array([[200, 300], [50, 30], [4, 40]]))
    assert told.sizes.all()
    assert told.cells.tolist() == [True, False, False]


def test_several_small_groups_hide_each_other() -> None:
    told = told_groups(np.array([[200, 300], [9, 8], [7, 9], [8, 6], [30, 40]]))
    assert told.sizes.tolist() == [True, True, True, True, True]
    assert told.cells.tolist() == [True, False, False, False, True]


def test_the_row_that_helps_is_one_with_such_patients() -> None:
    cells = np.array([[0, 12], [30, 40], [5, 60]])
    assert told_cells(cells, withheld=np.zeros(3, dtype=bool)).tolist() == [True, False, False]


def test_patients_of_several_outcomes_count_once_in_a_size() -> None:
    cells, sizes = np.array([[200, 300], [12, 12], [40, 50]]), np.array([400, 10, 90])
    assert told_groups(cells).sizes.all()
    told = told_groups(cells, sizes)
    assert told.sizes.tolist() == told.cells.tolist() == [True, False, False]


@given(tables())
def test_sizes_are_those_of_the_cells_unless_given(cells: NDArray[np.int64]) -> None:
    told, again = told_groups(cells), told_groups(cells, cells.sum(axis=1))
    assert (told.sizes == again.sizes).all()
    assert (told.cells == again.cells).all()


@given(tables())
def test_whatever_is_withheld_of_a_column_adds_up_to_0_or_at_least_11(
    cells: NDArray[np.int64],
) -> None:
    told = told_groups(cells)
    assert not (told.cells & ~told.sizes).any()
    assert not is_small(cells[told.cells]).any()
    assert not is_small(cells.sum(axis=1)[told.sizes]).any()
    withheld = cells[~told.cells].sum(axis=0)
    assert not (is_small(withheld) & ~is_small(cells.sum(axis=0))).any()


@given(tables())
def test_withheld_sizes_leave_room_for_a_group_that_need_not_be_withheld(
    cells: NDArray[np.int64],
) -> None:
    sizes = cells.sum(axis=1)
    withheld = sizes[~told_groups(cells).sizes]
    if 0 < withheld.size < np.count_nonzero(sizes):
        assert withheld.sum() - (withheld.size - 1) >= THRESHOLD


def bounds(cells: NDArray[np.int64], asked: NDArray[np.bool_]) -> tuple[float, float]:
    """Of the total of the cells asked for [G, C], from what is told of a table with known totals.

    Whoever sees it knows that no group of the list is empty.
    """
    told = told_groups(cells)
    rows, columns = (
        np.broadcast_to(place, cells.shape) for place in np.ogrid[: len(cells), : cells.shape[1]]
    )
    each = [(rows == r) & (columns == c) for r, c in np.argwhere(told.cells[:, None] & (rows >= 0))]
    sizes = [rows == r for r in np.flatnonzero(told.sizes)]
    totals = [columns == c for c in range(cells.shape[1])]
    known = np.array([mask.ravel() for mask in [*each, *sizes, *totals]], dtype=float)
    inhabited = np.array([(rows == r).ravel() for r in range(len(cells))], dtype=float)
    constraints = [
        LinearConstraint(known, known @ cells.ravel(), known @ cells.ravel()),
        LinearConstraint(inhabited, 1, np.inf),
    ]
    low, high = (
        sign
        * milp(
            sign * asked.ravel().astype(float),
            constraints=constraints,
            integrality=np.ones(cells.size),
            bounds=Bounds(0, np.inf),
        ).fun
        for sign in (1, -1)
    )
    return low, high


@given(tables())
@settings(max_examples=60, deadline=None)
def test_what_is_told_of_a_table_bounds_no_count_inside_1_to_10(cells: NDArray[np.int64]) -> None:
    sizes = cells.sum(axis=1)
    assume(sizes.all())
    assume(not is_small(cells.sum(axis=0)).any())
    assume(sizes.sum() >= 60)
    for row, size in enumerate(sizes):
        asked = [np.zeros(cells.shape, dtype=bool) for _ in range(cells.shape[1] + 1)]
        for column in range(cells.shape[1]):
            asked[column][row, column] = is_small(cells[row, column])
        asked[-1][row] = is_small(size)
        for mask in asked:
            if mask.any():
                low, high = bounds(cells, mask)
                assert low < 1 or high > 10
