from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from scipy.stats import norm

from fairviz.metrics.equity import equity_scaled_auc
from fairviz.metrics.equity_interval import equity_scaled_interval
from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.intervals import Interval, auc_interval
from fairviz.metrics.ranking import Placements
from tests.fairviz.metrics.cases import Case, cases, checked, make_case

SIZES = (400, 100, 60)
TRUTH = 0.8


def _interval(labels: IntArray, scores: FloatArray, groups: Groups) -> Interval:
    overall = Placements.of(labels, scores)
    _, high = auc_interval(
        np.array([overall.auc]),
        np.array([overall.variance]),
        np.array([overall.positives.size]),
        np.array([overall.negatives.size]),
    )
    found = equity_scaled_interval(labels, scores, groups, float(high[0]))
    assert found is not None
    return found


def _equal_groups(rng: np.random.Generator) -> tuple[IntArray, FloatArray, Groups]:
    codes = np.repeat(np.arange(len(SIZES)), SIZES)
    labels = (rng.random(len(codes)) < 0.3).astype(np.int64)
    return labels, rng.normal(labels * np.sqrt(2) * norm.ppf(TRUTH)), Groups(codes, len(SIZES))


@checked
@given(cases)
def test_limits_hold_the_estimate(case: Case) -> None:
    assume(case.both_classes_in_every_group)
    names, codes = np.unique(case.groups, return_inverse=True)
    assume(len(names) > 1)
    estimate = equity_scaled_auc(case.labels, case.scores, sensitive_features=case.groups)
    interval = _interval(case.labels, case.scores, Groups(codes, len(names)))
    assert 0 <= interval.low <= estimate + 1e-12
    assert estimate - 1e-12 <= interval.high <= 1


def test_neither_order_of_rows_nor_names_of_groups_change_anything() -> None:
    labels, scores, groups = _equal_groups(np.random.default_rng(0))
    order = np.random.default_rng(1).permutation(len(labels))
    renamed = Groups(np.array([2, 0, 1])[groups.codes[order]], 3)
    first, second = _interval(labels, scores, groups), _interval(labels[order], scores[order], renamed)
    assert [second.low, second.high] == pytest.approx([first.low, first.high])


def test_rows_of_no_group_count_in_the_auc_of_all_rows_alone() -> None:
    case = make_case(seed=2, rows=600, groups=4, decimals=6, prevalence=0.4)
    some = Groups(np.where(case.groups == 3, -1, case.groups), 3)
    others = case.groups == 3
    reordered = np.concatenate([np.flatnonzero(~others), np.flatnonzero(others)])
    first = _interval(case.labels, case.scores, some)
    second = _interval(case.labels[reordered], case.scores[reordered], Groups(some.codes[reordered], 3))
    assert [second.low, second.high] == pytest.approx([first.low, first.high])
    known = equity_scaled_auc(
        case.labels, case.scores, sensitive_features=np.where(others, np.nan, case.groups)
    )
    assert first.low < known < first.high


def test_one_group_has_none() -> None:
    labels, scores, groups = _equal_groups(np.random.default_rng(0))
    assert equity_scaled_interval(labels, scores, Groups(np.zeros_like(groups.codes), 1), 0.9) is None


def test_groups_far_apart_keep_the_upper_limit_below_that_of_the_auc() -> None:
    rng = np.random.default_rng(4)
    labels, _, groups = _equal_groups(rng)
    scores = rng.normal(labels * np.array([2.5, 1.0, 0.0])[groups.codes])
    interval = _interval(labels, scores, groups)
    assert interval.high < Placements.of(labels, scores).auc - 0.1


def test_the_value_of_equal_groups_is_covered() -> None:
    """Where groups are equal the true value is the AUC itself; a bootstrap alone nearly never reaches it."""
    rng = np.random.default_rng(5)
    intervals = [_interval(*_equal_groups(rng)) for _ in range(60)]
    assert np.mean([own.low <= TRUTH <= own.high for own in intervals]) >= 0.9


def test_rows_told_twice_tell_nothing_new() -> None:
    case = make_case(seed=3, rows=240, groups=3, decimals=6, prevalence=0.4)
    twice = np.repeat(np.arange(240), 2)
    groups, scores = Groups(case.groups, 3), np.random.default_rng(0).permutation(case.scores)
    once = equity_scaled_interval(case.labels, scores, groups, 0.9)
    again = equity_scaled_interval(
        case.labels[twice], scores[twice], Groups(case.groups[twice], 3), 0.9, twice
    )
    naive = equity_scaled_interval(case.labels[twice], scores[twice], Groups(case.groups[twice], 3), 0.9)
    assert once is not None
    assert again is not None
    assert naive is not None
    assert [again.low, again.high] == pytest.approx([once.low, once.high])
    assert naive.low > once.low


def test_patients_with_rows_of_both_outcomes_are_drawn_and_dealt_too() -> None:
    rng = np.random.default_rng(6)
    ids = np.repeat(np.arange(120), 4)
    labels = np.tile([1, 1, 0, 0], 120)
    alike = rng.standard_normal(120)[ids]
    scores = labels + alike + 0.3 * rng.standard_normal(480)
    groups = Groups(ids % 3, 3)
    rows, patients = (equity_scaled_interval(labels, scores, groups, 0.9, who) for who in (None, ids))
    assert rows is not None
    assert patients is not None
    # What patients bring to both outcomes cancels in the AUC, which rows alone cannot know.
    assert patients.low > rows.low
