"""Reweighing against its formula, and against what it promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from fairviz.training.comparators.reweighing import independence_weights, reweighed
from fairviz.training.comparators.stages import Model, columns
from models.specs import ReweighingSpec
from tests.fairviz.small import small_task


def by_hand(labels: NDArray[np.int64], codes: NDArray[np.int64]) -> list[float]:
    known = [(y, a) for y, a in zip(labels.tolist(), codes.tolist(), strict=True) if a >= 0]
    weights = []
    for y, a in zip(labels.tolist(), codes.tolist(), strict=True):
        if a < 0:
            weights.append(1.0)
            continue
        share_of_label = sum(own == y for own, _ in known) / len(known)
        share_of_group = sum(own == a for _, own in known) / len(known)
        share_of_both = sum(own == (y, a) for own in known) / len(known)
        weights.append(share_of_group * share_of_label / share_of_both)
    return weights


def make_rows(seed: int, rows: int, classes: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    codes = rng.integers(-1, 3, rows)
    return np.where(rng.random(rows) < 0.3, 0, rng.integers(0, classes, rows)), codes


@settings(deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 1000), rows=st.integers(5, 60), classes=st.integers(2, 4))
def test_weights_are_those_of_the_formula(seed: int, rows: int, classes: int) -> None:
    labels, codes = make_rows(seed, rows, classes)
    if (codes >= 0).any():
        np.testing.assert_allclose(independence_weights(labels, codes), by_hand(labels, codes))


def test_weighted_every_label_is_as_frequent_in_every_group() -> None:
    labels, codes = make_rows(0, 500, 3)
    weights, known = independence_weights(labels, codes), codes >= 0
    for label in range(3):
        overall = (labels[known] == label).mean()
        for group in range(3):
            own = codes == group
            assert np.average(labels[own] == label, weights=weights[own]) == pytest.approx(overall)
    assert weights[known].sum() == pytest.approx(known.sum())


def test_the_mean_over_attributes_weighs_the_training_rows() -> None:
    data = small_task()
    first, second = data.attributes
    codes = first.codes.copy()
    codes[::7] = -1
    data = replace(data, attributes=(replace(first, codes=codes), second))
    rows, inputs = data.split.train, columns(data)
    labels = data.labels[rows]
    weights = np.mean([by_hand(labels, codes[rows]), by_hand(labels, second.codes[rows])], axis=0)
    theirs = LogisticRegression(max_iter=1000).fit(inputs[rows], labels, sample_weight=weights)
    *_, model = reweighed(ReweighingSpec(), data, 0)
    assert isinstance(model, Model)
    np.testing.assert_allclose(model.scores, theirs.predict_proba(inputs)[:, 1:], atol=1e-6)
    plain = LogisticRegression(max_iter=1000).fit(inputs[rows], labels)
    assert np.abs(model.scores - plain.predict_proba(inputs)[:, 1:]).max() > 1e-3
