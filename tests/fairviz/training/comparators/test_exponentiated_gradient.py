"""Exponentiated gradient: fairlearn's own result, step by step, and stopped in between."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from fairlearn.reductions import EqualizedOdds, ExponentiatedGradient
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

from fairviz.data.prepare import PreparedData
from fairviz.training.comparators.exponentiated_gradient import balanced_error, exponentiated
from fairviz.training.comparators.partition import partition
from fairviz.training.comparators.stages import Model, Stage, columns
from fairviz.training.events import Tick
from models.specs import ExponentiatedGradientSpec
from tests.fairviz.small import small_task


@pytest.fixture(scope="module")
def data() -> PreparedData:
    return small_task()


def stages(data: PreparedData, seed: int = 0, **parameters: Any) -> list[Stage]:
    return list(exponentiated(ExponentiatedGradientSpec(**parameters), data, seed))


def last(found: list[Stage]) -> Model:
    assert isinstance(found[-1], Model)
    return found[-1]


def test_it_is_fairlearn_s(data: PreparedData) -> None:
    inputs, rows = columns(data), data.split.train
    labels = data.labels[rows]
    theirs = ExponentiatedGradient(
        LogisticRegression(max_iter=1000),
        EqualizedOdds(difference_bound=0.05),
        objective=balanced_error(labels),
        eps=0.05,
        max_iter=8,
    ).fit(inputs[rows], labels, sensitive_features=data.attributes[0].codes[rows])
    ours = last(stages(data, seed=4, eps=0.05, max_iter=8))
    np.testing.assert_allclose(ours.scores, theirs._pmf_predict(inputs)[:, 1:], atol=1e-6)
    np.testing.assert_array_equal(ours.decisions, theirs.predict(inputs, random_state=4))
    assert len(np.unique(ours.scores)) < len(rows) / 2, "a lottery has few chances"


def test_the_bound_holds_on_training_rows(data: PreparedData) -> None:
    """Groups that the outcome follows: without a bound, error rates are far apart."""
    fast = (data.inputs[0][:, 0] > 0).astype(np.int64)
    unequal = replace(data, attributes=(replace(data.attributes[0], codes=fast),))
    rows = data.split.train
    groups, labels = fast[rows], data.labels[rows]

    def largest(eps: float) -> float:
        chances = last(stages(unequal, eps=eps)).scores[rows, 0]
        return max(
            abs(float(chances[(groups == g) & (labels == y)].mean() - chances[labels == y].mean()))
            for g in (0, 1)
            for y in (0, 1)
        )

    assert largest(0.02) < 0.04  # fairlearn promises twice the bound
    assert largest(0.5) > 0.2


def test_the_balanced_error_is_one_less_the_balanced_accuracy(data: PreparedData) -> None:
    labels = data.labels
    decisions = np.random.default_rng(0).integers(0, 2, len(labels))
    error = balanced_error(labels)
    error.load_data(columns(data), labels, sensitive_features=data.attributes[0].codes)
    found = error.gamma(lambda _: decisions).iloc[0]
    assert found == pytest.approx(1 - balanced_accuracy_score(labels, decisions))


def test_progress_grows_and_ends_at_one(data: PreparedData) -> None:
    ticks = [stage for stage in stages(data) if isinstance(stage, Tick)]
    shares = [tick.step / tick.steps for tick in ticks]
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert max(shares[:-1]) < shares[-1] == 1


def test_seeds_draw_other_decisions_from_the_same_chances(data: PreparedData) -> None:
    found = [last(stages(data, seed, max_iter=5)) for seed in (0, 1, 0)]
    np.testing.assert_array_equal(found[0].scores, found[1].scores)
    first, second, again = (model.decisions.tolist() for model in found if model.decisions is not None)
    assert first == again != second


@pytest.mark.parametrize("estimator", ["logistic", "boosting"])
def test_a_fit_that_is_given_up_ends_at_once(
    data: PreparedData, estimator: Literal["logistic", "boosting"]
) -> None:
    fit = exponentiated(ExponentiatedGradientSpec(estimator=estimator), data, 0)
    assert next(fit) == Tick(0, 20)
    next(fit)
    began = time.monotonic()
    fit.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 0.5
    assert "fairviz-fit" not in {thread.name for thread in threading.enumerate()}


def test_rows_without_a_group_are_one(data: PreparedData) -> None:
    codes = data.attributes[0].codes.copy()
    codes[::2] = -1
    holes = replace(data, attributes=(replace(data.attributes[0], codes=codes), *data.attributes[1:]))
    groups = partition(holes, holes.split.train, method="", part="")
    assert set(groups[codes < 0]) == {2}
    rows = holes.split.train
    chances = last(stages(holes, eps=0.02)).scores[rows, 0]
    missing, labels = groups[rows] == 2, data.labels[rows]
    for label in (0, 1):
        of_all = chances[labels == label].mean()
        assert abs(chances[missing & (labels == label)].mean() - of_all) < 0.04
