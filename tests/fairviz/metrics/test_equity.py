from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from fairlearn import metrics as fairlearn_metrics
from hypothesis import given
from sklearn.metrics import roc_auc_score

from fairviz import metrics
from fairviz.errors import MetricError
from fairviz.metrics.inputs import FloatArray, IntArray
from tests.fairviz.metrics.cases import Case, cases, checked, make_case

Gap = Callable[..., float]

OF_SCORES: list[Gap] = [
    metrics.auc_gap,
    metrics.worst_group_auc,
    metrics.equity_scaled_auc,
    metrics.soft_equalized_odds_gap,
]
OF_DECISIONS: list[Gap] = [
    metrics.demographic_parity_difference,
    metrics.equal_opportunity_difference,
    metrics.equalized_odds_difference,
    metrics.predictive_quality_disparity,
]
FROM_FAIRLEARN: list[tuple[Gap, Gap, dict[str, Any]]] = [
    (metrics.demographic_parity_difference, fairlearn_metrics.demographic_parity_difference, {}),
    (metrics.equal_opportunity_difference, fairlearn_metrics.equal_opportunity_difference, {}),
    (metrics.equalized_odds_difference, fairlearn_metrics.equalized_odds_difference, {}),
    (
        metrics.equalized_odds_difference,
        fairlearn_metrics.equalized_odds_difference,
        {"agg": "mean"},
    ),
]


def _gaps(labels: IntArray, scores: FloatArray, decisions: IntArray, groups: object) -> list[float]:
    return [gap(labels, scores, sensitive_features=groups) for gap in OF_SCORES] + [
        gap(labels, decisions, sensitive_features=groups) for gap in OF_DECISIONS
    ]


@checked
@given(cases)
def test_agrees_with_fairlearn_where_every_rate_is_defined(case: Case) -> None:
    if not case.both_classes_in_every_group or len(np.unique(case.groups)) < 2:
        return
    for ours, theirs, options in FROM_FAIRLEARN:
        arguments = (case.labels, case.decisions)
        expected = theirs(*arguments, sensitive_features=case.groups, **options)
        gap = ours(*arguments, sensitive_features=case.groups, **options)
        assert gap == pytest.approx(expected, abs=1e-12)


@checked
@given(cases)
def test_auc_gaps_by_their_definitions(case: Case) -> None:
    inside = [case.groups == group for group in np.unique(case.groups)]
    aucs = [
        roc_auc_score(case.labels[rows], case.scores[rows])
        for rows in inside
        if 0 < case.labels[rows].mean() < 1
    ]
    arguments = (case.labels, case.scores)
    gap = metrics.auc_gap(*arguments, sensitive_features=case.groups)
    worst = metrics.worst_group_auc(*arguments, sensitive_features=case.groups)
    scaled = metrics.equity_scaled_auc(*arguments, sensitive_features=case.groups)
    expected_gap = max(aucs) - min(aucs) if len(aucs) > 1 else np.nan
    assert gap == pytest.approx(expected_gap, abs=1e-12, nan_ok=True)
    assert worst == pytest.approx(min(aucs, default=np.nan), abs=1e-12, nan_ok=True)
    if aucs:
        overall = roc_auc_score(case.labels, case.scores)
        distance = sum(abs(auc - overall) for auc in aucs)
        assert scaled == pytest.approx(overall / (1 + distance), abs=1e-12)
    else:
        assert np.isnan(scaled)


@checked
@given(cases)
def test_soft_gap_by_its_definition(case: Case) -> None:
    halves = []
    for label in (0, 1):
        strata = [case.scores[(case.labels == label) & (case.groups == g)] for g in range(5)]
        means = [stratum.mean() for stratum in strata if len(stratum) >= 3]
        distances = [abs(a - b) for a, b in combinations(means, 2)]
        halves.append(np.mean(distances) if distances else np.nan)
    gap = metrics.soft_equalized_odds_gap(case.labels, case.scores, sensitive_features=case.groups, minimum=3)
    assert gap == pytest.approx(np.mean(halves), abs=1e-12, nan_ok=True)


def test_soft_gap_of_decisions_is_the_average_odds_difference_of_two_groups() -> None:
    case = make_case(seed=3, rows=400, groups=2, decimals=6, prevalence=0.4)
    soft = metrics.soft_equalized_odds_gap(case.labels, case.decisions, sensitive_features=case.groups)
    hard = metrics.equalized_odds_difference(
        case.labels, case.decisions, sensitive_features=case.groups, agg="mean"
    )
    assert soft == pytest.approx(hard)


