from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fairviz.metrics.student import Estimate, Variance


def test_difference_of_two_means_is_welchs_test() -> None:
    rng = np.random.default_rng(0)
    for sizes in ((4, 50), (12, 12), (30, 7)):
        first, second = rng.normal(0.3, 1, sizes[0]), rng.normal(0, 3, sizes[1])
        variance = Variance.total([Variance.of_mean(first), Variance.of_mean(second)])
        found = Estimate(float(first.mean() - second.mean()), variance)
        known = stats.ttest_ind(first, second, equal_var=False)
        assert variance.freedom == pytest.approx(known.df)
        assert found.statistic == pytest.approx(known.statistic)
        assert found.p_value == pytest.approx(known.pvalue)
        lower = stats.ttest_ind(first, second, equal_var=False, alternative="less")
        assert found.p_negative == pytest.approx(lower.pvalue)
        limits = known.confidence_interval(0.9)
        assert found.interval(0.9) == pytest.approx((limits.low, limits.high))
        assert found.lower_limit(0.95) == pytest.approx(limits.low)


def test_a_single_mean_is_students_test() -> None:
    values = np.random.default_rng(1).normal(0.5, 1, 9)
    found = Estimate(float(values.mean()), Variance.total([Variance.of_mean(values)]))
    known = stats.ttest_1samp(values, 0)
    assert found.p_value == pytest.approx(known.pvalue)
    assert found.variance.freedom == pytest.approx(8)


def test_infinitely_many_degrees_are_the_normal_distribution() -> None:
    found = Estimate(1.0, Variance(0.25, np.inf))
    assert found.p_value == pytest.approx(2 * stats.norm.sf(2))
    assert found.interval(0.95) == pytest.approx((1 - 0.5 * 1.959964, 1 + 0.5 * 1.959964))


def test_a_part_without_variance_adds_nothing() -> None:
    part = Variance(0.2, 7)
    assert Variance.total([part, Variance(0.0, 3)]) == pytest.approx(part)


def test_nothing_without_variance_is_certain_and_something_cannot_be_tested() -> None:
    nothing = Estimate(0.0, Variance.total([Variance(0.0, 5)]))
    assert (nothing.statistic, nothing.p_value, nothing.p_negative) == (0, 1, 1)
    assert nothing.interval(0.95) == (0, 0)
    something = Estimate(-0.3, Variance(0.0, np.inf))
    assert np.isnan([something.statistic, something.p_value, something.p_negative]).all()


def test_one_value_has_no_known_variance() -> None:
    assert np.isnan(Variance.of_mean(np.array([3.0]))).all()
