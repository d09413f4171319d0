from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fairviz.errors import MetricError
from fairviz.metrics.splits import mean_over_splits


def test_tables_of_their_own_are_compared_by_students_test() -> None:
    values = np.random.default_rng(0).normal(0.2, 1, 9)
    found = mean_over_splits(values, test_per_train=0)
    assert found.p_value == pytest.approx(stats.ttest_1samp(values, 0).pvalue)


def test_variance_is_that_of_nadeau_and_bengio() -> None:
    values = np.random.default_rng(1).normal(size=10)
    found = mean_over_splits(values, test_per_train=20 / 80)
    assert found.variance.value == pytest.approx((1 / 10 + 20 / 80) * values.var(ddof=1))
    assert found.variance.freedom == 9
    assert found.statistic == pytest.approx(values.mean() / np.sqrt((0.1 + 0.25) * values.var(ddof=1)))


@pytest.mark.parametrize("splits", [5, 10, 30])
def test_splits_of_one_table_are_found_to_differ_one_time_in_twenty(splits: int) -> None:
    """Values that share rows: their correlation is the share of test rows, as the correction takes it."""
    rng = np.random.default_rng(2)
    share = 0.2
    shared, own = rng.normal(size=(2000, 1)), rng.normal(size=(2000, splits))
    values = np.sqrt(share) * shared + np.sqrt(1 - share) * own
    corrected = [mean_over_splits(v, test_per_train=share / (1 - share)).p_value < 0.05 for v in values]
    naive = [mean_over_splits(v, test_per_train=0).p_value < 0.05 for v in values]
    assert 0.035 < np.mean(corrected) < 0.065
    assert np.mean(naive) > 0.12


def test_opposite_differences_have_opposite_means() -> None:
    values = np.random.default_rng(3).normal(0.4, 1, 6)
    one, other = (mean_over_splits(sign * values, test_per_train=0.3) for sign in (1, -1))
    assert other.value == -one.value
    assert other.p_value == one.p_value


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(MetricError, match="values: expected at least 2, one for each split, found 1"):
        mean_over_splits([0.1], test_per_train=0.25)
    with pytest.raises(MetricError, match="test_per_train: expected a share of at least 0, found -1"):
        mean_over_splits([0.1, 0.2], test_per_train=-1)
