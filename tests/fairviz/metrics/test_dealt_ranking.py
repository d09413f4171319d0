from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from fairviz.metrics.dealt_ranking import DealtRanking
from tests.fairviz.metrics.cases import checked


@checked
@given(
    sizes=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=5),
    decimals=st.integers(0, 6),
    seed=st.integers(0, 1000),
)
def test_every_deal_has_the_aucs_of_its_groups(
    sizes: list[tuple[int, int]], decimals: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    of_positives, of_negatives = np.array(sizes).T
    names = [np.repeat(np.arange(len(sizes), dtype=np.uint8), own) for own in (of_positives, of_negatives)]
    dealt = [rng.permuted(np.tile(own, (3, 1)), axis=1) for own in names]
    scores = [np.round(rng.random(len(own)), decimals) for own in names]
    found = DealtRanking.of(scores[0], scores[1], len(sizes)).aucs(dealt[0], dealt[1])
    labels = np.repeat([1, 0], [len(own) for own in names])
    for deal in range(3):
        groups = np.concatenate([own[deal] for own in dealt])
        for group in range(len(sizes)):
            inside = groups == group
            expected = roc_auc_score(labels[inside], np.concatenate(scores)[inside])
            assert found[deal, group] == pytest.approx(expected)


def test_ties_alone_take_a_second_order() -> None:
    assert len(DealtRanking.of(np.array([0.2]), np.array([0.1]), 1).orders) == 1
    assert len(DealtRanking.of(np.array([0.2]), np.array([0.2]), 1).orders) == 2
    same = np.array([0.3, 0.3])  # ties within an outcome do not count
    assert len(DealtRanking.of(same, np.array([0.1]), 1).orders) == 1


def test_groups_may_get_other_numbers_of_rows_in_each_deal() -> None:
    ranking = DealtRanking.of(np.array([0.3, 0.1]), np.array([0.2, 0.4]), 2)
    found = ranking.aucs(np.array([[0, 1], [0, 0]]), np.array([[0, 1], [0, 1]]))
    np.testing.assert_array_equal(found, np.array([[1, 0], [0.5, np.nan]]))
