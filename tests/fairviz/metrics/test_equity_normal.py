from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics import equity_interval
from fairviz.metrics.equity_interval import equity_scaled_interval
from fairviz.metrics.equity_normal import normal_null_distances, normal_replicates
from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.intervals import Interval
from fairviz.metrics.ranking import Placements

ROWS = 6_000


def _sample(shift: tuple[float, ...], rows: int = ROWS) -> tuple[IntArray, FloatArray, Groups]:
    """Rows of three groups and of none; the better a group is ranked the larger its shift."""
    rng = np.random.default_rng(4)
    codes = rng.choice(4, rows, p=[0.1, 0.2, 0.3, 0.4]) - 1
    labels = (rng.random(rows) < 0.35).astype(np.int64)
    return labels, rng.normal(labels * np.array(shift)[codes]), Groups(codes, 3)


def _interval(sample: tuple[IntArray, FloatArray, Groups]) -> Interval:
    found = equity_scaled_interval(*sample, auc_high=0.79)
    assert found is not None
    return found


@pytest.mark.parametrize("shift", [(1.0, 1.0, 1.0, 1.0), (0.5, 1.0, 1.4, 1.0)])
def test_limits_are_those_of_the_bootstrap(shift: tuple[float, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    sample = _sample(shift)
    drawn = _interval(sample)
    monkeypatch.setattr(equity_interval, "MOST_DRAWN", ROWS - 1)
    normal = _interval(sample)
    width = drawn.high - drawn.low
    assert [normal.low, normal.high] == pytest.approx([drawn.low, drawn.high], abs=0.08 * width)
    assert (normal.low, normal.high) != (drawn.low, drawn.high)


def test_replicates_and_distances_have_the_moments_of_draws() -> None:
    labels, scores, groups = _sample((0.6, 1.0, 1.2, 1.0), rows=3_000)
    everyone = Placements.of(labels, scores)
    inside = [Placements.of(labels[rows], scores[rows]) for rows in groups.rows()]
    rng = np.random.default_rng(0)

    def equity(own: IntArray, of: FloatArray, codes: IntArray) -> tuple[float, float]:
        overall = Placements.of(own, of).auc
        aucs = [Placements.of(own[codes == g], of[codes == g]).auc for g in range(3)]
        return overall / (1 + np.abs(np.array(aucs) - overall).sum()), np.abs(
            np.array(aucs) - everyone.auc
        ).sum()

    strata = [np.flatnonzero((groups.codes == g) & (labels == y)) for g in range(-1, 3) for y in (0, 1)]
    replicates, distances = [], []
    for _ in range(300):
        again = np.concatenate([rng.choice(rows, len(rows)) for rows in strata])
        replicates.append(equity(labels[again], scores[again], groups.codes[again])[0])
        dealt = groups.codes.copy()
        for y in (0, 1):
            own = np.flatnonzero((groups.codes >= 0) & (labels == y))
            dealt[own] = rng.permutation(dealt[own])
        distances.append(equity(labels, scores, dealt)[1])
    normal = normal_replicates(labels, groups, everyone, inside)
    null = normal_null_distances(labels, scores, groups, everyone.auc)
    for ours, drawn in ((normal, np.array(replicates)), (null, np.array(distances))):
        assert ours.mean() == pytest.approx(drawn.mean(), abs=4 * drawn.std() / np.sqrt(len(drawn)))
        assert ours.std() == pytest.approx(drawn.std(), rel=0.15)


def test_patients_with_several_rows_are_drawn_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    labels, scores, groups = _sample((1.0, 1.0, 1.0, 1.0), rows=600)
    before = equity_scaled_interval(labels, scores, groups, 0.8, np.arange(600) // 2)
    monkeypatch.setattr(equity_interval, "MOST_DRAWN", 10)
    assert equity_scaled_interval(labels, scores, groups, 0.8, np.arange(600) // 2) == before
