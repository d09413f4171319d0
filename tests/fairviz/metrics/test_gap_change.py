from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics.gap_change import GapChange
from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.resampling import Strata, resampled_metrics
from tests.fairviz.metrics.two_models import two_models

GAPS = ("auc_gap", "equalized_odds_difference", "soft_equalized_odds_gap", "demographic_parity_difference")
REPLICATES = 200


def _changes(
    labels: IntArray, codes: IntArray, new: FloatArray, old: FloatArray, replicates: int = REPLICATES
) -> dict[str, GapChange]:
    strata = Strata.draw(labels, Groups(codes, int(codes.max()) + 1), replicates)
    ours, theirs = (
        resampled_metrics(strata, scores, (scores > 0.6).astype(np.float64)) for scores in (new, old)
    )
    return {gap: GapChange.of(ours[gap], theirs[gap]) for gap in GAPS}


def _table(seed: int, seeds: int = 1) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    labels, a, b = two_models(rng, 120, 240, seeds=seeds).arrays
    return labels, rng.integers(0, 3, len(labels)), a, b


def test_the_same_model_changes_no_gap() -> None:
    labels, codes, a, _ = _table(0, seeds=3)
    for change in _changes(labels, codes, a, a).values():
        assert (change.difference, change.low, change.high) == (0, 0, 0)
        assert not change.changed
        assert change.difference >= 0


def test_exchanging_models_changes_the_sign_alone() -> None:
    labels, codes, a, b = _table(1, seeds=3)
    there, back = _changes(labels, codes, a, b), _changes(labels, codes, b, a)
    for gap in GAPS:
        assert back[gap].difference == pytest.approx(-there[gap].difference)
        assert (back[gap].low, back[gap].high) == pytest.approx((-there[gap].high, -there[gap].low))
        assert back[gap].changed == there[gap].changed


def test_other_orders_of_rows_and_groups_are_other_draws_of_the_same() -> None:
    labels, codes, a, b = _table(2)
    rows = np.random.default_rng(3).permutation(len(labels))
    one = _changes(labels, codes, a, b, replicates=1000)
    other = _changes(labels[rows], 2 - codes[rows], a[:, rows], b[:, rows], replicates=1000)
    for gap in GAPS:
        assert other[gap].difference == pytest.approx(one[gap].difference)
        width = one[gap].high - one[gap].low
        assert (other[gap].low, other[gap].high) == pytest.approx(
            (one[gap].low, one[gap].high), abs=0.15 * width
        )


def test_equal_models_rarely_seem_to_change_a_gap() -> None:
    found = [_changes(*_table(100 + seed), replicates=150)["auc_gap"].changed for seed in range(120)]
    # At most 3 %, and what 120 repetitions leave open.
    assert np.mean(found) < 0.08


def test_a_gap_that_opens_is_seen() -> None:
    labels, codes, a, b = _table(4)
    spoilt = a.copy()
    spoilt[:, codes == 0] *= -1
    change = _changes(labels, codes, spoilt, b)["auc_gap"]
    assert change.changed
    assert change.difference >= 0
    assert change.low > 0
