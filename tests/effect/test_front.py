from __future__ import annotations

import numpy as np
import pytest

from tests.effect.front import Place, against_front

SHAPE = (4, 60)
RNG = np.random.default_rng(0)
# What rows and seeds do to all AUCs of a seed alike, and so to none of the differences.
COMMON = 0.01 * RNG.normal(size=SHAPE)


def place(gap: float, auc: float) -> Place:
    return Place(gap + np.zeros(SHAPE), auc + COMMON)


# AUC falls by .1 for each unit of the gap that is closed.
PATH = [place(0.4, 0.80), place(0.3, 0.79), place(0.2, 0.78), place(0.1, 0.77)]
WORSE = [place(0.4, 0.80), place(0.1, 0.70)]


@pytest.mark.parametrize("gap", [0.4, 0.35, 0.2, 0.17])
def test_a_point_of_the_path_is_on_it(gap: float) -> None:
    assert against_front(place(gap, 0.76 + gap / 10), [PATH]) == pytest.approx((0, 0, 0), abs=1e-12)


def test_more_auc_at_the_same_gap_is_measured_as_such() -> None:
    assert against_front(place(0.25, 0.795), [PATH]) == pytest.approx((0.01, 0.01, 0.01))


def test_the_better_of_two_paths_is_the_front() -> None:
    own = place(0.2, 0.78)
    assert against_front(own, [WORSE, PATH]) == against_front(own, [PATH])


def test_the_front_ends_where_its_path_does() -> None:
    assert against_front(place(0.05, 0.77), [PATH]).estimate == pytest.approx(0)
    assert against_front(place(0.5, 0.80), [PATH]).estimate == pytest.approx(0)


def test_points_may_be_in_any_order_and_coincide() -> None:
    shuffled = [PATH[2], PATH[0], PATH[0], PATH[3], PATH[1]]
    own = place(0.33, 0.80)
    assert against_front(own, [shuffled]) == pytest.approx(against_front(own, [PATH]))


def test_the_gap_is_matched_at_each_seed() -> None:
    gap = 0.1 + 0.3 * RNG.random(SHAPE)
    own = Place(gap, 0.76 + gap / 10 + COMMON)
    assert against_front(own, [PATH]) == pytest.approx((0, 0, 0), abs=1e-12)
