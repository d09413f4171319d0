from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from fairviz.data.groups import Attribute
from fairviz.evaluation.attributes import Grouped
from fairviz.evaluation.binary import evaluate
from fairviz.metrics.inputs import Groups
from fairviz.metrics.resampling import Strata, mean_over_seeds, resampled_metrics
from tests.fairviz.metrics.cases import make_case

CASE = make_case(0, 300, 3, 2, 0.4)
SCORES = np.stack([CASE.scores, np.round(np.sqrt(CASE.scores), 2)])
DECISIONS = (SCORES >= 0.5).astype(np.float64)
STRATA = Strata.draw(CASE.labels, Groups(CASE.groups, 3), replicates=30)
GAPS = (
    "auc_gap",
    "es_auc",
    "worst_group_auc",
    "equalized_odds_difference",
    "equalized_odds_difference_mean",
    "soft_equalized_odds_gap",
    "demographic_parity_difference",
)


class _Attribute:
    name = "race"
    values = ("a", "b", "c")
    codes = CASE.groups


def test_rows_are_drawn_within_their_group_and_class() -> None:
    for group in range(3):
        for label in (0, 1):
            rows = (CASE.groups == group) & (CASE.labels == label)
            assert (STRATA.weights[rows].sum(axis=0) == rows.sum()).all()
    assert (STRATA.weights[:, 0] == 1).all()
    assert (STRATA.weights[:, 1:] != 1).any(axis=0).all()


@pytest.mark.parametrize("metric", ["auc", *GAPS])
def test_unweighted_metrics_are_those_of_an_evaluation(metric: str) -> None:
    found = resampled_metrics(STRATA, SCORES, DECISIONS)[metric]
    attribute: Grouped = _Attribute()
    for seed, scores in enumerate(SCORES):
        report = evaluate(CASE.labels, scores, threshold=0.5, attributes=[attribute], floor=False)
        known = report if metric == "auc" else report.attributes["race"]
        assert found[seed, 0] == pytest.approx(getattr(known, metric))


def test_weighted_aucs_are_those_of_scikit_learn() -> None:
    found = resampled_metrics(STRATA, SCORES, DECISIONS)
    weights = STRATA.weights[:, 7]
    aucs = [
        roc_auc_score(CASE.labels[rows], SCORES[1][rows], sample_weight=weights[rows])
        for rows in (CASE.groups == group for group in range(3))
    ]
    assert found["auc_gap"][1, 7] == pytest.approx(max(aucs) - min(aucs))
    assert found["worst_group_auc"][1, 7] == pytest.approx(min(aucs))
    overall = roc_auc_score(CASE.labels, SCORES[1], sample_weight=weights)
    assert found["auc"][1, 7] == pytest.approx(overall)


def test_weighted_shares_are_those_of_the_rows_drawn() -> None:
    found = resampled_metrics(STRATA, SCORES, DECISIONS)["demographic_parity_difference"]
    drawn = np.repeat(np.arange(300), STRATA.weights[:, 5].astype(int))
    shares = [DECISIONS[0][drawn[CASE.groups[drawn] == group]].mean() for group in range(3)]
    assert found[0, 5] == pytest.approx(max(shares) - min(shares))


def test_a_row_without_a_group_counts_in_the_overall_auc_alone() -> None:
    codes = np.where(np.arange(300) < 100, -1, CASE.groups)
    found = resampled_metrics(Strata.draw(CASE.labels, Groups(codes, 3), 5), SCORES, DECISIONS)
    assert found["auc"][:, 0] == pytest.approx([roc_auc_score(CASE.labels, own) for own in SCORES])
    inside = codes >= 0
    kept = Strata.draw(CASE.labels[inside], Groups(codes[inside], 3), 5)
    without = resampled_metrics(kept, SCORES[:, inside], DECISIONS[:, inside])
    assert found["auc_gap"][:, 0] == pytest.approx(without["auc_gap"][:, 0])


def test_a_single_group_has_no_gap() -> None:
    alone = Strata.draw(CASE.labels, Groups(np.zeros(300, dtype=np.int64), 1), 5)
    assert set(resampled_metrics(alone, SCORES, DECISIONS)) == {"auc"}


def test_seeds_are_drawn_anew_in_every_replicate_but_the_first() -> None:
    means = mean_over_seeds(np.repeat(np.arange(5.0)[:, None], 400, axis=1))
    assert means[0] == 2
    # The standard deviation of a mean of 5 draws from 0 to 4 is sqrt(2 / 5).
    assert means[1:].std() == pytest.approx(np.sqrt(2 / 5), rel=0.15)


def test_patients_are_drawn_with_all_of_their_rows() -> None:
    patients, group = np.arange(300) // 3, np.arange(300) // 3 % 2
    strata = Strata.draw(CASE.labels, Groups(group, 2), 30, patients)
    by_patient = strata.weights.reshape(100, 3, 31)
    assert (by_patient == by_patient[:, :1]).all()
    positives = CASE.labels.reshape(100, 3).sum(axis=1)
    for pattern in (positives == 0, (positives > 0) & (positives < 3), positives == 3):
        for own in (0, 1):
            members = pattern & (np.arange(100) % 2 == own)
            assert (by_patient[members, 0].sum(axis=0) == members.sum()).all()


def test_weighted_metrics_of_patients_are_those_of_the_rows_drawn() -> None:
    patients = np.random.default_rng(0).integers(0, 90, 300)
    strata = Strata.draw(CASE.labels, Groups(CASE.groups, 3), 30, patients)
    found = resampled_metrics(strata, SCORES, DECISIONS)
    drawn = np.repeat(np.arange(300), strata.weights[:, 9].astype(int))
    attribute = Attribute("race", _Attribute.values, CASE.groups[drawn])
    report = evaluate(
        CASE.labels[drawn], SCORES[1][drawn], threshold=0.5, attributes=[attribute], floor=False
    )
    assert len(drawn) != 300
    assert found["auc"][1, 9] == pytest.approx(report.auc)
    for metric in GAPS:
        assert found[metric][1, 9] == pytest.approx(getattr(report.attributes["race"], metric)), metric


def test_a_gap_needs_ten_patients_of_each_group() -> None:
    strata = Strata.draw(CASE.labels, Groups(CASE.groups, 3), 5, np.arange(300) % 9)
    assert set(resampled_metrics(strata, SCORES, DECISIONS)) == {"auc"}
