"""Every metric against scikit-learn, fairlearn or a plain loop, on thousands of cases that are hard on it.

Ours is undefined exactly where scikit-learn raises, warns or says NaN, or has a convention for a class that
is not there.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from fairlearn import metrics as fairlearn_metrics
from hypothesis import assume, given, settings
from sklearn.exceptions import UndefinedMetricWarning

from fairviz import metrics
from fairviz.metrics.inputs import FloatArray, IntArray
from fairviz.metrics.ranking import Placements
from tests.fairviz.metrics.tied_cases import TiedCase, tied_cases

DIGITS = 1e-12


def checked(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None)


def same(expected: Any) -> Any:
    return pytest.approx(expected, abs=DIGITS, nan_ok=True)


def known_auc(labels: IntArray, scores: FloatArray) -> float:
    """Scikit-learn's, NaN where it refuses or warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UndefinedMetricWarning)
        try:
            return float(sklearn.metrics.roc_auc_score(labels, scores))
        except (ValueError, UndefinedMetricWarning):
            return math.nan


def known_rates(labels: IntArray, decisions: IntArray) -> dict[str, float]:
    """Scikit-learn's, with NaN in place of its convention for what has no trials."""
    precision, recall, _, _ = sklearn.metrics.precision_recall_fscore_support(
        labels, decisions, labels=[0, 1], zero_division=math.nan
    )
    return {
        "selection_rate": float(fairlearn_metrics.selection_rate(labels, decisions)),
        "tpr": recall[1],
        "fpr": 1 - recall[0],
        "sensitivity": recall[1],
        "specificity": recall[0],
        "ppv": precision[1],
        "npv": precision[0],
        "accuracy": float(sklearn.metrics.accuracy_score(labels, decisions)),
    }


