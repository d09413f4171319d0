from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from fairviz.metrics import roc_auc
from fairviz.metrics.inputs import FloatArray, IntArray
from tests.simulation.shares import count
from tests.simulation.splits import SCENARIOS, Table, differences, judge, least_squares_scores


def _features(table: Table, rows: int, seed: int) -> tuple[FloatArray, IntArray]:
    rng = np.random.default_rng(seed)
    labels = (rng.random(rows) < 0.3).astype(np.int64)
    return rng.normal(table.distance * labels[:, None], 1.0, (rows, table.features)), labels


def test_scores_are_those_of_least_squares_but_for_a_constant() -> None:
    (train, labels), (test, _) = (_features(SCENARIOS[0], rows, rows) for rows in (60, 20))
    known = LinearRegression().fit(train, labels).predict(test)
    found = least_squares_scores(train, labels, test)
    assert found - found.mean() == pytest.approx(known - known.mean())


@pytest.mark.parametrize("table", SCENARIOS, ids=lambda own: own.name)
def test_the_best_weights_reach_the_auc_that_is_stated(table: Table) -> None:
    features, labels = _features(table, 40_000, 1)
    assert roc_auc(labels, features.sum(axis=1)) == pytest.approx(table.auc, abs=0.01)


def test_neither_learner_is_better_over_tables() -> None:
    values = np.array([differences(SCENARIOS[0], repetition, 3).mean() for repetition in range(200)])
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(200)
    assert values.std() > 0.01


def test_the_plain_test_alarms_more_often_the_more_splits_there_are() -> None:
    shares = count("made-up", lambda repetition: judge(SCENARIOS[0], repetition), 150).shares
    assert shares["naive_5"].hits < shares["naive_30"].hits
    assert shares["corrected_30"].hits < shares["naive_30"].hits / 3