def test_soft_gap_leaves_out_small_strata() -> None:
    labels = np.repeat([0, 1, 0, 1, 0, 1], [10, 10, 10, 10, 10, 9])
    groups = np.repeat(["a", "b", "c"], [20, 20, 19])
    scores = np.repeat([0.2, 0.6, 0.4, 0.7, 0.2, 1.0], [10, 10, 10, 10, 10, 9])
    gap = metrics.soft_equalized_odds_gap(labels, scores, sensitive_features=groups)
    # negatives: |.2-.4|, |.2-.2|, |.4-.2| on average; positives: a and b alone.
    assert gap == pytest.approx((0.4 / 3 + 0.1) / 2)


@checked
@given(cases)
def test_null_behaviour(case: Case) -> None:
    """Neither the order of rows nor the names of groups matter."""
    expected = _gaps(case.labels, case.scores, case.decisions, case.groups)
    order = np.random.default_rng(1).permutation(len(case.labels))
    names = np.array(["zeta", "eta", "", "Ärzte", "0"])[case.groups]
    shuffled = _gaps(case.labels[order], case.scores[order], case.decisions[order], names[order].tolist())
    np.testing.assert_allclose(shuffled, expected, atol=1e-12)


@checked
@given(cases)
def test_groups_that_are_copies_have_no_gap(case: Case) -> None:
    labels, scores, decisions = np.tile(case.labels, 2), np.tile(case.scores, 2), np.tile(case.decisions, 2)
    groups = np.repeat(["a", "b"], len(case.labels))
    gaps = dict(zip([*OF_SCORES, *OF_DECISIONS], _gaps(labels, scores, decisions, groups), strict=True))
    for gap in (metrics.auc_gap, *OF_DECISIONS[:3], metrics.soft_equalized_odds_gap):
        assert np.isnan(gaps[gap]) or gaps[gap] == 0
    assert gaps[metrics.predictive_quality_disparity] == 1 or case.decisions.tolist() == (
        (1 - case.labels).tolist()
    )
    assert gaps[metrics.equity_scaled_auc] == pytest.approx(metrics.roc_auc(labels, scores), nan_ok=True)


def test_rows_without_a_group_count_in_the_overall_auc_alone() -> None:
    labels, scores = [0, 1, 0, 1, 0], [0.1, 0.9, 0.2, 0.8, 0.95]
    groups = ["a", "a", "b", "b", None]
    assert metrics.auc_gap(labels, scores, sensitive_features=groups) == 0
    overall = 4 / 6
    expected = overall / (1 + 2 * (1 - overall))
    scaled = metrics.equity_scaled_auc(labels, scores, sensitive_features=groups)
    assert scaled == pytest.approx(expected)


@pytest.mark.parametrize("gap", [metrics.auc_gap, *OF_DECISIONS])
def test_one_group_has_no_gap(gap: Gap) -> None:
    assert np.isnan(gap([0, 1, 0], [0, 1, 1], sensitive_features=["a", "a", "a"]))


def test_odds_need_both_rates() -> None:
    labels, decisions, groups = [1, 1, 1, 0], [1, 0, 1, 0], ["a", "a", "b", "b"]
    opportunity = metrics.equal_opportunity_difference(labels, decisions, sensitive_features=groups)
    assert opportunity == 0.5
    assert np.isnan(metrics.equalized_odds_difference(labels, decisions, sensitive_features=groups))


def test_disparity_is_undefined_where_everything_is_wrong() -> None:
    gap = metrics.predictive_quality_disparity([1, 0], [0, 1], sensitive_features=["a", "b"])
    assert np.isnan(gap)


def test_errors_name_the_argument() -> None:
    message = r"agg: expected \"worst_case\" or \"mean\", found 'max'\. Say which"
    with pytest.raises(MetricError, match=message):
        metrics.equalized_odds_difference([0], [0], sensitive_features=[1], agg="max")  # type: ignore[arg-type]
    with pytest.raises(MetricError, match="y_score: expected probabilities between 0 and 1, found -2"):
        metrics.soft_equalized_odds_gap([0], [-2.0], sensitive_features=[1])
    with pytest.raises(MetricError, match="sensitive_features: expected 2 values"):
        metrics.demographic_parity_difference([0, 1], [0, 1], sensitive_features=[1])
