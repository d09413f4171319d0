from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import sklearn.metrics

from fairviz import metrics
from fairviz.evaluation.binary import PARTS, evaluate
from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.measured import RISK_METRICS
from fairviz.metrics.resampled import ResampledRuns
from fairviz.metrics.resampling import Strata, resampled_metrics
from tests.fairviz.metrics.cases import make_case

CASE = make_case(4, 400, 3, 2, 0.4)
# Some rows have no group.
CODES = np.where(np.arange(400) < 40, -1, CASE.groups)
SCORES = np.stack([CASE.scores, np.round(np.sqrt(CASE.scores), 2)])
DECISIONS = (SCORES >= 0.5).astype(np.float64)
STRATA = Strata.draw(CASE.labels, Groups(CODES, 3), replicates=12)
NAMES = [name for name, metric in metrics.CATALOGUE.items() if metric.better is not None]

OF_DRAWN_ROWS: dict[str, Callable[[IntArray, FloatArray, IntArray], float]] = {
    "auc": lambda y, p, _: sklearn.metrics.roc_auc_score(y, p),
    "sensitivity": lambda y, _, d: sklearn.metrics.recall_score(y, d),
    "tpr": lambda y, _, d: sklearn.metrics.recall_score(y, d),
    "specificity": lambda y, _, d: sklearn.metrics.recall_score(1 - y, 1 - d),
    "fpr": lambda y, _, d: 1 - sklearn.metrics.recall_score(1 - y, 1 - d),
    "ppv": lambda y, _, d: sklearn.metrics.precision_score(y, d),
    "npv": lambda y, _, d: sklearn.metrics.precision_score(1 - y, 1 - d),
    "accuracy": lambda y, _, d: sklearn.metrics.accuracy_score(y, d),
    "balanced_accuracy": lambda y, _, d: sklearn.metrics.balanced_accuracy_score(y, d),
    "brier": lambda y, p, _: sklearn.metrics.brier_score_loss(y, p),
    "log_loss": lambda y, p, _: sklearn.metrics.log_loss(y, p, labels=[0, 1]),
    "calibration_error": lambda y, p, _: metrics.calibration_error(y, p),
}
GAPS_OF_SCORES: dict[str, Callable[..., float]] = {
    "auc_gap": metrics.auc_gap,
    "worst_group_auc": metrics.worst_group_auc,
    "es_auc": metrics.equity_scaled_auc,
    "soft_equalized_odds_gap": metrics.soft_equalized_odds_gap,
}
GAPS_OF_DECISIONS: dict[str, Callable[..., float]] = {
    "demographic_parity_difference": metrics.demographic_parity_difference,
    "equal_opportunity_difference": metrics.equal_opportunity_difference,
    "equalized_odds_difference": metrics.equalized_odds_difference,
    "equalized_odds_difference_mean": lambda *arrays, **groups: metrics.equalized_odds_difference(
        *arrays, agg="mean", **groups
    ),
    "predictive_quality_disparity": metrics.predictive_quality_disparity,
}


def _resampled(*, risks: bool = True) -> ResampledRuns:
    return ResampledRuns([STRATA], SCORES, DECISIONS, risks=risks)


def _metric(name: str, runs: ResampledRuns | None = None) -> FloatArray:
    found = (runs or _resampled()).metric(name)
    assert found is not None
    return found


class _Attribute:
    name = "race"
    values = ("a", "b", "c")
    codes = CODES


def test_every_metric_that_has_a_better_side_is_here() -> None:
    assert set(NAMES) == {*OF_DRAWN_ROWS, *GAPS_OF_SCORES, *GAPS_OF_DECISIONS}


