"""Numbers of steps, on traces whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fairviz.metrics.step_summary import (
    applied_factors,
    bound_share,
    course,
    extremes,
    gap_course,
    mean_known,
    movement,
    opposed_share,
    share_of_loss,
    variance_known,
)


def test_a_course_is_the_mean_of_both_ends_of_what_is_known() -> None:
    trace = np.arange(100, dtype=np.float32)
    assert course(trace) == (4.5, 94.5)
    assert course(np.concatenate([np.full(50, np.nan), trace])) == (4.5, 94.5)
    assert all(map(math.isnan, course(np.full(3, np.nan))))
    assert course(np.array([2.0])) == (2, 2)


def test_variances_are_of_the_steps_that_are_known() -> None:
    trace = np.random.default_rng(0).normal(size=(50, 2, 3))
    assert variance_known(trace) == pytest.approx(trace.var(axis=0, ddof=1))
    trace[10:, 0, 0], trace[1:, 0, 1], trace[:, 1, 2] = np.nan, np.nan, np.nan
    found = variance_known(trace)
    assert found[0, 0] == pytest.approx(trace[:10, 0, 0].var(ddof=1))
    assert np.isnan(found[[0, 1], [1, 2]]).all(), "one step, or none, has no variance"


def test_a_gap_begins_where_groups_are_first_compared() -> None:
    assert gap_course(np.array([0.0] * 30 + [0.5] * 10 + [0.1] * 30)) == pytest.approx((0.5, 0.1))
    assert all(map(math.isnan, gap_course(np.zeros(20))))


def test_extremes_and_means_leave_out_what_is_withheld() -> None:
    trace = np.array([[1.0, np.nan], [3.0, np.nan]])
    assert extremes(trace) == (1, 3)
    assert mean_known(trace)[0] == 2
    assert math.isnan(mean_known(trace)[1])
    assert all(map(math.isnan, extremes(trace[:, 1])))


def test_what_groups_changed_is_what_rho_and_b_leave_of_the_scale() -> None:
    balance = np.array([[0.5, 0.0], [0.8, 0.2]])
    factors = np.array([[1.02, 1.0], [1.0, 0.9]])
    found = applied_factors(1.2 * balance * factors, balance, 1.2)
    np.testing.assert_allclose(found, [[1.02, np.nan], [1.0, 0.9]])


def test_shares_of_steps() -> None:
    factors = np.array([[[0.0, 2.0]], [[0.0, 1.0]], [[1.0, 1.0]], [[0.5, 1.5]]])
    np.testing.assert_allclose(bound_share(factors), [[0.5, 0.0]])
    cosines = np.array([[[1.0, -0.2], [-0.2, 1.0]], [[1.0, 0.3], [0.3, 1.0]]])
    np.testing.assert_allclose(opposed_share(cosines), [[0, 0.5], [0.5, 0]])
    assert np.isnan(opposed_share(np.full((2, 2, 2), np.nan))).all()


def test_an_extra_loss_is_a_share_of_the_whole_loss() -> None:
    assert share_of_loss(np.full(5, 0.1), np.full(5, 0.3)) == pytest.approx(0.25)
    assert math.isnan(share_of_loss(np.zeros(2), np.zeros(2)))


def test_movement_is_the_mean_distance_of_neighbours() -> None:
    assert movement(np.array([[0.0, 1.0], [0.5, 1.0], [0.0, 0.0]])) == pytest.approx((0.5 + 0 + 0.5 + 1) / 4)
    assert math.isnan(movement(np.zeros((1, 2))))
