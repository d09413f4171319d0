"""Rules for thresholds, against scikit-learn's ROC curve and plain searches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from fairviz.errors import MetricError, SettingError
from fairviz.evaluation.thresholds import Kind, ThresholdRule

LABELS = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
SCORES = [0.9, 0.8, 0.6, 0.3, 0.7, 0.5, 0.4, 0.2, 0.2, 0.1]

cases = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 12)), min_size=2, max_size=40).filter(
    lambda rows: 0 < sum(label for label, _ in rows) < len(rows)
)


@pytest.mark.parametrize("text", ["prevalence", "youden", "sensitivity=0.9", "0.5", "0.123456789012"])
def test_a_rule_reads_back_what_it_writes(text: str) -> None:
    assert str(ThresholdRule.parse(text)) == text


def test_case_and_blanks_do_not_matter() -> None:
    assert ThresholdRule.parse(" Youden ") == ThresholdRule(Kind.YOUDEN)


@pytest.mark.parametrize(
    "text", ["", "median", "1.5", "-0.1", "nan", "sensitivity", "sensitivity=0", "sensitivity=2", "youden=1"]
)
def test_no_rule_names_the_rules_there_are(text: str) -> None:
    with pytest.raises(SettingError, match=r"prevalence, youden, sensitivity=0\.9"):
        ThresholdRule.parse(text)


def test_prevalence_and_a_number_look_at_no_row() -> None:
    assert ThresholdRule().choose(LABELS, SCORES, 0.26) == 0.26
    assert ThresholdRule.parse("0.5").choose(LABELS, SCORES, 0.26) == 0.5


@settings(deadline=None, derandomize=True)
@given(cases)
def test_youden_is_the_best_point_of_the_roc_curve(rows: list[tuple[int, int]]) -> None:
    labels, scores = np.array([r[0] for r in rows]), np.array([r[1] for r in rows]) / 12
    fpr, tpr, _ = roc_curve(labels, scores)
    chosen = ThresholdRule(Kind.YOUDEN).choose(labels, scores, 0.5)
    decided = scores >= chosen
    assert decided[labels == 1].mean() - decided[labels == 0].mean() == pytest.approx((tpr - fpr)[1:].max())


@settings(deadline=None, derandomize=True)
@given(cases, st.sampled_from([0.05, 0.07, 0.3, 0.5, 0.8, 0.9, 0.95, 1.0]))
def test_a_sensitivity_is_reached_and_no_higher_threshold_reaches_it(
    rows: list[tuple[int, int]], share: float
) -> None:
    labels, scores = np.array([r[0] for r in rows]), np.array([r[1] for r in rows]) / 12
    chosen = ThresholdRule(Kind.SENSITIVITY, share).choose(labels, scores, 0.5)
    positives = scores[labels == 1]
    assert (positives >= chosen).mean() >= share - 1e-9
    assert (positives > chosen).mean() < share


def test_a_share_that_is_no_exact_binary_number_asks_for_no_patient_more() -> None:
    scores = np.arange(1, 101) / 100
    labels = np.ones(100, dtype=int)
    assert ThresholdRule.parse("sensitivity=0.07").choose(labels, scores, 0.5) == scores[-7]


def test_rules_that_look_at_rows_ask_for_both_outcomes() -> None:
    with pytest.raises(MetricError, match="none with label 1"):
        ThresholdRule.parse("sensitivity=0.9").choose([0, 0], [0.1, 0.2], 0.5)
    with pytest.raises(MetricError, match="none with label 0"):
        ThresholdRule.parse("youden").choose([1, 1], [0.1, 0.2], 0.5)
