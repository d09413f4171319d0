"""Tests over points and seeds, against scipy and on noise as neighbouring points share it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from fairviz.metrics.dial_effect import is_detected, points_p_value, slope_p_values
from fairviz.metrics.inputs import FloatArray

DIALS = np.log(np.array(list(product((0.01, 0.02, 0.04, 0.07), (0.3, 0.5, 0.6)))))


def test_slopes_are_those_of_each_seed_s_regression() -> None:
    values = np.random.default_rng(0).normal(size=(12, 4))
    one = DIALS[:, :1]
    slopes = [stats.linregress(one[:, 0], own).slope for own in values.T]
    expected = stats.ttest_1samp(slopes, 0).pvalue
    assert slope_p_values(values, one) == pytest.approx([expected])


def test_two_points_are_a_paired_t_test() -> None:
    values = np.random.default_rng(1).normal(size=(2, 6)) + np.array([[0.0], [1.0]])
    assert points_p_value(values) == pytest.approx(stats.ttest_rel(*values).pvalue)


def noise(rng: np.random.Generator, correlation: float) -> FloatArray:
    """Of 12 points and 3 seeds, neighbours alike within a seed."""
    between = np.exp(-np.linalg.norm(DIALS[:, None] - DIALS, axis=-1) / max(correlation, 1e-9))
    return rng.multivariate_normal(np.zeros(12), between, 3).T + rng.normal(size=3)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 5.0])
def test_noise_is_seldom_taken_for_a_difference(correlation: float) -> None:
    rng = np.random.default_rng(2)
    found = [bool(is_detected(noise(rng, correlation), DIALS)) for _ in range(400)]
    assert np.mean(found) < 0.07


def test_a_slope_is_detected_with_three_seeds() -> None:
    rng = np.random.default_rng(3)
    slope = 3 * (DIALS[:, :1] - DIALS[:, 0].mean())
    assert np.mean([bool(is_detected(noise(rng, 0.0) + slope, DIALS)) for _ in range(50)]) > 0.9


def test_a_hill_without_a_slope_is_detected_too() -> None:
    hill = np.where(np.arange(12) == 5, 40.0, 0.0)[:, None]
    assert is_detected(noise(np.random.default_rng(4), 0.0) + hill, DIALS)


def test_one_seed_tells_nothing() -> None:
    assert is_detected(np.ones((12, 1)), DIALS) is None
    assert np.isnan(points_p_value(np.ones((1, 3))))


def test_numbers_without_any_noise_differ_or_do_not() -> None:
    assert is_detected(np.zeros((12, 3)), DIALS) is False
    assert is_detected(np.tile(DIALS[:, :1], (1, 3)), DIALS) is True
