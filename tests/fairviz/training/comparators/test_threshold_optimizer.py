"""Threshold optimizer: fairlearn's own decisions, and equal error rates where thresholds were chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fairlearn.postprocessing import ThresholdOptimizer
from sklearn.linear_model import LogisticRegression

from fairviz.data.prepare import PreparedData
from fairviz.training.comparators.stages import Model, columns
from fairviz.training.comparators.threshold_optimizer import thresholded
from fairviz.training.events import Tick
from models.specs import ThresholdOptimizerSpec
from tests.fairviz.small import small_task


@pytest.fixture(scope="module")
def data() -> PreparedData:
    return small_task()


def model(data: PreparedData, seed: int = 0, **parameters: Any) -> Model:
    *ticks, found = thresholded(ThresholdOptimizerSpec(**parameters), data, seed)
    assert isinstance(found, Model)
    assert all(isinstance(tick, Tick) for tick in ticks)
    return found


def test_it_is_fairlearn_s(data: PreparedData) -> None:
    inputs, groups = columns(data), data.attributes[0].codes
    training, validation = data.split.train, data.split.validation
    learner = LogisticRegression(max_iter=1000).fit(inputs[training], data.labels[training])
    theirs = ThresholdOptimizer(
        estimator=learner,
        constraints="equalized_odds",
        objective="balanced_accuracy_score",
        prefit=True,
        predict_method="predict_proba",
    ).fit(inputs[validation], data.labels[validation], sensitive_features=groups[validation])
    ours = model(data, seed=2)
    chances = theirs._pmf_predict(inputs, sensitive_features=groups)[:, 1:]
    np.testing.assert_allclose(ours.scores, chances, atol=1e-6)
    decisions = theirs.predict(inputs, sensitive_features=groups, random_state=2)
    np.testing.assert_array_equal(ours.decisions, decisions)


@pytest.mark.parametrize("estimator", ["logistic", "boosting"])
def test_rates_are_equal_where_thresholds_were_chosen(data: PreparedData, estimator: str) -> None:
    rows = data.split.validation
    chances = model(data, estimator=estimator).scores[rows, 0]
    groups, labels = data.attributes[0].codes[rows], data.labels[rows]
    for label in (0, 1):
        first, second = (chances[(groups == g) & (labels == label)].mean() for g in (0, 1))
        assert first == pytest.approx(second, abs=1e-3)


def test_chances_are_few_probabilities(data: PreparedData) -> None:
    scores = model(data).scores
    assert scores.min() >= 0
    assert scores.max() <= 1
    assert len(np.unique(scores)) < 12
