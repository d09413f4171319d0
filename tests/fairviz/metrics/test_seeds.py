from __future__ import annotations

import numpy as np
import pytest

from fairviz.errors import MetricError
from fairviz.metrics import delong_test, roc_auc
from fairviz.metrics.inputs import FloatArray, IntArray
from fairviz.metrics.seeds import SeedAveraged, check_runs
from tests.fairviz.metrics.two_models import two_models

MODELS = two_models(np.random.default_rng(0), 9, 31, seeds=4, seed_sd=0.3)


def _wins(labels: IntArray, scores: FloatArray) -> FloatArray:
    """Of every pair of a positive and a negative whether the positive is above, ties one half, [m, n]."""
    above, beside = (
        compare(scores[labels == 1][:, None], scores[labels == 0]) for compare in (np.greater, np.equal)
    )
    return np.asarray(above + beside / 2)


def test_values_are_the_aucs_of_each_seed() -> None:
    labels, a, b = MODELS.arrays
    assert SeedAveraged.of(labels, a).values == pytest.approx([roc_auc(labels, own) for own in a])
    differences = [roc_auc(labels, x) - roc_auc(labels, y) for x, y in zip(a, b, strict=True)]
    assert SeedAveraged.difference(labels, a, b).values == pytest.approx(differences)


def test_variances_and_degrees_are_those_of_the_formula() -> None:
    labels, a, b = MODELS.arrays
    found = SeedAveraged.difference(labels, a, b)
    # All pairs of rows, averaged over seeds: the seed-averaged placements are its means.
    pairs = np.mean([_wins(labels, x) - _wins(labels, y) for x, y in zip(a, b, strict=True)], axis=0)
    rows = pairs.mean(axis=1).var(ddof=1) / 9 + pairs.mean(axis=0).var(ddof=1) / 31
    seeds = found.values.var(ddof=1) / 4
    assert found.estimate.value == pytest.approx(pairs.mean())
    assert found.estimate.variance.value == pytest.approx(rows + seeds)
    assert found.estimate.variance.freedom == pytest.approx(
        (rows + seeds) ** 2 / (rows**2 / 8 + seeds**2 / 3)
    )


def test_one_seed_has_welchs_degrees_of_both_classes() -> None:
    labels, a, b = MODELS.arrays
    found = SeedAveraged.difference(labels, a[:1], b[:1])
    pairs = _wins(labels, a[0]) - _wins(labels, b[0])
    v, w = pairs.mean(axis=1).var(ddof=1) / 9, pairs.mean(axis=0).var(ddof=1) / 31
    assert found.rows.freedom == pytest.approx((v + w) ** 2 / (v**2 / 8 + w**2 / 30))
    assert 8 <= found.rows.freedom <= 38
    assert found.rows.value == pytest.approx(delong_test(labels, a[0], b[0]).standard_error ** 2)


def test_a_class_of_one_row_has_no_variance() -> None:
    labels = np.array([1, 0, 0])
    assert np.isnan(SeedAveraged.of(labels, np.array([[0.5, 0.2, 0.7]])).estimate.variance).all()


def test_seeds_that_agree_add_nothing() -> None:
    labels, a, b = MODELS.arrays
    one = SeedAveraged.difference(labels, a[:1], b[:1]).estimate
    same = SeedAveraged.difference(labels, np.repeat(a[:1], 3, axis=0), np.repeat(b[:1], 3, axis=0)).estimate
    assert same.value == pytest.approx(one.value)
    assert same.variance.value == pytest.approx(one.variance.value)


def test_scores_of_runs_are_checked() -> None:
    assert check_runs([0.1, 0.2], "scores").shape == (1, 2)
    with pytest.raises(MetricError, match=r"scores\[1\]: expected finite numbers, found nan at row 0"):
        check_runs([[0.1, 0.2], [np.nan, 0.2]], "scores")
    with pytest.raises(MetricError, match=r"\[seeds, rows\], found an array of shape \(0, 3\)"):
        check_runs(np.empty((0, 3)), "scores")
