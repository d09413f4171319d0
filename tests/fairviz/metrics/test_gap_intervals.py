from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, studentized_range

from fairviz.metrics.gap_intervals import (
    GapInterval,
    critical_value,
    gap_interval,
    highest_gap,
    lowest_gap,
)
from fairviz.metrics.group_estimates import GroupEstimates
from fairviz.metrics.ranking import Placements
from tests.fairviz.metrics.cases import checked

SIZES = (1000, 100, 60, 30)
counts = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
several_counts = st.lists(counts, min_size=2, max_size=6)


def rates(*groups: tuple[int, int]) -> GroupEstimates:
    """Rates from successes and trials of each group."""
    successes, trials = zip(*groups, strict=True)
    return GroupEstimates.of_rates(successes, trials)


def aucs(rng: np.random.Generator, *groups: tuple[int, int], skill: float = 1.2) -> GroupEstimates:
    """AUCs of groups of so many positives and negatives, drawn from one population."""
    return GroupEstimates.of_aucs(
        [
            Placements.of(np.repeat([1, 0], sizes), rng.normal(np.repeat([skill, 0.0], sizes)).round(1))
            for sizes in groups
        ]
    )


def found(estimates: GroupEstimates) -> GapInterval:
    interval = gap_interval(estimates)
    assert interval is not None
    return interval


def test_two_rates_at_one_z_are_newcombes_hybrid_score_interval() -> None:
    """56/70 less 48/80: Newcombe 1998, Stat Med 17:873, table II, method 10."""
    two, z = rates((56, 70), (48, 80)), norm.ppf(0.975)
    assert [lowest_gap(two, z), highest_gap(two)] == pytest.approx([0.0524, 0.3339], abs=5e-5)


@pytest.mark.parametrize("groups", [2, 3, 5, 8])
def test_critical_value_of_groups_of_one_size_is_that_of_the_studentised_range(groups: int) -> None:
    # 4,000 draws know it to 1.5 %.
    known = studentized_range.ppf(0.95, groups, np.inf) / np.sqrt(2)
    assert critical_value([rates(*[(5, 50)] * groups)]) == pytest.approx(known, rel=0.04)


def test_more_parts_a_higher_critical_value() -> None:
    one, other = rates((3, 40), (9, 90), (1, 20)), rates((30, 300), (4, 50))
    alone = [critical_value([own]) for own in (one, other)]
    assert critical_value([one, other]) > max(alone)


def test_only_ratios_of_variances_count() -> None:
    assert critical_value([rates((0, 40), (0, 90))]) == critical_value([rates((200, 400), (900, 900))])


def test_perfect_ranking_has_an_interval() -> None:
    rng = np.random.default_rng(0)
    perfect = found(aucs(rng, (30, 60), (12, 40), (15, 15), skill=50.0))
    assert perfect.low == 0
    assert not perfect.detected
    assert 0 < perfect.high < 0.3


def test_groups_far_apart_are_told_apart() -> None:
    clear = found(rates((10, 200), (150, 200), (12, 30)))
    assert clear.detected
    assert 0.5 < clear.low < 0.7 < clear.high


def test_one_group_has_no_gap() -> None:
    assert gap_interval(rates((3, 10))) is None
    assert gap_interval(GroupEstimates.of_rates([], [])) is None
    assert gap_interval(GroupEstimates.of_aucs([])) is None


@checked
@given(several_counts)
def test_limits_hold_the_gap_of_rates(groups: list[tuple[int, int]]) -> None:
    estimates = rates(*groups)
    interval = found(estimates)
    gap = np.ptp(estimates.values)
    assert 0 <= interval.low <= gap + 1e-12
    assert gap - 1e-12 <= interval.high <= 1 + 1e-12
    assert interval.detected == (interval.low > 0)


@checked
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 60)), min_size=2, max_size=5), st.integers(0, 99)
)
def test_limits_hold_the_gap_of_aucs(groups: list[tuple[int, int]], seed: int) -> None:
    estimates = aucs(np.random.default_rng(seed), *groups)
    interval = found(estimates)
    gap = np.ptp(estimates.values)
    assert 0 <= interval.low <= gap + 1e-9
    assert gap - 1e-9 <= interval.high <= 1 + 1e-9


@checked
@given(several_counts, st.randoms(use_true_random=False))
def test_the_order_of_groups_changes_nothing(groups: list[tuple[int, int]], shuffler: random.Random) -> None:
    shuffled = list(groups)
    shuffler.shuffle(shuffled)
    assert found(rates(*shuffled)) == found(rates(*groups))


@checked
@given(counts, st.integers(2, 6))
def test_groups_with_the_same_counts_do_not_differ(group: tuple[int, int], times: int) -> None:
    assert found(rates(*[group] * times)).low == 0


def _false_alarms(draw: Callable[[np.random.Generator], GroupEstimates], times: int = 300) -> float:
    rng = np.random.default_rng(7)
    return float(np.mean([found(draw(rng)).detected for _ in range(times)]))


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_equal_rates_are_covered(rate: float) -> None:
    def draw(rng: np.random.Generator) -> GroupEstimates:
        return GroupEstimates.of_rates(rng.binomial(SIZES, rate), SIZES)

    assert _false_alarms(draw) < 0.1


def test_equal_aucs_are_covered() -> None:
    classes = [(3 * size // 10, 7 * size // 10) for size in SIZES]
    assert _false_alarms(lambda rng: aucs(rng, *classes), 200) < 0.1


def test_a_true_gap_is_covered() -> None:
    rng, truth = np.random.default_rng(8), np.array([0.7, 0.6, 0.5, 0.65])
    intervals = [found(GroupEstimates.of_rates(rng.binomial(SIZES, truth), SIZES)) for _ in range(300)]
    covered = [own.low <= np.ptp(truth) <= own.high for own in intervals]
    assert np.mean(covered) > 0.94
    # Sixty rows at .5 against a thousand at .7 are seen more often than not.
    assert np.mean([own.detected for own in intervals]) > 0.5
