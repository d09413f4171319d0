"""What gap chance alone shows in the signals of a batch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from fairviz.metrics.batch_floor import batch_noise_floor
from fairviz.metrics.signal_floor import _surrogate, signal_noise_floor
from models.modulation import surrogate_auc

ROWS = 6000


def equal_groups(shares: tuple[float, ...], seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, probabilities of an AUC of about .84, and groups that do not differ."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(ROWS) < 0.3).astype(np.int64)
    scores = 1 / (1 + np.exp(-(rng.normal(size=ROWS) + 1.4 * (labels - 0.5))))
    return labels, scores, rng.choice(len(shares), ROWS, p=shares).astype(np.int64)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.75, 0.18, 0.07)])
def test_it_agrees_with_the_variance_formula(shares: tuple[float, ...]) -> None:
    labels, scores, codes = equal_groups(shares)
    drawn = signal_noise_floor(labels, scores, codes, batch_size=256).percentile_95
    reckoned = batch_noise_floor(labels, [codes], batch_size=256, auc=0.84)
    assert reckoned is not None
    assert drawn == pytest.approx(reckoned, rel=0.2)


def test_two_equal_groups_exceed_the_published_tau_in_a_third_of_batches() -> None:
    labels, scores, codes = equal_groups((0.5, 0.5))
    floor = signal_noise_floor(labels, scores, codes, batch_size=256)
    assert floor.expected > 0.03
    assert floor.percentile_95 > 0.08


def test_true_differences_between_groups_do_not_raise_it() -> None:
    labels, scores, codes = equal_groups((0.7, 0.3))
    worse = np.where(codes == 1, np.random.default_rng(1).random(ROWS), scores)
    mixed = signal_noise_floor(labels, worse, codes, batch_size=256)
    equal = signal_noise_floor(labels, scores, codes, batch_size=256)
    raw = signal_noise_floor(labels, worse, codes, batch_size=ROWS)
    assert mixed.percentile_95 < 1.5 * equal.percentile_95
    assert raw.percentile_95 < 0.06


def test_memory_and_larger_batches_lower_it() -> None:
    labels, scores, codes = equal_groups((0.6, 0.4))
    floor = signal_noise_floor(labels, scores, codes, batch_size=256)
    averaged = signal_noise_floor(labels, scores, codes, batch_size=256, memory=0.9)
    larger = signal_noise_floor(labels, scores, codes, batch_size=1024)
    assert averaged.percentile_95 == pytest.approx(floor.percentile_95 * math.sqrt(0.1 / 1.9))
    assert larger.percentile_95 < 0.7 * floor.percentile_95


def test_the_surrogate_is_the_methods_own() -> None:
    labels, scores, _ = equal_groups((1.0,))
    everyone = torch.ones(200, 1)
    expected = surrogate_auc(torch.from_numpy(scores[:200]), torch.from_numpy(labels[:200]), everyone)
    assert _surrogate(labels[:200], scores[:200]) == pytest.approx(float(expected), abs=1e-6)


def test_the_surrogate_is_compressed() -> None:
    labels, scores, codes = equal_groups((0.5, 0.5))
    exact = signal_noise_floor(labels, scores, codes, batch_size=256)
    smooth = signal_noise_floor(labels, scores, codes, batch_size=256, signal="surrogate")
    assert smooth.percentile_95 < 0.6 * exact.percentile_95


def test_missing_values_belong_to_no_group_and_one_group_has_no_gap() -> None:
    labels, scores, codes = equal_groups((0.5, 0.5))
    codes[codes == 1] = -1
    assert math.isnan(signal_noise_floor(labels, scores, codes, batch_size=256).expected)
