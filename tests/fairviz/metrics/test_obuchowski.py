"""Obuchowski's variance beside a plain transcription of her formulas, and beside a bootstrap of patients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given

from fairviz.metrics.comparison import delong_test, mean_auc, paired_auc_test
from fairviz.metrics.inputs import FloatArray, IntArray
from fairviz.metrics.ranking import Placements, roc_auc
from fairviz.metrics.seeds import SeedAveraged
from tests.fairviz.metrics.cases import Case, cases, checked
from tests.fairviz.metrics.visits import Visits, visits


def _covariance(own: Visits, first: FloatArray, second: FloatArray) -> float:
    """Equations of section 2 of Obuchowski 1997, in loops; the variance where both scores are the same."""
    patients = sorted(set(own.patients.tolist()))
    rows = [
        (
            [i for i, p in enumerate(own.patients) if p == patient and own.labels[i] == 1],
            [i for i, p in enumerate(own.patients) if p == patient and own.labels[i] == 0],
        )
        for patient in patients
    ]
    positives = [i for both in rows for i in both[0]]
    negatives = [i for both in rows for i in both[1]]
    m, n = len(positives), len(negatives)

    def wins(scores: FloatArray, i: int, j: int) -> float:
        return 1.0 if scores[i] > scores[j] else 0.5 if scores[i] == scores[j] else 0.0

    sums = []
    for scores in (first, second):
        area = sum(wins(scores, i, j) for i in positives for j in negatives) / (m * n)
        sums.append(
            [
                (
                    sum(sum(wins(scores, i, j) for j in negatives) / n for i in with_it)
                    - len(with_it) * area,
                    sum(sum(wins(scores, i, j) for i in positives) / m for j in without)
                    - len(without) * area,
                )
                for with_it, without in rows
            ]
        )
    with_positives = sum(bool(own) for own, _ in rows)
    with_negatives = sum(bool(own) for _, own in rows)
    one, other = sums
    s10 = sum(a[0] * b[0] for a, b in zip(one, other, strict=True)) * with_positives
    s10 /= (with_positives - 1) * m
    s01 = sum(a[1] * b[1] for a, b in zip(one, other, strict=True)) * with_negatives
    s01 /= (with_negatives - 1) * n
    s11 = sum(a[0] * b[1] + a[1] * b[0] for a, b in zip(one, other, strict=True)) * len(patients)
    s11 /= len(patients) - 1
    return s10 / m + s01 / n + s11 / (m * n)


@pytest.mark.parametrize("seed", range(4))
def test_variance_and_variance_of_a_difference_are_obuchowskis(seed: int) -> None:
    own = visits(np.random.default_rng(seed), 25)
    a, b = np.round(own.scores, 1)
    assert set(own.patients[own.labels == 1]) & set(own.patients[own.labels == 0])
    assert Placements.of(own.labels, a, own.patients).variance == pytest.approx(_covariance(own, a, a))
    expected = _covariance(own, a, a) + _covariance(own, b, b) - 2 * _covariance(own, a, b)
    found = delong_test(own.labels, a, b, patients=own.patients)
    assert found.standard_error**2 == pytest.approx(expected)
    assert found.difference == pytest.approx(roc_auc(own.labels, a) - roc_auc(own.labels, b))


@checked
@given(cases)
def test_with_a_row_for_each_patient_nothing_changes(case: Case) -> None:
    assume(min(case.labels.sum(), (1 - case.labels).sum()) > 1)
    ids = np.random.default_rng(0).permutation(len(case.labels))
    delong = Placements.of(case.labels, case.scores)
    clustered = Placements.of(case.labels, case.scores, ids)
    assert clustered.cases == delong.cases
    assert clustered.variance == pytest.approx(delong.variance, rel=1e-12, abs=1e-15)
    assert clustered.sizes == pytest.approx(delong.sizes, rel=1e-9)
    assert clustered.estimated_variance == pytest.approx(delong.estimated_variance, rel=1e-12, abs=1e-15)


@checked
@given(cases)
def test_rows_told_twice_tell_nothing_new(case: Case) -> None:
    assume(min(case.labels.sum(), (1 - case.labels).sum()) > 1)
    once = np.arange(len(case.labels))
    twice = np.repeat(once, 2)
    delong = Placements.of(case.labels, case.scores)
    clustered = Placements.of(case.labels[twice], case.scores[twice], twice)
    assert clustered.variance == pytest.approx(delong.variance, rel=1e-12, abs=1e-15)
    assert clustered.sizes == pytest.approx(delong.sizes, rel=1e-9)
    assert clustered.cases == delong.cases


def test_the_variance_is_never_negative() -> None:
    """Also where every patient has a row of each class, whose errors cancel."""
    rng = np.random.default_rng(0)
    ids, labels = np.repeat(np.arange(40), 2), np.tile([1, 0], 40)
    patient = 5 * rng.standard_normal(40)[ids]
    scores = patient + labels + 0.1 * rng.standard_normal(80)
    clustered, rows = Placements.of(labels, scores, ids), Placements.of(labels, scores)
    assert 0 <= clustered.variance < rows.variance / 5
    assert clustered.sizes == pytest.approx(rows.sizes), "never more than there are rows"


def _bootstrap(own: Visits, draws: int, rng: np.random.Generator) -> FloatArray:
    """AUC of the first model, and its difference from the second, of patients drawn again [B, 2]."""
    rows = [np.flatnonzero(own.patients == patient) for patient in np.unique(own.patients)]
    found = []
    for _ in range(draws):
        drawn = np.concatenate([rows[i] for i in rng.integers(0, len(rows), len(rows))])
        aucs = [roc_auc(own.labels[drawn], scores[drawn]) for scores in own.scores]
        found.append((aucs[0], aucs[0] - aucs[1]))
    return np.array(found)


def test_standard_errors_are_those_of_a_bootstrap_of_patients() -> None:
    rng = np.random.default_rng(1)
    own = visits(rng, 250)
    auc, difference = _bootstrap(own, 2000, rng).std(axis=0)
    clustered = Placements.of(own.labels, own.scores[0], own.patients)
    assert np.sqrt(clustered.variance) == pytest.approx(auc, rel=0.06)
    assert np.sqrt(Placements.of(own.labels, own.scores[0]).variance) < 0.85 * auc
    test = delong_test(own.labels, *own.scores, patients=own.patients)
    assert test.standard_error == pytest.approx(difference, rel=0.06)


def test_degrees_of_freedom_count_patients() -> None:
    scores = np.random.default_rng(0).normal(size=36)
    labels = np.repeat([1, 0], [18, 18])

    def freedom(patients: IntArray) -> float:
        return SeedAveraged.of(labels, scores[None], patients).rows.freedom

    apart = np.repeat(np.arange(12), 3)
    assert 5 <= freedom(apart) <= 10
    together = np.concatenate([apart[:18], apart[:18]])
    assert freedom(together) == 5


def test_groups_with_few_patients_are_not_compared_however_many_rows_they_have() -> None:
    rng = np.random.default_rng(0)
    labels, ids = np.repeat([1, 0], [30, 90]), np.repeat(np.arange(12), 10)
    a, b = rng.normal(size=(2, 120))
    found = paired_auc_test(labels, a, b, minimum=5, patients=ids)
    assert found.reason == "not estimable: too few positives (3 among 12 patients; at least 5 needed)"
    assert paired_auc_test(labels, a, b, minimum=5).reason is None


def test_limits_of_a_mean_over_seeds_count_patients_too() -> None:
    own = visits(np.random.default_rng(2), 60)
    for runs in (own.scores[:1], own.scores):
        rows, patients = (mean_auc(own.labels, runs, patients=who) for who in (None, own.patients))
        assert rows.auc == patients.auc
        assert np.ptp(patients.interval) > 1.1 * np.ptp(rows.interval)


def test_equal_models_are_told_apart_one_time_in_twenty_where_patients_are_counted() -> None:
    rng = np.random.default_rng(4)
    rejected = np.zeros(2)
    for _ in range(400):
        own = visits(rng, 40, each=4)
        for place, who in enumerate((own.patients, None)):
            rejected[place] += paired_auc_test(own.labels, *own.scores, patients=who).p_value < 0.05
    by_patients, by_rows = rejected / 400
    assert by_patients < 0.08
    assert by_rows > 0.15
