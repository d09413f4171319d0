"""The floor of a batch against simulation, and what it grows and shrinks with."""

from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics.batch_floor import batch_noise_floor


def test_the_batch_floor_is_what_equal_groups_show_in_one_batch_of_twenty() -> None:
    rng = np.random.default_rng(0)
    labels, codes = np.tile([0, 1], 500), np.repeat([0, 1], 500)
    floor = batch_noise_floor(labels, [codes], batch_size=256, auc=0.9)
    assert floor is not None
    shift = np.sqrt(2) * 1.2815515655446004  # separates two normals by an AUC of .9
    gaps = []
    for _ in range(1_000):
        aucs = [(rng.normal(shift, 1, 64)[:, None] > rng.normal(0, 1, 64)[None]).mean() for _ in range(2)]
        gaps.append(abs(aucs[0] - aucs[1]))
    assert np.mean(np.array(gaps) > floor) == pytest.approx(0.05, abs=0.02)


def test_a_moving_mean_has_less_noise_and_small_groups_more() -> None:
    labels = np.tile([0, 1], 500)
    even, uneven = np.repeat([0, 1], 500), np.repeat([0, 1], [950, 50])
    one = batch_noise_floor(labels, [even], batch_size=256, auc=0.8)
    smooth = batch_noise_floor(labels, [even], batch_size=256, auc=0.8, memory=0.9)
    both = batch_noise_floor(labels, [even, uneven], batch_size=256, auc=0.8)
    assert one is not None
    assert smooth == pytest.approx(one * 0.229, rel=0.01)
    assert both is not None
    assert both > 2 * one


def test_without_two_groups_of_both_outcomes_there_is_no_batch_floor() -> None:
    labels, codes = np.array([0, 1, 0, 0]), np.array([0, 0, 1, -1])
    assert batch_noise_floor(labels, [codes], batch_size=4, auc=0.8) is None
