from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import norm
from scipy.stats import t as student_t

from fairviz.errors import MetricError
from fairviz.metrics import delong_test, mean_auc, paired_auc_test, roc_auc
from fairviz.metrics.inputs import FloatArray, IntArray
from fairviz.metrics.intervals import auc_interval
from fairviz.metrics.ranking import Placements
from tests.fairviz.metrics.cases import Case, cases, checked
from tests.fairviz.metrics.two_models import two_models

# Albumin, total protein, K-G score and label of 43 patients with ovarian cancer (DeLong, DeLong &
# Clarke-Pearson 1988), as listed in the SAS/STAT User's Guide, PROC LOGISTIC, "Comparing Receiver Operating
# Characteristic Curves", whose output the check values are.
OVARIAN = """
3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0  1.6 5.6 5 1
3.8 5.7  5 1  3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1  4.3 7.0 4 1  3.6 6.7 4 0
2.3 4.4  6 1  4.2 7.6 4 0  4.0 6.6 6 0  3.5 5.8 6 1  3.8 6.8 7 1  3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1
3.1 6.6  6 1  4.1 8.2 6 1  4.3 7.0 5 1  4.3 6.5 4 1  3.2 5.1 5 1  2.6 4.7 6 1  3.3 6.8 6 0  1.7 4.0 7 0
3.7 6.1  5 1  3.3 6.3 7 1  4.2 7.7 6 1  3.5 6.2 5 1  2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1
3.3 5.7  6 1  3.7 6.9 5 1  3.6 6.6 5 1
"""


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


@pytest.mark.parametrize(
    ("column", "auc", "difference", "error", "low", "high", "chi_squared", "p_value"),
    [
        (0, 0.7366, 0.0108, 0.0953, -0.1761, 0.1976, 0.0127, 0.9102),
        (1, 0.6478, -0.0780, 0.1046, -0.2830, 0.1271, 0.5554, 0.4561),
    ],
)
def test_agrees_with_published_values(
    column: int,
    auc: float,
    difference: float,
    error: float,
    low: float,
    high: float,
    chi_squared: float,
    p_value: float,
) -> None:
    table = np.array(OVARIAN.split(), dtype=float).reshape(43, 4)
    test = delong_test(table[:, 3], table[:, column], -table[:, 2])
    assert test.auc_b == pytest.approx(0.7258, abs=5e-5)
    found = (
        test.auc_a,
        test.difference,
        test.standard_error,
        *test.interval,
        test.statistic**2,
        test.p_value,
    )
    assert found == pytest.approx((auc, difference, error, low, high, chi_squared, p_value), abs=5.1e-5)


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


def test_in_a_group_the_quantile_is_of_a_t_distribution() -> None:
    labels, a, b = two_models(np.random.default_rng(4), 6, 40).arrays
    large, small = delong_test(labels, a[0], b[0]), paired_auc_test(labels, a[0], b[0])
    assert (small.difference, small.standard_error) == (large.difference, large.standard_error)
    assert large.degrees_of_freedom == np.inf
    assert 5 <= small.degrees_of_freedom <= 44
    half = student_t.ppf(0.975, small.degrees_of_freedom) * small.standard_error
    assert small.interval == pytest.approx((small.difference - half, small.difference + half))
    assert small.p_value == pytest.approx(2 * student_t.sf(abs(small.statistic), small.degrees_of_freedom))
    assert small.p_worse == pytest.approx(student_t.cdf(small.statistic, small.degrees_of_freedom))


@pytest.mark.parametrize(("positives", "negatives"), [(5, 15), (6, 30), (8, 40)])
def test_equal_models_are_rarely_found_to_differ_among_few_positives(positives: int, negatives: int) -> None:
    rng = np.random.default_rng(5)
    tests = [paired_auc_test(*two_models(rng, positives, negatives).arrays) for _ in range(1500)]
    # 1 to 4 %, and what 1,500 repetitions leave open.
    assert 0.005 < np.mean([test.p_value < 0.05 for test in tests]) < 0.055
    assert np.mean([test.p_worse < 0.05 for test in tests]) < 0.065


