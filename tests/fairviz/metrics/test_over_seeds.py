from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from fairviz.metrics.gap_intervals import GapInterval
from fairviz.metrics.intervals import Interval
from fairviz.metrics.over_seeds import mean_gap_interval, mean_interval


def around(values: Sequence[float], half: float) -> list[Interval]:
    return [Interval(value - half, value + half) for value in values]


def of_200(values: Sequence[float], intervals: Sequence[Interval]) -> Interval:
    return mean_interval(values, intervals, 200)


@pytest.mark.parametrize("join", [of_200, mean_gap_interval])
def test_a_single_seed_keeps_its_limits(join: Callable[..., Interval]) -> None:
    assert join([0.8], [Interval(0.7, 0.85)]) == Interval(0.7, 0.85)


@pytest.mark.parametrize("join", [of_200, mean_gap_interval])
def test_limits_are_as_wide_as_rows_and_widen_with_the_spread_of_seeds(join: Callable[..., Interval]) -> None:
    widths = []
    for values in ([0.8, 0.8, 0.8], [0.8, 0.81, 0.79], [0.75, 0.85, 0.8]):
        found = join(values, around(values, 0.02))
        assert (found.low + found.high) / 2 == pytest.approx(0.8)
        widths.append(found.high - found.low)
    assert 0.04 - 1e-3 <= widths[0] < widths[1] < widths[2]


def test_without_any_variance_limits_meet() -> None:
    assert mean_interval([0.8, 0.8], around([0.8, 0.8], 0), 10) == Interval(0.8, 0.8)


def test_limits_of_a_mean_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    rows_sd, seeds_sd, trials = 0.02, 0.01, 2_000
    covered = 0
    for mean in 0.8 + rng.normal(scale=rows_sd, size=trials):
        values = (mean + rng.normal(scale=seeds_sd, size=3)).tolist()
        found = mean_interval(values, around(values, 1.96 * rows_sd), 200)
        covered += found.low <= 0.8 <= found.high
    assert 0.935 <= covered / trials <= 0.985


def test_a_gap_is_never_below_0_and_detected_where_all_limits_are_far_above() -> None:
    low = mean_gap_interval([0.02, 0.03], [GapInterval(0, 0.1), GapInterval(0, 0.12)])
    assert isinstance(low, GapInterval)
    assert (low.low, low.detected) == (0, False)
    far = mean_gap_interval([0.3, 0.3, 0.31], [GapInterval(0.2, 0.4)] * 3)
    assert isinstance(far, GapInterval)
    assert far.detected


def test_a_gap_found_with_each_seed_is_not_found_where_seeds_disagree() -> None:
    values = [0.05, 0.3]
    found = mean_gap_interval(values, [GapInterval(0.01, 0.1), GapInterval(0.2, 0.4)])
    assert isinstance(found, GapInterval)
    assert not found.detected


def test_an_interval_that_is_of_no_gap_says_nothing_of_detection() -> None:
    assert not isinstance(mean_gap_interval([0.7, 0.8], around([0.7, 0.8], 0.1)), GapInterval)
