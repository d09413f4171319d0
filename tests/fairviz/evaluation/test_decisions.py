"""Reports of methods that decide by other means than a threshold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from fairviz import metrics
from fairviz.errors import MetricError
from fairviz.evaluation import FairnessReport, evaluate
from fairviz.metrics.inputs import IntArray
from tests.fairviz.metrics.cases import make_case

CASE = make_case(seed=3, rows=900, groups=3, decimals=1, prevalence=0.4)
# Drawn from the scores: unlike any threshold.
DRAWN = (np.random.default_rng(0).random(900) < CASE.scores).astype(np.int64)
RISKS = ("brier", "log_loss", "calibration_error")


@dataclass(frozen=True)
class Attribute:
    name: str
    values: tuple[str, ...]
    codes: IntArray


RACE = Attribute("race", ("a", "b", "c"), CASE.groups)


def report(decisions: Sequence[int] | IntArray | None) -> FairnessReport:
    return evaluate(CASE.labels, CASE.scores, threshold=0.5, attributes=[RACE], decisions=decisions)


def test_rates_and_gaps_are_of_the_given_decisions() -> None:
    found = report(DRAWN)
    assert found.selection_rate == pytest.approx(DRAWN.mean())
    assert found.tpr == pytest.approx(metrics.tpr(CASE.labels, DRAWN))
    race = found.attributes["race"]
    expected = metrics.equalized_odds_difference(CASE.labels, DRAWN, sensitive_features=CASE.groups)
    assert race.equalized_odds_difference == pytest.approx(expected)
    assert race.equalized_odds_difference != report(None).attributes["race"].equalized_odds_difference
    own = CASE.groups == 1
    assert race.groups["b"].fpr == pytest.approx(metrics.fpr(CASE.labels[own], DRAWN[own]))


def test_auc_and_soft_gap_are_of_the_scores() -> None:
    drawn, decided = report(DRAWN), report(None)
    assert drawn.auc == decided.auc
    for gap in ("auc_gap", "soft_equalized_odds_gap", "es_auc"):
        assert getattr(drawn.attributes["race"], gap) == getattr(decided.attributes["race"], gap)


def test_decisions_at_the_threshold_change_no_rate() -> None:
    given, plain = report(CASE.decisions), report(None)
    for name in ("tpr", "fpr", "ppv", "accuracy", "balanced_accuracy", "selection_rate_low"):
        assert getattr(given, name) == getattr(plain, name)
    floors = given.attributes["race"].floors, plain.attributes["race"].floors
    assert floors[0] == floors[1]


def test_probabilities_of_a_decision_are_no_risks_and_that_is_said() -> None:
    found = json.loads(json.dumps(report(DRAWN).to_json(), allow_nan=False))
    plain = report(None).to_json()
    for part, known in ((found, plain), (found["attributes"]["race"]["groups"]["a"], None)):
        for name in RISKS:
            assert part[name] is None
            assert "scores are probabilities of a decision, not of the outcome" in part["reason"][name]
            assert known is None or known[name] is not None
    assert found["threshold"] is None
    assert found["reason"]["threshold"] == "none: the method itself decides"
    assert plain["threshold"] == 0.5


def test_too_few_rows_are_the_first_reason() -> None:
    few = slice(0, 6)
    attribute = Attribute("race", ("a", "b"), np.array([0, 0, 0, 0, 1, 1]))
    found = evaluate(
        CASE.labels[few], CASE.scores[few], threshold=0.5, attributes=[attribute], decisions=DRAWN[few]
    )
    assert "too few patients" in found.attributes["race"].groups["b"].reason["brier"]


@pytest.mark.parametrize(
    ("decisions", "message"),
    [
        ([0.5] * 900, r"decisions: expected only labels 0 and 1, found 0\.5 at row 0"),
        ([1] * 899, "decisions: expected 900 values, one for each of labels, found 899"),
    ],
)
def test_what_is_no_decision_is_refused(decisions: list[int], message: str) -> None:
    with pytest.raises(MetricError, match=message):
        report(decisions)
