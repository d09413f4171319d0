from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics.comparison import AucComparison, paired_auc_test
from fairviz.metrics.harm import harm_test
from fairviz.metrics.multiplicity import holm
from tests.fairviz.metrics.two_models import two_models

SIZES = ((100, 400), (25, 80), (20, 60), (7, 30))


def _comparisons(
    rng: np.random.Generator, lifts: tuple[float, ...] = (0.0,) * 4, seeds: int = 1
) -> list[AucComparison]:
    return [
        paired_auc_test(*two_models(rng, m, n, lift=lift, seeds=seeds).arrays, minimum=5)
        for (m, n), lift in zip(SIZES, lifts, strict=True)
    ]


@pytest.mark.parametrize("seeds", [1, 3])
def test_no_group_is_harmed_by_an_equal_model(seeds: int) -> None:
    rng = np.random.default_rng(0)
    alarms = [harm_test(_comparisons(rng, seeds=seeds)).harmed.any() for _ in range(300)]
    # 5 % for all groups together, and what 300 repetitions leave open.
    assert np.mean(alarms) < 0.085


def test_a_group_that_is_ranked_worse_is_named() -> None:
    comparisons = _comparisons(np.random.default_rng(1), lifts=(0, -1.2, 0, 0))
    found = harm_test(comparisons)
    assert found.harmed.tolist() == [False, True, False, False]
    assert found.p_values == pytest.approx(holm([own.p_worse for own in comparisons]))
    assert np.isnan(found.could_miss)


def test_a_group_that_gains_is_not_harmed() -> None:
    assert not harm_test(_comparisons(np.random.default_rng(2), lifts=(1.0,) * 4)).harmed.any()


def test_what_could_be_missed_is_the_lowest_of_the_limits() -> None:
    comparisons = _comparisons(np.random.default_rng(3))
    found = harm_test(comparisons)
    # One-sided at 5 % / 4 is two-sided at 2.5 %.
    lows = [own.estimate.interval(0.975)[0] for own in comparisons]
    assert found.could_miss == pytest.approx(-min(lows))
    assert found.tested == 4


def test_a_real_drop_is_seldom_larger_than_what_could_be_missed() -> None:
    """Where nothing is found, the drop that is there is below the bound."""
    rng = np.random.default_rng(4)
    large = two_models(np.random.default_rng(5), 20_000, 20_000, lift=-0.3).arrays
    true_drop = -paired_auc_test(*large).difference
    bounds = np.array([harm_test(_comparisons(rng, lifts=(-0.3,) * 4)).could_miss for _ in range(200)])
    missed = bounds[~np.isnan(bounds)]
    assert len(missed) > 20
    assert np.mean(missed < true_drop) < 0.05


def test_the_same_model_harms_nobody() -> None:
    labels, a, _ = two_models(np.random.default_rng(6), 12, 30).arrays
    found = harm_test([paired_auc_test(labels, a, a)] * 3)
    assert found.p_values.tolist() == [1, 1, 1]
    assert not found.harmed.any()
    assert found.could_miss == 0


def test_a_group_that_is_too_small_is_no_member_of_the_family() -> None:
    comparisons = _comparisons(np.random.default_rng(7))
    few = paired_auc_test(*two_models(np.random.default_rng(8), 3, 20).arrays, minimum=5)
    with_it, without = harm_test([*comparisons, few]), harm_test(comparisons)
    assert np.isnan(with_it.p_values[-1])
    assert not with_it.harmed[-1]
    assert with_it.p_values[:-1] == pytest.approx(without.p_values)
    assert (with_it.tested, with_it.could_miss) == (4, without.could_miss)
    nobody = harm_test([few])
    assert nobody.tested == 0
    assert np.isnan(nobody.could_miss)
