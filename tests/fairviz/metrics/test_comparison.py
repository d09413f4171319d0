from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import norm

from fairviz.errors import MetricError
from fairviz.metrics import delong_test, roc_auc
from fairviz.metrics.inputs import FloatArray, IntArray
from tests.fairviz.metrics.cases import Case, cases, checked


def _two_models(seed: int, rows: int, lift: float = 0.0) -> tuple[IntArray, FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat([1, 0], [rows // 3, rows - rows // 3]))
    shared = rng.normal(labels.astype(float))
    return labels, shared + rng.normal(lift * labels, 0.7), shared + rng.normal(size=rows) * 0.7


def _brute_force_z(labels: IntArray, a: FloatArray, b: FloatArray) -> float:
    """DeLong's z from the matrix of all pairs and both covariance matrices, as in the paper."""
    pairs = [
        (s[labels == 1][:, None] > s[labels == 0]) + 0.5 * (s[labels == 1][:, None] == s[labels == 0])
        for s in (a, b)
    ]
    by_positive = np.cov([pair.mean(axis=1) for pair in pairs]) / len(pairs[0])
    by_negative = np.cov([pair.mean(axis=0) for pair in pairs]) / pairs[0].shape[1]
    contrast = np.array([1, -1])
    variance = contrast @ (by_positive + by_negative) @ contrast
    return float((pairs[0].mean() - pairs[1].mean()) / np.sqrt(variance))


@checked
@given(cases)
def test_agrees_with_brute_force(case: Case) -> None:
    if min(case.labels.sum(), (1 - case.labels).sum()) < 2:
        return
    other = np.round(case.scores + np.random.default_rng(5).normal(0, 0.2, len(case.scores)), 1)
    test = delong_test(case.labels, case.scores, other)
    if test.standard_error == 0:
        return
    z = _brute_force_z(case.labels, case.scores, other)
    assert test.statistic == pytest.approx(z, abs=1e-9)
    assert test.p_value == pytest.approx(2 * norm.sf(abs(z)), abs=1e-12)
    assert test.difference == pytest.approx(roc_auc(case.labels, case.scores) - roc_auc(case.labels, other))


def test_interval_and_p_value_tell_one_story() -> None:
    test = delong_test(*_two_models(seed=1, rows=300, lift=1.0))
    assert test.interval[0] > 0
    assert test.p_value < 0.05
    assert sum(test.interval) / 2 == pytest.approx(test.difference)
    touching = delong_test(*_two_models(seed=1, rows=300, lift=1.0), level=1 - test.p_value)
    assert touching.interval[0] == pytest.approx(0, abs=1e-9)


def test_exchanging_models_changes_the_sign_alone() -> None:
    labels, a, b = _two_models(seed=2, rows=120)
    test, mirrored = delong_test(labels, a, b), delong_test(labels, b, a)
    assert mirrored.statistic == pytest.approx(-test.statistic)
    assert mirrored.p_value == pytest.approx(test.p_value)
    assert mirrored.interval == pytest.approx((-test.interval[1], -test.interval[0]))


def test_equal_models_are_found_to_differ_one_time_in_twenty() -> None:
    p_values = [delong_test(*_two_models(seed, rows=150)).p_value for seed in range(400)]
    assert 0.02 < np.mean(np.array(p_values) < 0.05) < 0.085
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.06)


def test_models_that_rank_alike_do_not_differ() -> None:
    labels, a, _ = _two_models(seed=3, rows=50)
    test = delong_test(labels, a, 2 * a + 1)
    assert (test.statistic, test.p_value, test.interval, test.reason) == (0, 1, (0, 0), None)


@pytest.mark.parametrize(
    ("labels", "a", "b", "reason"),
    [
        ([0, 0, 0], [1, 2, 3], [3, 2, 1], "not estimable: no positives among 3 patients"),
        (
            [1, 0, 0],
            [1, 2, 0],
            [3, 2, 1],
            "not estimable: too few positives (1 among 3 patients; at least 2 needed)",
        ),
        (
            [1, 1, 0, 0],
            [4, 3, 2, 1],
            [1, 2, 3, 4],
            "not estimable: no variation between patients, one model separates the classes exactly",
        ),
    ],
)
def test_undefined_has_a_reason(labels: list[int], a: list[float], b: list[float], reason: str) -> None:
    test = delong_test(labels, a, b)
    assert np.isnan([test.statistic, test.p_value]).all()
    assert test.reason == reason


def test_errors_name_the_argument() -> None:
    with pytest.raises(MetricError, match="score_b: expected 2 values, one for each of y_true, found 1"):
        delong_test([0, 1], [0.1, 0.2], [0.1])
    with pytest.raises(MetricError, match="score_a: expected finite numbers, found nan at row 0"):
        delong_test([0, 1], [np.nan, 0.2], [0.1, 0.2])
