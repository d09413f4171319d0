"""Every number of a report against scikit-learn or a plain loop, and the reason where there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings

from fairviz.evaluation.binary import METRICS, PARTS, evaluate
from fairviz.evaluation.report import Performance
from fairviz.metrics.inputs import FloatArray, IntArray
from tests.fairviz.metrics.test_agreement import known_auc, known_rates
from tests.fairviz.metrics.tied_cases import TiedCase, tied_cases

NOUNS = {
    **dict.fromkeys(("auc", "balanced_accuracy"), ("positives", "negatives")),
    **dict.fromkeys(("tpr", "sensitivity"), ("positives",)),
    **dict.fromkeys(("fpr", "specificity"), ("negatives",)),
    "ppv": ("predicted positives",),
    "npv": ("predicted negatives",),
    **dict.fromkeys(("selection_rate", "accuracy", "brier", "log_loss", "calibration_error"), ("patients",)),
}
WITH_LIMITS = tuple(name for name in METRICS if f"{name}_low" in {own.name for own in fields(Performance)})


@dataclass(frozen=True)
class Attribute:
    name: str
    values: tuple[str, ...]
    codes: IntArray


def known_numbers(y: IntArray, p: FloatArray, d: IntArray) -> dict[str, float]:
    """Of rows, at least one."""
    rates = known_rates(y, d)
    bins = np.minimum((p * 10 + 1e-9).astype(int), 9)
    return rates | {
        "auc": known_auc(y, p),
        "balanced_accuracy": (rates["sensitivity"] + rates["specificity"]) / 2,
        "brier": sklearn.metrics.brier_score_loss(y, p),
        "log_loss": sklearn.metrics.log_loss(y, p, labels=[0, 1]),
        "calibration_error": sum(abs(float((y - p)[bins == b].sum())) for b in range(10)) / len(y),
    }


def cases_of(y: IntArray, d: IntArray) -> dict[str, int]:
    positives, flagged = int(y.sum()), int(d.sum())
    return {
        "patients": len(y),
        "positives": positives,
        "negatives": len(y) - positives,
        "predicted positives": flagged,
        "predicted negatives": len(y) - flagged,
    }


def known_reason(name: str, cases: Mapping[str, int], minimum: int) -> str | None:
    """Why a metric is not given: the first of what it needs that is too few."""
    for noun in NOUNS[name]:
        count, rows = cases[noun], cases["patients"]
        if count < minimum:
            if noun == "patients":
                return f"not estimable: too few patients ({count}; at least {minimum} needed)"
            if count == 0:
                return f"not estimable: no {noun} among {rows} patients"
            return f"not estimable: too few {noun} ({count} among {rows} patients; at least {minimum} needed)"
    return None


def check_performance(found: Performance, y: IntArray, p: FloatArray, d: IntArray, minimum: int) -> None:
    cases, known = cases_of(y, d), known_numbers(y, p, d)
    assert (found.n, found.positives, found.negatives) == (len(y), cases["positives"], cases["negatives"])
    reasons = {name: known_reason(name, cases, minimum) for name in METRICS}
    assert found.reason == {name: reason for name, reason in reasons.items() if reason is not None}
    for name in METRICS:
        expected = known[name] if reasons[name] is None else math.nan
        assert getattr(found, name) == pytest.approx(expected, abs=1e-9, nan_ok=True)
        assert math.isnan(getattr(found, name)) == (name in found.reason)
        if name in WITH_LIMITS:
            fewest = min(cases[noun] for noun in NOUNS[name])
            low, high = getattr(found, f"{name}_low"), getattr(found, f"{name}_high")
            assert math.isnan(low) == math.isnan(high) == (fewest < min(minimum, 5))
            if reasons[name] is None:
                assert low - 1e-9 <= getattr(found, name) <= high + 1e-9


def known_gaps(groups: Sequence[tuple[IntArray, FloatArray, IntArray]], overall: float) -> dict[str, float]:
    """Gaps over the groups with at least 10 of what each part needs."""

    numbers = [(known_numbers(*rows), cases_of(rows[0], rows[2])) for rows in groups if len(rows[0])]

    def values(name: str) -> list[float]:
        return [own[name] for own, cases in numbers if known_reason(name, cases, 10) is None]

    def spread(name: str) -> float:
        return max(values(name)) - min(values(name)) if len(values(name)) > 1 else math.nan

    aucs, right = values("auc"), values("accuracy")
    odds = np.array([spread("tpr"), spread("fpr")])
    halves = []
    for label in (0, 1):
        means = [p[y == label].mean() for y, p, _ in groups if (y == label).sum() >= 10]
        distances = [abs(a - b) for a, b in combinations(means, 2)]
        halves.append(sum(distances) / len(distances) if distances else math.nan)
    several = len(aucs) > 1
    return {
        "auc_gap": spread("auc"),
        "es_auc": overall / (1 + sum(abs(auc - overall) for auc in aucs)) if several else math.nan,
        "worst_group_auc": min(aucs) if several else math.nan,
        "demographic_parity_difference": spread("selection_rate"),
        "equal_opportunity_difference": spread("tpr"),
        "equalized_odds_difference": float(odds.max()),
        "equalized_odds_difference_mean": float(odds.mean()),
        "soft_equalized_odds_gap": sum(halves) / 2,
        "predictive_quality_disparity": min(right) / max(right)
        if len(right) > 1 and max(right)
        else math.nan,
    }


GAP_NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(("auc_gap", "es_auc", "worst_group_auc"), (("positives", "negatives"),)),
    **dict.fromkeys(("demographic_parity_difference", "predictive_quality_disparity"), (("patients",),)),
    "equal_opportunity_difference": (("positives",),),
    **dict.fromkeys(
        ("equalized_odds_difference", "equalized_odds_difference_mean", "soft_equalized_odds_gap"),
        (("positives",), ("negatives",)),
    ),
}


def known_gap_reason(gap: str, groups: Sequence[Mapping[str, int]]) -> str:
    """Each part of a gap is over the groups with enough of what it needs; the fewest are named."""
    fewest = min(sum(all(own[noun] >= 10 for noun in part) for own in groups) for part in GAP_NEEDS[gap])
    if fewest > 1:
        return "not estimable: no decision is right in any group"
    nouns = " and ".join(noun for part in GAP_NEEDS[gap] for noun in part)
    return f"not estimable: groups with at least 10 {nouns}: {fewest} of {len(groups)}"


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(tied_cases(most_rows=240))
def test_every_number_and_every_reason(case: TiedCase) -> None:
    y, p, d = case.labels, case.scores, case.decisions
    names = ("a", "b", "c", "d", "e")
    report = evaluate(
        y, p, threshold=case.threshold, attributes=[Attribute("race", names, case.codes)], floor=False
    )
    check_performance(report, y, p, d, minimum=1)
    race = report.attributes["race"]
    assert race.rows_left_out == int((case.codes < 0).sum())
    members = [(y[rows], p[rows], d[rows]) for rows in (case.codes == code for code in range(5))]
    for name, member in zip(names, members, strict=True):
        if len(member[0]):
            check_performance(race.groups[name], *member, minimum=10)
        else:
            assert race.groups[name].reason["accuracy"] == "not estimable: no patients"
    counts = [cases_of(labels, decisions) for labels, _, decisions in members]
    for gap, expected in known_gaps(members, known_auc(y, p)).items():
        assert getattr(race, gap) == pytest.approx(expected, abs=1e-9, nan_ok=True)
        reason = known_gap_reason(gap, counts) if math.isnan(expected) else None
        assert race.reason.get(gap) == reason


def test_every_number_has_a_known_answer() -> None:
    assert set(NOUNS) == set(METRICS)
    assert set(GAP_NEEDS) == set(PARTS)
    assert len(WITH_LIMITS) == 9