def defined(values: Sequence[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]


def gap_of(values: Sequence[float]) -> float:
    own = defined(values)
    return max(own) - min(own) if len(own) > 1 else math.nan


@checked(500)
@given(tied_cases())
def test_auc_of_all_rows_and_of_groups(case: TiedCase) -> None:
    y, p = case.labels, case.scores
    overall = known_auc(y, p)
    assert metrics.roc_auc(y, p) == same(overall)
    assert math.isnan(overall) == (len(set(y)) < 2)
    aucs = metrics.group_roc_auc(y, p, sensitive_features=case.sensitive)
    expected = {name: known_auc(y[rows], p[rows]) for name, rows in case.groups.items()}
    assert aucs.index.tolist() == list(expected)
    assert aucs.tolist() == same(list(expected.values()))
    groups = {"sensitive_features": case.sensitive}
    own = defined(list(expected.values()))
    assert metrics.auc_gap(y, p, **groups) == same(gap_of(own))
    assert metrics.worst_group_auc(y, p, **groups) == same(min(own, default=math.nan))
    scaled = overall / (1 + sum(abs(auc - overall) for auc in own)) if own else math.nan
    assert metrics.equity_scaled_auc(y, p, **groups) == same(scaled)


def wilson(successes: int, trials: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson 1927 (J. Am. Stat. Assoc. 22:209), as roots of ``(p - share)^2 = z^2 p (1 - p) / trials``."""
    if not trials:
        return math.nan, math.nan
    share = successes / trials
    a, b, c = 1 + z**2 / trials, -(2 * share + z**2 / trials), share**2
    root = math.sqrt(max(b**2 - 4 * a * c, 0.0))
    return max((-b - root) / (2 * a), 0.0), min((-b + root) / (2 * a), 1.0)


@checked(300)
@given(tied_cases())
def test_rates_of_groups_with_their_limits_and_gaps(case: TiedCase) -> None:
    y, d = case.labels, case.decisions
    table = metrics.group_rates(y, d, sensitive_features=case.sensitive)
    expected = {name: known_rates(y[rows], d[rows]) for name, rows in case.groups.items()}
    assert table.index.tolist() == list(expected)
    for name, rows in case.groups.items():
        own, positives = table.loc[name].to_dict(), int(y[rows].sum())
        assert (own["n"], own["positives"]) == (len(rows), positives)
        assert own["negatives"] == len(rows) - positives
        assert {rate: own[rate] for rate in expected[name]} == same(expected[name])
        trials = {"tpr": y[rows], "fpr": 1 - y[rows], "ppv": d[rows], "npv": 1 - d[rows]}
        for rate in expected[name]:
            among = trials.get(
                {"sensitivity": "tpr", "specificity": "fpr"}.get(rate, rate), np.ones_like(rows)
            )
            size = int(among.sum())
            successes = round(own[rate] * size) if size else 0
            limits = wilson(successes, size)
            assert (own[f"{rate}_low"], own[f"{rate}_high"]) == pytest.approx(limits, abs=1e-7, nan_ok=True)
    _check_gaps(case, list(expected.values()))


def _check_gaps(case: TiedCase, rates: Sequence[dict[str, float]]) -> None:
    def gap(name: str) -> float:
        return gap_of([own[name] for own in rates])

    y, d, groups = case.labels, case.decisions, {"sensitive_features": case.sensitive}
    assert metrics.demographic_parity_difference(y, d, **groups) == same(gap("selection_rate"))
    assert metrics.equal_opportunity_difference(y, d, **groups) == same(gap("tpr"))
    # A gap that is undefined leaves both forms undefined: max(nan, x) of Python would not.
    both = np.array([gap("tpr"), gap("fpr")])
    assert metrics.equalized_odds_difference(y, d, **groups) == same(both.max())
    assert metrics.equalized_odds_difference(y, d, agg="mean", **groups) == same(both.mean())
    right = [own["accuracy"] for own in rates]
    quotient = min(right) / max(right) if len(right) > 1 and max(right) else math.nan
    assert metrics.predictive_quality_disparity(y, d, **groups) == same(quotient)


@checked(150)
@given(tied_cases())
def test_rates_of_all_rows(case: TiedCase) -> None:
    known = known_rates(case.labels, case.decisions)
    for name in ("selection_rate", "tpr", "fpr"):
        assert getattr(metrics, name)(case.labels, case.decisions) == same(known[name])


FROM_FAIRLEARN: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("demographic_parity_difference", "patients", {}),
    ("equal_opportunity_difference", "positives", {}),
    ("equalized_odds_difference", "both", {}),
    ("equalized_odds_difference", "both", {"agg": "mean"}),
)


@checked(60)
@given(tied_cases(missing=False))
def test_gaps_are_those_of_fairlearn_wherever_every_group_has_the_rate(case: TiedCase) -> None:
    assume(len(case.labels) > 1)  # fairlearn refuses a single row
    labels = [set(case.labels[rows].tolist()) for rows in case.groups.values()]
    has_rates = {
        "patients": True,
        "positives": all(1 in own for own in labels),
        "both": all(own == {0, 1} for own in labels),
    }
    groups = {"sensitive_features": np.asarray(case.sensitive)}
    for name, needs, options in FROM_FAIRLEARN:
        if has_rates[needs]:
            ours = getattr(metrics, name)(case.labels, case.decisions, **groups, **options)
            theirs = getattr(fairlearn_metrics, name)(case.labels, case.decisions, **groups, **options)
            # One group has a gap of 0 there, and none here.
            assert ours == same(theirs if len(labels) > 1 else math.nan)
            assert theirs == 0 or len(labels) > 1


def test_a_group_without_positives_is_0_to_fairlearn_and_no_number_here() -> None:
    y, d, groups = [1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 1], list("aabbcc")
    theirs = fairlearn_metrics.equal_opportunity_difference(y, d, sensitive_features=groups)
    assert theirs == 1
    assert metrics.equal_opportunity_difference(y, d, sensitive_features=groups) == 0.5
    assert fairlearn_metrics.true_positive_rate([0, 0], [0, 1]) == 0
    assert math.isnan(metrics.tpr([0, 0], [0, 1]))


@checked(500)
@given(tied_cases())
def test_errors_of_probabilities(case: TiedCase) -> None:
    y, p = case.labels, case.scores
    assert metrics.brier_score(y, p) == same(sklearn.metrics.brier_score_loss(y, p))
    assert metrics.log_loss(y, p) == pytest.approx(sklearn.metrics.log_loss(y, p, labels=[0, 1]), abs=1e-9)
    # Bins from whole numbers, which do not round: row by row, then the mean over rows of the bins' distances.
    bins: dict[int, list[float]] = {}
    for label, place in zip(y.tolist(), case.places.tolist(), strict=True):
        bins.setdefault(min(10 * place // case.steps, 9), []).append(label - place / case.steps)
    expected = sum(abs(math.fsum(residuals)) for residuals in bins.values()) / len(y)
    assert metrics.calibration_error(y, p) == same(expected)


@checked(400)
@given(tied_cases())
def test_soft_gap_by_a_plain_loop(case: TiedCase) -> None:
    for minimum in (1, 5, 10):
        halves = []
        for label in (0, 1):
            strata = [
                [float(case.scores[row]) for row in rows if case.labels[row] == label]
                for rows in case.groups.values()
            ]
            means = [math.fsum(stratum) / len(stratum) for stratum in strata if len(stratum) >= minimum]
            distances = [abs(a - b) for a, b in combinations(means, 2)]
            halves.append(sum(distances) / len(distances) if distances else math.nan)
        found = metrics.soft_equalized_odds_gap(
            case.labels, case.scores, sensitive_features=case.sensitive, minimum=minimum
        )
        assert found == same(sum(halves) / 2)


def _wins(labels: IntArray, scores: FloatArray) -> FloatArray:
    """[m, n] 1 where a positive is above a negative, one half where they tie."""
    difference = scores[labels == 1][:, np.newaxis] - scores[labels == 0]
    return np.asarray((np.sign(difference) + 1) / 2)


@checked(200)
@given(tied_cases())
def test_delong_by_covariances_of_all_pairs(case: TiedCase) -> None:
    """Equations 3 to 6 of DeLong, DeLong & Clarke-Pearson 1988, from the matrix of pairs."""
    labels, other = case.labels, case.places[::-1].astype(np.float64)
    pairs = [_wins(labels, scores) for scores in (case.scores, other)]
    m, n = pairs[0].shape
    test = metrics.delong_test(labels, case.scores, other)
    assert math.isnan(test.difference) == (min(m, n) < 2) == math.isnan(test.standard_error)
    if min(m, n) >= 2:
        covariance = (
            np.cov([own.mean(axis=1) for own in pairs]) / m + np.cov([own.mean(axis=0) for own in pairs]) / n
        )
        assert Placements.of(labels, case.scores).variance == same(covariance[0, 0])
        contrast = np.array([1.0, -1.0])
        assert test.standard_error**2 == same(contrast @ covariance @ contrast)
        assert test.difference == same(pairs[0].mean() - pairs[1].mean())
