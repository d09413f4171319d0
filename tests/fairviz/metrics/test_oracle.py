"""Agreement with answers that independent libraries gave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairviz import metrics

CASES = range(5)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, oracle_dir: Path) -> dict[str, Any]:
    known: list[dict[str, Any]] = json.loads((oracle_dir / "metrics.json").read_text())
    assert len(known) == len(CASES)
    case: dict[str, Any] = known[request.param]
    return case


def test_every_answer_is_compared(case: dict[str, Any]) -> None:
    gaps = {"equalized_odds_difference", "equalized_odds_difference_mean", "demographic_parity_difference"}
    assert set(case) == {"labels", "scores", "groups", "threshold", "expected"}
    assert set(case["expected"]) <= {"auc", "ece", "es_auc", "group_auc", "group_rates"} | gaps
    assert {"auc", "ece", "es_auc", "group_auc", "group_rates", "demographic_parity_difference"} <= set(
        case["expected"]
    )


def _same(actual: float, expected: float | None) -> bool:
    return bool(np.isnan(actual)) if expected is None else actual == pytest.approx(expected, abs=1e-9)


def test_scores(case: dict[str, Any]) -> None:
    labels, scores, groups = case["labels"], case["scores"], case["groups"]
    expected = case["expected"]
    assert _same(metrics.roc_auc(labels, scores), expected["auc"])
    assert _same(metrics.calibration_error(labels, scores), expected["ece"])
    assert _same(metrics.equity_scaled_auc(labels, scores, sensitive_features=groups), expected["es_auc"])
    aucs = metrics.group_roc_auc(labels, scores, sensitive_features=groups)
    assert {str(group) for group in aucs.index} == set(expected["group_auc"])
    assert all(_same(aucs[int(group)], auc) for group, auc in expected["group_auc"].items())


def test_rates(case: dict[str, Any]) -> None:
    decisions = (np.array(case["scores"]) >= case["threshold"]).astype(int)
    rates = metrics.group_rates(case["labels"], decisions, sensitive_features=case["groups"])
    expected = case["expected"]["group_rates"]
    assert {str(group) for group in rates.index} == set(expected)
    for group, known in expected.items():
        assert all(_same(rates.loc[int(group), name], value) for name, value in known.items())


@pytest.mark.parametrize(
    ("name", "compute"),
    [
        ("demographic_parity_difference", metrics.demographic_parity_difference),
        ("equalized_odds_difference", metrics.equalized_odds_difference),
        (
            "equalized_odds_difference_mean",
            lambda *args, **groups: metrics.equalized_odds_difference(*args, **groups, agg="mean"),
        ),
    ],
)
def test_gaps(case: dict[str, Any], name: str, compute: Any) -> None:
    if name not in case["expected"]:
        undefined = [g["tpr"] is None or g["fpr"] is None for g in case["expected"]["group_rates"].values()]
        assert any(undefined), "only gaps of undefined rates may be without an answer"
        return
    decisions = (np.array(case["scores"]) >= case["threshold"]).astype(int)
    gap = compute(case["labels"], decisions, sensitive_features=case["groups"])
    assert _same(gap, case["expected"][name])