@pytest.mark.parametrize("name", NAMES)
def test_with_every_row_once_it_is_that_of_an_evaluation(name: str) -> None:
    found = _metric(name)
    assert found.shape == (2, 13)
    for seed, scores in enumerate(SCORES):
        report = evaluate(CASE.labels, scores, threshold=0.5, attributes=[_Attribute()], floor=False)
        known = report.attributes["race"] if name in PARTS else report
        assert found[seed, 0] == pytest.approx(getattr(known, name), abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_with_rows_drawn_again_it_is_that_of_the_rows_drawn(name: str) -> None:
    for replicate in (1, 7, 12):
        drawn = np.repeat(np.arange(400), STRATA.weights[:, replicate].astype(int))
        y, p, d = CASE.labels[drawn], SCORES[1][drawn], DECISIONS[1][drawn].astype(np.int64)
        groups = [None if code < 0 else str(code) for code in CODES[drawn]]
        if name in OF_DRAWN_ROWS:
            expected = OF_DRAWN_ROWS[name](y, p, d)
        elif name in GAPS_OF_SCORES:
            expected = GAPS_OF_SCORES[name](y, p, sensitive_features=groups)
        else:
            expected = GAPS_OF_DECISIONS[name](y, d, sensitive_features=groups)
        assert _metric(name)[1, replicate] == pytest.approx(expected, abs=1e-9)


def test_those_of_evidence_are_the_same() -> None:
    runs = _resampled()
    for name, values in resampled_metrics(STRATA, SCORES, DECISIONS).items():
        np.testing.assert_array_equal(_metric(name, runs), values)


def test_the_order_of_asking_does_not_matter() -> None:
    forwards, backwards = _resampled(), _resampled()
    there = {name: _metric(name, forwards) for name in NAMES}
    back = {name: _metric(name, backwards) for name in reversed(NAMES)}
    for name in NAMES:
        np.testing.assert_array_equal(there[name], back[name])


def test_chances_of_decisions_have_rates_and_no_risks() -> None:
    runs = ResampledRuns([STRATA], SCORES, SCORES, risks=False)
    assert [runs.metric(name) for name in RISK_METRICS] == [None] * 3
    assert _metric("sensitivity", runs)[0, 0] == pytest.approx(SCORES[0][CASE.labels == 1].mean())
    chances = np.where(CASE.labels == 1, SCORES[0], 1 - SCORES[0])
    assert _metric("accuracy", runs)[0, 0] == pytest.approx(chances.mean())
    by_group = [chances[code == CODES].mean() for code in range(3)]
    found = _metric("predictive_quality_disparity", runs)[0, 0]
    assert found == pytest.approx(min(by_group) / max(by_group))


def test_without_positive_decisions_there_is_no_predictive_value() -> None:
    nobody = ResampledRuns([STRATA], SCORES, np.zeros_like(DECISIONS), risks=True)
    assert np.isnan(_metric("ppv", nobody)).all()
    assert _metric("npv", nobody)[0, 0] == pytest.approx((CASE.labels == 0).mean())
    wrong = ResampledRuns([STRATA], SCORES, np.tile(1.0 - CASE.labels, (2, 1)), risks=True)
    assert np.isnan(_metric("predictive_quality_disparity", wrong)).all()


def test_a_gap_needs_two_groups_large_enough() -> None:
    alone = Strata.draw(CASE.labels, Groups(np.zeros(400, dtype=np.int64), 1), 5)
    runs = ResampledRuns([alone], SCORES, DECISIONS, risks=True)
    assert [runs.metric(name) for name in PARTS] == [None] * len(PARTS)
    assert runs.metric("auc") is not None
    # Group 1 has positives enough and 9 negatives: sensitivities may differ, false alarms may not.
    codes = np.where((CASE.labels == 0) & (np.cumsum(CASE.labels == 0) > 9), 0, np.arange(400) % 2)
    runs = ResampledRuns([Strata.draw(CASE.labels, Groups(codes, 2), 5)], SCORES, DECISIONS, risks=True)
    assert runs.metric("equal_opportunity_difference") is not None
    assert runs.metric("equalized_odds_difference") is None
    assert runs.metric("auc_gap") is None


@pytest.mark.parametrize(
    "name", ["sensitivity", "brier", "calibration_error", "predictive_quality_disparity"]
)
def test_many_rows_are_summed_in_blocks(name: str) -> None:
    labels, scores = np.tile(CASE.labels, 12), np.tile(SCORES, 12)
    strata = Strata.draw(labels, Groups(np.tile(CODES, 12), 3), 3)
    found = ResampledRuns([strata], scores, np.tile(DECISIONS, 12), risks=True).metric(name)
    assert found is not None
    np.testing.assert_allclose(found[:, 0], _metric(name)[:, 0])
