from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from fairviz.metrics.group_estimates import GroupEstimates
from fairviz.metrics.ranking import Placements
from fairviz.metrics.worst_group import worst_group_interval
from tests.fairviz.metrics.cases import checked

SIZES = ((300, 700), (30, 70), (18, 42), (9, 21))
TRUTH = 0.8


def _aucs(rng: np.random.Generator, sizes: tuple[tuple[int, int], ...] = SIZES) -> GroupEstimates:
    shift = np.sqrt(2) * norm.ppf(TRUTH)
    return GroupEstimates.of_aucs(
        [Placements.of(np.repeat([1, 0], own), rng.normal(np.repeat([shift, 0], own))) for own in sizes]
    )


def test_limits_are_the_lowest_of_the_groups() -> None:
    estimates = _aucs(np.random.default_rng(0))
    interval = worst_group_interval(estimates)
    assert interval is not None
    assert interval.low == pytest.approx(estimates.limits(norm.ppf(0.975))[0].min())
    assert interval.high == pytest.approx(estimates.limits(norm.ppf(1 - 0.025 / 4))[1].min())


@checked
@given(st.integers(0, 200))
def test_limits_hold_the_smallest_in_any_order(seed: int) -> None:
    interval = worst_group_interval(_aucs(np.random.default_rng(seed)))
    estimates = _aucs(np.random.default_rng(seed))
    backwards = GroupEstimates(
        estimates.values[::-1],
        estimates.null_variance[::-1],
        lambda z: (estimates.limits(z)[0][::-1], estimates.limits(z)[1][::-1]),
    )
    assert interval is not None
    assert interval.low <= estimates.values.min() <= interval.high
    assert worst_group_interval(backwards) == interval


def test_one_group_is_not_the_worst_of_several() -> None:
    assert worst_group_interval(_aucs(np.random.default_rng(0), SIZES[:1])) is None


def test_the_worst_of_equal_groups_is_covered() -> None:
    rng = np.random.default_rng(1)
    intervals = [worst_group_interval(_aucs(rng)) for _ in range(300)]
    covered = [own is not None and own.low <= TRUTH <= own.high for own in intervals]
    assert np.mean(covered) > 0.93
