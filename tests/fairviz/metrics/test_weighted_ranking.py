from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from sklearn.metrics import roc_auc_score

from fairviz.metrics.ranking import Placements
from fairviz.metrics.weighted_ranking import WeightedRanking
from tests.fairviz.metrics.cases import Case, cases, checked


def _ranking(case: Case) -> tuple[WeightedRanking, np.ndarray, np.ndarray]:
    positives, negatives = np.flatnonzero(case.labels == 1), np.flatnonzero(case.labels == 0)
    negatives = negatives[np.argsort(case.scores[negatives])]
    return WeightedRanking.of(case.scores[positives], case.scores[negatives]), positives, negatives


@checked
@given(cases)
def test_weighted_auc_agrees_with_scikit_learn(case: Case) -> None:
    assume(case.both_classes)
    ranking, positives, negatives = _ranking(case)
    weights = np.random.default_rng(0).integers(0, 4, (5, len(case.labels))).astype(float) + 0.25
    known = [roc_auc_score(case.labels, case.scores, sample_weight=own) for own in weights]
    assert ranking.aucs(weights[:, positives], weights[:, negatives]) == pytest.approx(known)


@checked
@given(cases)
def test_marks_are_weights_of_one_and_nothing(case: Case) -> None:
    ranking, positives, negatives = _ranking(case)
    marked = case.groups == 0
    known = Placements.of(case.labels[marked], case.scores[marked]).auc
    found = ranking.aucs(marked[positives][None], marked[negatives][None])
    assert found == pytest.approx([known], nan_ok=True)