@pytest.mark.parametrize("seeds", [3, 6])
def test_over_seeds_the_interval_covers_what_models_do_on_average(seeds: int) -> None:
    """Runs whose skill differs by seed, two methods of equal skill: neither rows nor seeds alone say so."""
    rng = np.random.default_rng(6)
    covered, by_rows = 0, 0
    for _ in range(400):
        labels, a, b = two_models(rng, 40, 120, seeds=seeds, seed_sd=0.5).arrays
        low, high = paired_auc_test(labels, a, b).interval
        covered += low <= 0 <= high
        low, high = delong_test(labels, a[0], b[0]).interval
        by_rows += low <= 0 <= high
    assert covered / 400 > 0.9
    assert by_rows / 400 < 0.85


def test_exchanging_models_of_several_seeds_changes_the_sign_alone() -> None:
    labels, a, b = two_models(np.random.default_rng(7), 20, 60, seeds=3, lift=0.4).arrays
    test, mirrored = paired_auc_test(labels, a, b), paired_auc_test(labels, b, a)
    assert mirrored.difference == pytest.approx(-test.difference)
    assert mirrored.p_value == pytest.approx(test.p_value)
    assert mirrored.p_worse == pytest.approx(1 - test.p_worse)
    assert mirrored.interval == pytest.approx((-test.interval[1], -test.interval[0]))
    assert (mirrored.auc_a, mirrored.auc_b) == (test.auc_b, test.auc_a)


def test_the_order_of_rows_and_of_seeds_does_not_matter() -> None:
    rng = np.random.default_rng(8)
    labels, a, b = two_models(rng, 20, 60, seeds=3, lift=0.4).arrays
    rows, seeds = rng.permutation(80), rng.permutation(3)
    test = paired_auc_test(labels, a, b)
    other = paired_auc_test(labels[rows], a[seeds][:, rows], b[seeds][:, rows])
    assert other.difference == pytest.approx(test.difference)
    assert other.p_value == pytest.approx(test.p_value)
    assert other.interval == pytest.approx(test.interval)


def test_the_same_model_does_not_differ_from_itself() -> None:
    labels, a, _ = two_models(np.random.default_rng(9), 7, 20, seeds=3).arrays
    test = paired_auc_test(labels, a, 3 * a - 1)
    assert (test.difference, test.statistic, test.p_value, test.p_worse) == (0, 0, 1, 1)
    assert (test.interval, test.reason) == ((0, 0), None)


def test_too_few_rows_for_a_group_have_a_reason() -> None:
    labels, a, b = two_models(np.random.default_rng(10), 4, 20).arrays
    test = paired_auc_test(labels, a, b, minimum=5)
    assert test.reason == "not estimable: too few positives (4 among 24 patients; at least 5 needed)"
    assert np.isnan([test.auc_a, test.difference, test.p_value, test.p_worse, *test.interval]).all()
    assert paired_auc_test(labels, a, b).reason is None


def test_runs_of_other_seeds_are_refused() -> None:
    labels, a, b = two_models(np.random.default_rng(11), 5, 5, seeds=3).arrays
    with pytest.raises(MetricError, match="score_b: expected 3 runs, one for each of score_a, found 2"):
        paired_auc_test(labels, a, b[:2])


def test_one_model_over_seeds_covers_its_skill() -> None:
    """An AUC of normal scores 1.2 apart, whose runs lie about it by seed."""
    rng = np.random.default_rng(12)
    covered = 0
    for _ in range(300):
        labels = np.repeat([1, 0], [50, 150])
        scores = rng.normal(labels * rng.normal(1.2, 0.2, (4, 1)), 1.0)
        low, high = mean_auc(labels, scores).interval
        covered += low <= norm.cdf(1.2 / np.sqrt(2 + 0.2**2)) <= high
    assert covered / 300 > 0.9


def test_one_model_of_one_seed_has_the_interval_of_an_auc() -> None:
    labels, a, _ = two_models(np.random.default_rng(13), 12, 40).arrays
    found, own = mean_auc(labels, a), Placements.of(labels, a[0])
    low, high = auc_interval(np.array([own.auc]), np.array([own.variance]), np.array([12]), np.array([40]))
    assert found.auc == own.auc
    assert found.interval == pytest.approx((low[0], high[0]))


def test_one_model_that_is_always_right_has_limits_inside_0_and_1() -> None:
    found = mean_auc([0, 0, 1, 1], [[0.1, 0.2, 0.8, 0.9]] * 3)
    assert (found.auc, found.interval) == (1, (1, 1))
    assert mean_auc([0, 0], [0.1, 0.2]).reason == "not estimable: no positives among 2 patients"
