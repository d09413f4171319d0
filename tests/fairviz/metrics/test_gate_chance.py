"""How often chance opens a gate, against published figures, a closed form and an independent simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from fairviz.metrics.batch_floor import batch_noise_floor
from fairviz.metrics.gate_chance import gate_chance
from models.modulation import AveragedAUC


def rows(shares: list[float], positive: float = 0.5, count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return (rng.random(count) < positive).astype(np.int64), rng.choice(len(shares), count, p=shares)


def test_two_equal_groups_and_small_ones_open_a_gate_at_004_as_often_as_measured() -> None:
    labels, codes = rows([0.5, 0.5])
    assert gate_chance(labels, codes, batch_size=256, auc=0.9, tau=0.04) == pytest.approx(0.31, abs=0.06)
    for shares in ([0.72, 0.18, 0.10], [0.75, 0.18, 0.07]):
        labels, codes = rows(shares, positive=0.42)
        assert 0.8 <= gate_chance(labels, codes, batch_size=256, auc=0.85, tau=0.04) <= 0.97


def test_at_the_noise_floor_one_batch_of_twenty_opens_the_gate() -> None:
    labels, codes = rows([0.5, 0.5])
    floor = batch_noise_floor(labels, [codes], batch_size=256, auc=0.8)
    assert floor is not None
    assert gate_chance(labels, codes, batch_size=256, auc=0.8, tau=floor) == pytest.approx(0.05, abs=0.025)


def test_batch_by_batch_it_is_what_scikit_learn_finds() -> None:
    labels, codes = rows([0.6, 0.25, 0.15], positive=0.3, count=2_000)
    codes[:200] = -1
    rng, opened = np.random.default_rng(7), 0
    apart = math.sqrt(2) * 0.8416212335729143  # separates two normals by an AUC of .8
    for _ in range(400):
        own = rng.choice(2_000, 64, replace=False)
        y, g, risk = labels[own], codes[own], rng.standard_normal(64) + apart * labels[own]
        aucs = [
            roc_auc_score(y[g == k], risk[g == k]) for k in range(3) if 0 < y[g == k].sum() < (g == k).sum()
        ]
        opened += len(aucs) > 1 and max(aucs) - min(aucs) >= 0.2
    found = gate_chance(labels, codes, batch_size=64, auc=0.8, tau=0.2)
    assert found == pytest.approx(opened / 400, abs=0.08)


def test_a_moving_average_opens_less_often_and_is_the_methods_own() -> None:
    labels, codes = rows([0.5, 0.5])
    single = gate_chance(labels, codes, batch_size=256, auc=0.8, tau=0.03)
    averaged = gate_chance(labels, codes, batch_size=256, auc=0.8, tau=0.03, memory=0.9)
    assert averaged < single / 2
    from fairviz.metrics.gate_chance import _averaged

    aucs = np.random.default_rng(0).random((40, 2))
    aucs[::3, 1] = np.nan
    average = AveragedAUC(torch.tensor([[0.9]], dtype=torch.float64), 2)
    expected = torch.cat([average.update(torch.from_numpy(row)[None]) for row in aucs])
    np.testing.assert_allclose(_averaged(aucs, 0.9), expected.numpy())


def test_no_two_groups_with_both_outcomes_leave_nothing_to_tell() -> None:
    labels, codes = np.array([0, 1, 0, 0] * 20), np.array([0, 0, 1, -1] * 20)
    assert math.isnan(gate_chance(labels, codes, batch_size=40, auc=0.8, tau=0.04))


def test_it_falls_with_tau_and_depends_on_the_seed_alone() -> None:
    labels, codes = rows([0.7, 0.3])
    found = [gate_chance(labels, codes, batch_size=128, auc=0.8, tau=tau) for tau in (0.01, 0.05, 0.1, 0.9)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == 0
    assert gate_chance(labels, codes, batch_size=128, auc=0.8, tau=0.05) == found[1]
