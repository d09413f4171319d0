from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial import Polynomial
from scipy.special import expit, logit
from scipy.stats import binomtest, norm

from fairviz.errors import MetricError
from fairviz.metrics.inputs import FloatArray, IntArray
from fairviz.metrics.intervals import (
    auc_interval,
    auc_limits,
    logit_delong_limits,
    newcombe_limits,
    normal_quantile,
    wilson_interval,
    wilson_limits,
)

AUCS = np.array([0.0, 0.3, 0.5, 0.85, 0.99, 1.0])
POSITIVES = np.array([4, 30, 12, 60, 9, 15])
NEGATIVES = np.array([7, 25, 80, 300, 40, 15])

Z = normal_quantile(0.95)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_of_known_counts(successes: int, trials: int, low: float, high: float) -> None:
    assert list(wilson_interval(successes, trials)) == pytest.approx([low, high], abs=5e-5)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_wilson_agrees_with_scipy(level: float) -> None:
    for trials in (1, 5, 20, 333):
        for successes in {0, 1, trials // 3, trials}:
            known = binomtest(successes, trials).proportion_ci(level, method="wilson")
            limits = wilson_interval(successes, trials, level=level)
            assert list(limits) == pytest.approx([known.low, known.high], abs=1e-12)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.9995])
def test_limits_at_a_number_of_standard_errors_are_the_interval_at_its_coverage(level: float) -> None:
    z = norm.ppf(0.5 + level / 2)
    variance = np.array([0.0, 0.01, 0.004, 0.0006, 0.0001, 0.0])
    rates = wilson_interval(POSITIVES, NEGATIVES + 60, level=level)
    aucs = auc_interval(AUCS, variance, POSITIVES, NEGATIVES, level=level)
    np.testing.assert_allclose(rates, wilson_limits(POSITIVES, NEGATIVES + 60, z))
    np.testing.assert_allclose(aucs, auc_limits(AUCS, variance, POSITIVES, NEGATIVES, z))


def test_wilson_without_trials_is_undefined() -> None:
    assert np.isnan(wilson_interval([0], [0])).all()


def test_quantile_agrees_with_scipy_and_refuses_percentages() -> None:
    assert normal_quantile(0.9) == pytest.approx(norm.ppf(0.95))
    with pytest.raises(MetricError, match="level: expected a share between 0 and 1, found 95"):
        normal_quantile(95)


def test_delong_is_symmetric_on_the_logit_scale() -> None:
    low, high = logit_delong_limits(np.array([0.8]), np.array([0.0016]), norm.ppf(0.95))
    half = norm.ppf(0.95) * 0.04 / (0.8 * 0.2)
    assert low[0] == pytest.approx(expit(logit(0.8) - half))
    assert high[0] == pytest.approx(expit(logit(0.8) + half))


def test_delong_is_undefined_at_the_ends_and_without_variance() -> None:
    limits = logit_delong_limits(np.array([0.0, 1.0, 0.7]), np.array([0.0, 0.0, np.nan]), Z)
    assert np.isnan(limits).all()


def test_delong_does_not_overflow_next_to_the_ends() -> None:
    low, high = logit_delong_limits(np.array([1 - 1e-9]), np.array([0.01]), Z)
    assert low[0] == pytest.approx(0)
    assert high[0] == pytest.approx(1)


def _newcombe_roots(auc: float, m: int, n: int, z: float) -> FloatArray:
    """Both limits as roots of the quartic that the definition becomes without its fractions."""
    t, others = Polynomial([0, 1]), (m + n) / 2 - 1
    denominator = (2 - t) * (1 + t)
    variance = t * (1 - t) * (denominator + others * ((1 - t) * (1 + t) + t * (2 - t)))
    roots = (m * n * denominator * (auc - t) ** 2 - z**2 * variance).roots()
    real = np.sort(roots[np.abs(roots.imag) < 1e-9].real)
    return real[(real > -1e-9) & (real < 1 + 1e-9)][[0, -1]]


def test_newcombe_solves_its_equation() -> None:
    low, high = newcombe_limits(AUCS, POSITIVES, NEGATIVES, Z)
    for i, auc in enumerate(AUCS):
        expected = _newcombe_roots(auc, POSITIVES[i], NEGATIVES[i], Z)
        assert [low[i], high[i]] == pytest.approx(expected, abs=1e-7)
        assert low[i] <= auc <= high[i]


def test_newcombe_is_undefined_where_the_auc_is() -> None:
    limits = newcombe_limits(np.array([np.nan]), np.array([0]), np.array([5]), Z)
    assert np.isnan(limits).all()


def _limits(auc: float, variance: float, m: int, n: int) -> tuple[FloatArray, ...]:
    a, v, positives, negatives = np.array([auc]), np.array([variance]), np.array([m]), np.array([n])
    return (
        np.array(auc_interval(a, v, positives, negatives))[:, 0],
        np.array(logit_delong_limits(a, v, Z))[:, 0],
        np.array(newcombe_limits(a, positives, negatives, Z))[:, 0],
    )


def test_large_groups_get_delong_alone() -> None:
    chosen, delong, _ = _limits(0.8, 0.001, 20, 200)
    assert chosen.tolist() == delong.tolist()


def test_small_groups_get_the_union() -> None:
    chosen, delong, newcombe = _limits(0.8, 0.001, 19, 200)
    assert chosen.tolist() == [min(delong[0], newcombe[0]), max(delong[1], newcombe[1])]


@pytest.mark.parametrize(("auc", "variance"), [(1.0, 0.0), (0.0, 0.0), (0.7, np.nan)])
@pytest.mark.parametrize("positives", [1, 50])
def test_newcombe_stands_in_where_delong_is_undefined(auc: float, variance: float, positives: int) -> None:
    chosen, _, newcombe = _limits(auc, variance, positives, 40)
    assert chosen.tolist() == newcombe.tolist()


def _scores(rng: np.random.Generator, m: int, n: int) -> tuple[IntArray, FloatArray]:
    labels = np.repeat([1, 0], [m, n])
    return labels, rng.normal(labels * np.sqrt(2) * norm.ppf(0.8))


@pytest.mark.parametrize(("m", "n"), [(7, 30), (40, 60)])
def test_coverage_of_a_true_auc(m: int, n: int) -> None:
    from fairviz.metrics.ranking import Placements

    rng = np.random.default_rng(0)
    placed = [Placements.of(*_scores(rng, m, n)) for _ in range(800)]
    auc, variance = (np.array([getattr(p, name) for p in placed]) for name in ("auc", "variance"))
    low, high = auc_interval(auc, variance, np.full(800, m), np.full(800, n))
    assert ((low <= 0.8) & (high >= 0.8)).mean() > 0.935
