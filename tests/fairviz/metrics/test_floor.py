from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics import NoiseFloor, Placements, null_auc_gaps, null_rate_gaps
from fairviz.metrics.floor import DRAWS, ranges
from fairviz.metrics.inputs import FloatArray

SIZES = (1000, 100, 60, 30)
PREVALENCE = 0.3


def _equal_groups(rng: np.random.Generator) -> list[Placements]:
    """Groups of unequal size in which a model ranks equally well."""
    placements = []
    for size in SIZES:
        labels = (np.arange(size) < PREVALENCE * size).astype(np.int64)
        placements.append(Placements.of(labels, rng.normal(labels * 1.2)))
    return placements


def _auc_gap(placements: list[Placements]) -> float:
    return float(np.ptp([p.auc for p in placements]))


def test_auc_floor_is_the_gap_that_equal_groups_show() -> None:
    rng = np.random.default_rng(0)
    shown = np.array([_auc_gap(_equal_groups(rng)) for _ in range(1500)])
    floors = [NoiseFloor.of(null_auc_gaps(_equal_groups(rng), rng)) for _ in range(20)]
    assert np.mean([f.expected for f in floors]) == pytest.approx(shown.mean(), rel=0.06)
    assert np.mean([f.percentile_95 for f in floors]) == pytest.approx(np.quantile(shown, 0.95), rel=0.1)


@pytest.mark.parametrize("rate", [0.1, 0.6])
def test_rate_floor_is_the_gap_that_equal_groups_show(rate: float) -> None:
    rng = np.random.default_rng(1)
    shown = np.array([np.ptp([rng.binomial(n, rate) / n for n in SIZES]) for _ in range(3000)])
    floor = NoiseFloor.of(null_rate_gaps(rate * np.array(SIZES), SIZES, rng))
    assert floor.expected == pytest.approx(shown.mean(), rel=0.05)
    assert floor.percentile_95 == pytest.approx(np.quantile(shown, 0.95), rel=0.08)


def test_more_rows_in_large_groups_do_not_help_and_in_small_ones_do() -> None:
    def floor(*trials: int) -> float:
        gaps = null_rate_gaps(np.array(trials) / 2, trials, np.random.default_rng(2))
        return NoiseFloor.of(gaps).expected

    assert floor(10_000, 30) == pytest.approx(floor(1000, 30), rel=0.05)
    assert floor(1000, 300) < 0.5 * floor(1000, 30)


def test_more_groups_a_higher_floor() -> None:
    def floor(groups: int) -> float:
        gaps = null_rate_gaps([25] * groups, [50] * groups, np.random.default_rng(3))
        return NoiseFloor.of(gaps).expected

    assert floor(2) < floor(4) < floor(8)


def test_one_seed_one_answer() -> None:
    placements = _equal_groups(np.random.default_rng(4))
    draws = [null_auc_gaps(placements, np.random.default_rng(5)) for _ in range(2)]
    assert draws[0].shape == (DRAWS,)
    np.testing.assert_array_equal(draws[0], draws[1])


def test_summary_of_draws() -> None:
    gaps: FloatArray = np.linspace(0, 1, 101)
    floor = NoiseFloor.of(gaps)
    assert [floor.expected, floor.percentile_95] == pytest.approx([0.5, 0.95])


def test_ranges_are_over_the_groups_that_take_part() -> None:
    draws = np.array([[0.1, np.nan, 0.4], [0.3, np.nan, 0.2]])
    np.testing.assert_allclose(ranges(draws), [0.3, 0.1])
    assert np.isnan(ranges(draws[:, :2])).all()


def test_rates_that_cannot_vary_have_no_noise() -> None:
    gaps = null_rate_gaps([0, 0], [30, 40], np.random.default_rng(0))
    assert NoiseFloor.of(gaps) == NoiseFloor(0, 0)


def test_fewer_than_two_groups_have_no_gap() -> None:
    rng = np.random.default_rng(0)
    assert np.isnan(null_rate_gaps([3], [30], rng)).all()
    assert np.isnan(null_rate_gaps([], [], rng)).all()
    assert np.isnan(null_auc_gaps(_equal_groups(rng)[:1], rng)).all()
    assert np.isnan(null_auc_gaps([], rng)).all()


def test_single_rows_say_nothing_of_their_spread() -> None:
    single = Placements.of(np.array([1, 0]), np.array([0.3, 0.2]))
    assert np.isnan(null_auc_gaps([single, single], np.random.default_rng(0))).all()
