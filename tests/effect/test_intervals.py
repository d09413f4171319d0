from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fairviz.metrics.comparison import paired_auc_test
from tests.effect.intervals import Interval, over_tables, paired_auc, relative_over_tables


def labels_and_scores(rng: np.random.Generator, rows: int, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    labels = (rng.random(rows) < 0.3).astype(np.int64)
    shared = rng.normal(size=rows) + 1.2 * labels
    return labels, shared + 0.5 * rng.normal(size=(seeds, rows))


def test_it_is_the_test_of_the_product() -> None:
    labels, scores = labels_and_scores(np.random.default_rng(0), 300, 6)
    ours = paired_auc(labels, scores[:3], scores[3:])
    theirs = paired_auc_test(labels, scores[:3], scores[3:])
    assert ours == pytest.approx((theirs.difference, *theirs.interval))


def test_the_same_runs_do_not_differ() -> None:
    labels, scores = labels_and_scores(np.random.default_rng(1), 100, 3)
    assert paired_auc(labels, scores, scores) == Interval(0.0, 0.0, 0.0)


def test_rows_and_seeds_both_widen_the_interval() -> None:
    labels, scores = labels_and_scores(np.random.default_rng(2), 200, 12)
    few, many = (paired_auc(labels, scores[:n], scores[n : 2 * n]) for n in (2, 6))
    assert many.high - many.low < few.high - few.low
    rows_alone = paired_auc(labels, scores[:1], scores[6:7])
    assert many.high - many.low < rows_alone.high - rows_alone.low


def test_two_equal_models_rarely_seem_to_differ() -> None:
    rng = np.random.default_rng(3)
    clear = 0
    for _ in range(200):
        labels, scores = labels_and_scores(rng, 150, 8)
        clear += paired_auc(labels, scores[:4], scores[4:]).clear
    assert clear <= 0.1 * 200


def test_tables_are_compared_by_a_t_interval() -> None:
    rng = np.random.default_rng(4)
    ours, reference = rng.normal(size=(2, 9))
    theirs = stats.ttest_rel(ours, reference).confidence_interval(0.95)
    found = over_tables(ours - reference)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))


@pytest.mark.parametrize(
    ("interval", "clear"),
    [
        (Interval(0.1, 0.05, 0.2), True),
        (Interval(-0.1, -0.2, -0.05), True),
        (Interval(0.1, -0.1, 0.2), False),
    ],
)
def test_clear_means_that_zero_lies_outside(interval: Interval, clear: bool) -> None:
    assert interval.clear is clear


def test_limits_move_with_their_estimate() -> None:
    assert Interval(0.1, 0.0, 0.3).around(0.5) == pytest.approx((0.5, 0.4, 0.7))


def test_splits_of_one_table_are_less_sure_than_they_look() -> None:
    changes = np.random.default_rng(5).normal(size=10)
    naive, corrected = over_tables(changes), over_tables(changes, test_per_train=0.25)
    wider = (corrected.high - corrected.low) / (naive.high - naive.low)
    assert wider == pytest.approx(np.sqrt((1 / 10 + 0.25) / (1 / 10)))


def test_a_relative_change_covers_the_truth() -> None:
    rng = np.random.default_rng(6)
    covered = 0
    for _ in range(300):
        reference = rng.normal(1.0, 0.2, 10)
        found = relative_over_tables(0.7 * reference + rng.normal(0, 0.05, 10), reference)
        covered += found.low <= -0.3 <= found.high
    assert covered >= 0.92 * 300
