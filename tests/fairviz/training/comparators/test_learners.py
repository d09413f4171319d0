"""The two learners: scikit-learn's own scores, whatever is done to report and to hurry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from fairviz.data.prepare import PreparedData
from fairviz.training.comparators.learners import Learner, binned_columns, fit_in_epochs, learn
from fairviz.training.comparators.stages import Model, columns
from fairviz.training.events import Tick
from models.specs import GradientBoostingSpec, LogisticRegressionSpec
from tests.fairviz.small import small_task

# One column of the small task has as many values as rows: enough rows to make trees cut it at quantiles.
MANY_ROWS = 900


@pytest.fixture(scope="module")
def data() -> PreparedData:
    return small_task()


@pytest.fixture(scope="module")
def large() -> PreparedData:
    data = small_task()
    rng = np.random.default_rng(1)
    times = np.tile(np.arange(len(data.labels)), 5)
    inputs = tuple(part[times] + rng.normal(scale=0.1, size=(len(times), 1)) for part in data.inputs)
    order = rng.permutation(len(times))
    parts = order[:MANY_ROWS], order[MANY_ROWS:1200], order[1200:]
    split = replace(data.split, train=parts[0], validation=parts[1], test=parts[2])
    return replace(
        data, inputs=tuple(part.astype(np.float32) for part in inputs), labels=data.labels[times], split=split
    )


def boosting(trees: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=trees, max_leaf_nodes=8, max_features=0.5, early_stopping=False, random_state=3
    )


def models(learner: Learner, data: PreparedData, weights: NDArray[np.float64] | None = None) -> list[Model]:
    return [stage for stage in fit_in_epochs(learner, data, weights) if isinstance(stage, Model)]


def test_columns_of_all_modalities_stand_side_by_side(data: PreparedData) -> None:
    inputs = columns(data)
    assert inputs.dtype == np.float64
    np.testing.assert_array_equal(inputs[:, : data.inputs[0].shape[1]], data.inputs[0])
    np.testing.assert_array_equal(inputs[:, data.inputs[0].shape[1] :], data.inputs[1])


def test_logistic_regression_is_scikit_learn_s(data: PreparedData) -> None:
    (model,) = (stage for stage in learn(LogisticRegressionSpec(c=0.3), data, 0) if isinstance(stage, Model))
    inputs, rows = columns(data), data.split.train
    theirs = LogisticRegression(C=0.3, max_iter=1000).fit(inputs[rows], data.labels[rows])
    np.testing.assert_allclose(model.scores, theirs.predict_proba(inputs)[:, 1:], atol=1e-6)
    assert model.decisions is None


def test_the_weights_of_a_logistic_regression_are_all_there_is_to_it(data: PreparedData) -> None:
    (model,) = models(Learner.of(LogisticRegressionSpec(), 0), data)
    logits = columns(data) @ model.weights["coefficients"].T + model.weights["intercepts"]
    np.testing.assert_allclose(model.scores, expit(logits), atol=1e-5)


def test_seeds_agree_on_a_logistic_regression_and_not_on_trees(data: PreparedData) -> None:
    for spec, agree in ((LogisticRegressionSpec(), True), (GradientBoostingSpec(trees=5), False)):
        first, second = (models(Learner.of(spec, seed), data)[-1].scores for seed in (0, 1))
        assert np.array_equal(first, second) == agree


def test_trees_grown_epoch_by_epoch_are_those_grown_at_once(large: PreparedData) -> None:
    grown = models(Learner.of(GradientBoostingSpec(trees=12), 3), large)
    inputs, rows = columns(large), large.split.train
    for model, trees in zip(grown, (5, 10, 12), strict=True):
        theirs = boosting(trees).fit(inputs[rows], large.labels[rows])
        np.testing.assert_allclose(model.scores, theirs.predict_proba(inputs)[:, 1:], atol=1e-6)
        assert model.weights == {}


def test_bins_are_few_and_keep_the_order_of_values(large: PreparedData) -> None:
    inputs, binned = columns(large), binned_columns(large)
    assert max(len(np.unique(column)) for column in inputs.T) > 255
    assert max(len(np.unique(column)) for column in binned.T) <= 255
    for column, codes in zip(inputs.T, binned.T, strict=True):
        assert (np.diff(codes[np.argsort(column)]) >= 0).all()


def test_columns_of_few_values_are_left_alone(data: PreparedData) -> None:
    np.testing.assert_array_equal(binned_columns(data), columns(data))


@pytest.mark.parametrize("estimator", ["logistic", "boosting"])
def test_a_row_of_weight_two_counts_like_two_rows(data: PreparedData, estimator: str) -> None:
    rows = data.split.train
    weights = np.where(np.arange(len(rows)) % 3 == 0, 2.0, 1.0)
    twice = replace(data, split=replace(data.split, train=np.concatenate([rows, rows[::3]])))
    spec = LogisticRegressionSpec() if estimator == "logistic" else GradientBoostingSpec(trees=5)
    # No leaf is made of few rows here, so that the trees' limit on rows of a leaf plays no part.
    weighted = models(Learner.of(spec, 0), data, weights)[-1].scores
    repeated = models(Learner.of(spec, 0), twice)[-1].scores
    tolerance = 1e-4 if estimator == "logistic" else 0.05
    assert np.abs(weighted - repeated).mean() < tolerance
    equal = models(Learner.of(spec, 0), data)[-1].scores
    assert np.abs(weighted - repeated).mean() < np.abs(equal - repeated).mean()


def test_progress_is_told_for_every_part(data: PreparedData) -> None:
    stages = list(learn(GradientBoostingSpec(trees=11), data, 0))
    assert [stage for stage in stages if isinstance(stage, Tick)] == [Tick(1, 3), Tick(2, 3), Tick(3, 3)]
    assert [type(stage) for stage in stages] == [Tick, Model] * 3


@pytest.mark.parametrize("spec", [LogisticRegressionSpec(), GradientBoostingSpec(trees=5)])
def test_each_of_several_classes_has_a_score(
    data: PreparedData, spec: LogisticRegressionSpec | GradientBoostingSpec
) -> None:
    three = replace(data, labels=np.digitize(data.inputs[0][:, 0], [-0.5, 0.5]), classes=("a", "b", "c"))
    model = models(Learner.of(spec, 0), three)[-1]
    assert model.scores.shape == (len(data.labels), 3)
    np.testing.assert_allclose(model.scores.sum(axis=1), 1, atol=1e-5)
    assert (model.scores.argmax(axis=1) == three.labels).mean() > 0.8
