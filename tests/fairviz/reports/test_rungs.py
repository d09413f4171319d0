"""Thresholds that may be told one after another."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairviz.reports.rungs import nearest, safe_thresholds


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from([1, 10, 1000]), st.floats(0, 1))
def test_between_any_two_no_cell_has_one_to_ten_patients(seed: int, grid: int, start: float) -> None:
    rng = np.random.default_rng(seed)
    scores = np.round(rng.random(400) * grid) / grid
    cells = np.column_stack([rng.integers(0, 2, 400), rng.integers(0, 3, 400)])
    found = safe_thresholds(scores, cells, start)
    assert start in found
    assert (np.diff(found) > 0).all()
    decided = scores >= found[:, np.newaxis]
    for table in cells.T:
        for cell in np.unique(table):
            counts = decided[:, table == cell].sum(axis=1)
            apart = np.abs(counts[:, np.newaxis] - counts)
            assert ((apart == 0) | (apart >= 11)).all()


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from([1, 10, 1000]), st.floats(0, 1), st.integers(1, 300))
def test_between_any_two_no_cell_has_rows_of_one_to_ten_patients(
    seed: int, grid: int, start: float, count: int
) -> None:
    rng = np.random.default_rng(seed)
    scores, patients = np.round(rng.random(400) * grid) / grid, rng.integers(0, count, 400)
    cells = np.column_stack([rng.integers(0, 2, 400), rng.integers(0, 3, 400)])
    found = safe_thresholds(scores, cells, start, patients)
    assert start in found
    for low, high in pairwise(found):
        between = (scores >= low) & (scores < high)
        for table in cells.T:
            for cell in np.unique(table):
                passed = len(np.unique(patients[between & (table == cell)]))
                assert passed == 0 or passed >= 11


@pytest.mark.parametrize("times", [1, 2, 5])
def test_rows_told_again_allow_the_same_steps(times: int) -> None:
    rng = np.random.default_rng(0)
    scores, cells = rng.random(400), rng.integers(0, 3, (400, 2))
    again = np.repeat(np.arange(400), times)
    found = safe_thresholds(scores[again], cells[again], 0.5, again)
    assert found.tolist() == safe_thresholds(scores, cells, 0.5).tolist()
    assert len(safe_thresholds(scores[again], cells[again], 0.5)) >= len(found) > 2


def test_steps_are_as_small_as_they_may_be() -> None:
    scores = np.arange(100) / 100
    found = safe_thresholds(scores, np.zeros((100, 1), dtype=np.int64), 0.5)
    decided = (scores >= found[:, np.newaxis]).sum(axis=1)
    assert sorted(decided) == [50 + 11 * k for k in range(-4, 5)]


def test_a_cell_that_is_small_altogether_allows_no_step_across_its_patients() -> None:
    scores = np.arange(100) / 100
    cells = (scores >= 0.9).astype(np.int64)[:, np.newaxis]
    assert safe_thresholds(scores, cells, 0.5).max() < 0.9


def test_no_rows_leave_the_start_alone() -> None:
    assert safe_thresholds(np.empty(0), np.empty((0, 1), dtype=np.int64), 0.3).tolist() == [0.3]


@pytest.mark.parametrize(("wanted", "found"), [(0.0, 0.2), (0.34, 0.3), (0.25, 0.2), (0.9, 0.5)])
def test_the_nearest_is_taken(wanted: float, found: float) -> None:
    assert nearest(np.array([0.2, 0.3, 0.5]), wanted) == found
