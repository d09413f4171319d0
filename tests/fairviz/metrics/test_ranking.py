from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from sklearn.metrics import roc_auc_score

from fairviz.errors import MetricError
from fairviz.metrics import Placements, group_roc_auc, roc_auc
from fairviz.metrics.inputs import FloatArray, IntArray
from tests.fairviz.metrics.cases import Case, cases, checked


def _compare_all_pairs(labels: IntArray, scores: FloatArray) -> FloatArray:
    """[m, n]: 1 where a positive is above a negative, one half where they tie."""
    positives, negatives = scores[labels == 1][:, None], scores[labels == 0][None, :]
    return np.asarray((positives > negatives) + 0.5 * (positives == negatives))


@checked
@given(cases)
def test_agrees_with_scikit_learn(case: Case) -> None:
    auc = roc_auc(case.labels, case.scores)
    if case.both_classes:
        assert auc == pytest.approx(roc_auc_score(case.labels, case.scores), abs=1e-12)
    else:
        assert np.isnan(auc)


@checked
@given(cases)
def test_placements_are_shares_of_pairs_won(case: Case) -> None:
    placements = Placements.of(case.labels, case.scores)
    if not case.both_classes:
        assert np.isnan(placements.auc)
        assert np.isnan(placements.variance)
        return
    pairs = _compare_all_pairs(case.labels, case.scores)
    np.testing.assert_allclose(placements.positives, pairs.mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(placements.negatives, pairs.mean(axis=0), atol=1e-12)
    m, n = pairs.shape
    if min(m, n) < 2:
        assert np.isnan(placements.variance)
        return
    brute = np.cov(pairs.mean(axis=1)) / m + np.cov(pairs.mean(axis=0)) / n
    assert placements.variance == pytest.approx(brute, abs=1e-12)


@checked
@given(cases)
def test_groups_are_measured_as_if_alone(case: Case) -> None:
    aucs = group_roc_auc(case.labels, case.scores, sensitive_features=case.groups)
    assert aucs.index.tolist() == np.unique(case.groups).tolist()
    for group, auc in aucs.items():
        inside = case.groups == group
        alone = roc_auc(case.labels[inside], case.scores[inside])
        assert auc == pytest.approx(alone, abs=1e-12, nan_ok=True)


@checked
@given(cases)
def test_null_behaviour(case: Case) -> None:
    auc = roc_auc(case.labels, case.scores)
    same: dict[str, Any] = {"abs": 1e-12, "nan_ok": True}
    order = np.random.default_rng(0).permutation(len(case.labels))
    assert roc_auc(case.labels[order], case.scores[order]) == pytest.approx(auc, **same)
    assert roc_auc(case.labels, 3 * case.scores - 7) == pytest.approx(auc, **same)
    assert roc_auc(1 - case.labels, -case.scores) == pytest.approx(auc, **same)
    assert roc_auc(1 - case.labels, case.scores) == pytest.approx(1 - auc, **same)


def test_groups_may_have_any_names_and_none() -> None:
    labels, scores = [0, 1, 0, 1, 1], [0.1, 0.9, 0.8, 0.2, 0.5]
    names = pd.Series(["f", "f", "m", "m", None], name="sex")
    aucs = group_roc_auc(labels, scores, sensitive_features=names)
    pd.testing.assert_series_equal(
        aucs, pd.Series([1.0, 0.0], index=pd.Index(["f", "m"], name="sex"), name="auc")
    )


def test_nobody_has_a_group() -> None:
    assert group_roc_auc([0, 1], [0.1, 0.2], sensitive_features=[None, None]).empty


def test_equal_scores_rank_by_chance() -> None:
    placements = Placements.of(np.array([0, 1, 0, 1]), np.full(4, 0.3))
    assert placements.auc == 0.5
    assert placements.variance == 0


def test_errors_name_the_argument() -> None:
    with pytest.raises(MetricError, match="y_score: expected 2 values, one for each of y_true, found 1"):
        roc_auc([0, 1], [0.5])
    with pytest.raises(MetricError, match="y_true: expected only labels 0 and 1, found 3 at row 1"):
        roc_auc([0, 3], [0.5, 0.5])
    with pytest.raises(MetricError, match="sensitive_features: expected 2 values"):
        group_roc_auc([0, 1], [0.5, 0.6], sensitive_features=["a"])
