from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairviz.metrics.gap_intervals import gap_interval
from fairviz.metrics.group_estimates import GroupEstimates
from fairviz.metrics.odds_intervals import odds_intervals
from tests.fairviz.metrics.cases import checked

SIZES = np.array([1000, 100, 60, 30])
counts = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
estimates = st.lists(counts, min_size=2, max_size=5).map(
    lambda groups: GroupEstimates.of_rates(*map(list, zip(*groups, strict=True)))
)


@checked
@given(estimates, estimates)
def test_limits_hold_both_gaps_and_lie_between_their_parts(
    tprs: GroupEstimates, fprs: GroupEstimates
) -> None:
    both = odds_intervals(tprs, fprs)
    gaps = [float(np.ptp(own.values)) for own in (tprs, fprs)]
    parts = [gap_interval(own) for own in (tprs, fprs)]
    lows = [own.low for own in parts if own is not None]
    highs = [own.high for own in parts if own is not None]
    worst, mean = both["worst_case"], both["mean"]
    assert worst.low - 1e-12 <= max(gaps) <= worst.high + 1e-12
    assert mean.low - 1e-12 <= sum(gaps) / 2 <= mean.high + 1e-12
    assert worst.high == max(highs)
    assert mean.high == pytest.approx(sum(highs) / 2)
    # Two rates are looked at together: no lower limit is above those of each rate alone.
    assert worst.low <= max(lows)
    assert mean.low <= sum(lows) / 2
    assert mean.low <= worst.low <= 2 * mean.low
    assert worst.detected == mean.detected


def test_a_rate_of_one_group_alone_makes_no_interval() -> None:
    one, two = GroupEstimates.of_rates([3], [9]), GroupEstimates.of_rates([3, 4], [9, 9])
    assert odds_intervals(one, two) == odds_intervals(two, one) == {}


def test_equal_odds_are_covered_though_two_rates_are_looked_at() -> None:
    rng = np.random.default_rng(3)
    positives, negatives = SIZES * 3 // 10, SIZES * 7 // 10
    alarms = [
        odds_intervals(
            GroupEstimates.of_rates(rng.binomial(positives, 0.7), positives),
            GroupEstimates.of_rates(rng.binomial(negatives, 0.2), negatives),
        )["worst_case"].detected
        for _ in range(300)
    ]
    assert np.mean(alarms) < 0.1
