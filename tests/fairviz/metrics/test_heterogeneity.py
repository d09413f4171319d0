from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics.heterogeneity import heterogeneity_test
from fairviz.metrics.seeds import SeedAveraged
from tests.fairviz.metrics.two_models import two_models

UNEQUAL = ((80, 320), (16, 64), (12, 50), (6, 24))
EQUAL = ((30, 80),) * 4


def _differences(
    rng: np.random.Generator,
    sizes: tuple[tuple[int, int], ...],
    *,
    seeds: int = 1,
    lifts: tuple[float, ...] = (0.0,) * 4,
    seed_sd: float = 0.0,
) -> list[SeedAveraged]:
    return [
        SeedAveraged.difference(*two_models(rng, m, n, seeds=seeds, lift=lift, seed_sd=seed_sd).arrays)
        for (m, n), lift in zip(sizes, lifts, strict=True)
    ]


def test_statistic_is_the_largest_studentised_distance() -> None:
    known = _differences(np.random.default_rng(0), UNEQUAL, seeds=3, seed_sd=0.3)
    found = heterogeneity_test(known)
    expected = 0.0
    for one in known:
        for other in known:
            seeds = (one.values - other.values).var(ddof=1) / 3
            error = np.sqrt(one.placements.variance + other.placements.variance + seeds)
            if error > 0 and one is not other:
                expected = max(expected, abs(one.values.mean() - other.values.mean()) / error)
    assert found.statistic == pytest.approx(expected)
    assert found.groups == 4


@pytest.mark.parametrize(("sizes", "seeds", "seed_sd"), [(UNEQUAL, 1, 0.0), (EQUAL, 1, 0.0), (EQUAL, 3, 0.5)])
def test_equal_changes_are_rarely_found_to_differ(
    sizes: tuple[tuple[int, int], ...], seeds: int, seed_sd: float
) -> None:
    rng = np.random.default_rng(1)
    found = [
        heterogeneity_test(_differences(rng, sizes, seeds=seeds, seed_sd=seed_sd)).p_value for _ in range(250)
    ]
    # At most 8 %, and what 250 repetitions leave open.
    assert np.mean(np.array(found) < 0.05) < 0.1


def test_a_group_that_gains_while_others_do_not_is_found() -> None:
    rng = np.random.default_rng(2)
    found = [
        heterogeneity_test(_differences(rng, ((60, 160),) * 4, lifts=(0.9, 0, 0, 0))).p_value
        for _ in range(100)
    ]
    assert np.mean(np.array(found) < 0.05) > 0.6


def test_the_same_models_do_not_differ_between_groups() -> None:
    labels, a, _ = two_models(np.random.default_rng(3), 10, 30, seeds=3).arrays
    found = heterogeneity_test([SeedAveraged.difference(labels, a, a)] * 3)
    assert (found.statistic, found.p_value) == (0, 1)


def test_neither_the_order_of_groups_nor_that_of_models_matters() -> None:
    rng = np.random.default_rng(4)
    known = [
        two_models(rng, m, n, lift=lift).arrays
        for (m, n), lift in zip(UNEQUAL, (0.3, 0, 0.8, 0), strict=True)
    ]
    found = heterogeneity_test([SeedAveraged.difference(*own) for own in known])
    assert heterogeneity_test([SeedAveraged.difference(*own) for own in known[::-1]]) == found
    exchanged = heterogeneity_test([SeedAveraged.difference(labels, b, a) for labels, a, b in known])
    assert exchanged.statistic == pytest.approx(found.statistic)
    assert exchanged.p_value == pytest.approx(found.p_value)


def test_one_group_has_nothing_to_differ_from() -> None:
    found = heterogeneity_test(_differences(np.random.default_rng(5), UNEQUAL)[:1])
    assert found.groups == 1
    assert np.isnan([found.statistic, found.p_value]).all()
