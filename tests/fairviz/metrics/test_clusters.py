from __future__ import annotations

import numpy as np
import pytest

from fairviz.errors import MetricError
from fairviz.metrics.clusters import (
    PatientsInGroups,
    check_patients,
    count_patients,
    effective_share,
    sums_by_patient,
    variance_of_mean,
)
from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.intervals import wilson_interval
from fairviz.metrics.student import Variance


def _effective(successes: IntArray, patients: IntArray) -> float:
    """Effective number of rows of one group."""
    inside = PatientsInGroups.of(patients, Groups(np.zeros_like(patients), 1))
    counts = inside.pairs.sums(successes), inside.pairs.sums()
    return float(len(patients) * inside.effective_shares(*counts)[0])


def test_patients_are_numbered_as_they_appear() -> None:
    found = check_patients(np.array(["c", "a", "c", "b"]), np.zeros(4))
    assert found is not None
    assert found.tolist() == [0, 1, 0, 2]


@pytest.mark.parametrize("given", [None, [7, 3, 5], np.array(["x", "y", "z"])])
def test_rows_of_different_patients_need_no_ids(given: list[int] | None) -> None:
    assert check_patients(given, np.zeros(3)) is None


@pytest.mark.parametrize(("given", "found"), [([1, 2], "2"), (np.array(["a", None, "a"]), "none at row 1")])
def test_every_row_has_a_patient(given: list[int], found: str) -> None:
    with pytest.raises(MetricError, match=found):
        check_patients(given, np.zeros(3))


def test_a_patient_counts_once() -> None:
    rows = np.array([True, True, False, True])
    assert count_patients(np.array([4, 4, 2, 9]), rows) == 2
    assert count_patients(None, rows) == 3


def test_sums_are_over_the_rows_of_each_patient() -> None:
    values = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    assert sums_by_patient(values, np.array([5, 3, 5])).tolist() == [[2, 20], [5, 50]]
    assert sums_by_patient(values, None) is values


def test_the_variance_of_a_mean_over_patients_with_equally_many_rows_is_that_of_their_means() -> None:
    rng = np.random.default_rng(0)
    means = rng.normal(size=30)
    values = np.repeat(means, 4) + np.tile(rng.permutation([-1.0, 0.0, 0.0, 1.0]), 30)
    found = variance_of_mean(values, np.repeat(np.arange(30), 4))
    assert found == pytest.approx(Variance.of_mean(means))
    assert variance_of_mean(values, np.arange(120)) == pytest.approx(Variance.of_mean(values))


def test_a_group_holds_the_patients_with_rows_in_it() -> None:
    inside = PatientsInGroups.of(np.array([0, 0, 1, 1, 2]), Groups(np.array([1, 1, 0, 1, -1]), 2))
    assert inside.totals(np.ones(len(inside.group))).tolist() == [1, 2]
    assert inside.pairs.codes[4] == -1
    assert inside.pairs.codes[0] == inside.pairs.codes[1] != inside.pairs.codes[3]


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_rows_of_different_patients_are_all_effective(share: float) -> None:
    successes = (np.arange(40) < 40 * share).astype(np.int64)
    assert _effective(successes, np.arange(40)) == pytest.approx(40, abs=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("times", [2, 5])
def test_a_row_told_again_is_no_second_row(share: float, times: int) -> None:
    successes = (np.arange(40) < 40 * share).astype(np.int64)
    again = np.repeat(np.arange(40), times)
    assert _effective(successes[again], again) == pytest.approx(40, abs=1e-9)


def test_effective_rows_are_at_least_one_and_never_more_than_there_are() -> None:
    design_effects = np.array([0.1, 1.0, 3.0, 500.0, np.nan])
    rows, even = np.full(5, 60.0), np.full(5, 20.0)
    effective = rows * effective_share(rows, design_effects, even)
    assert (effective >= 1).all()
    assert (effective <= 60).all()
    assert (np.diff(effective[:4]) <= 0).all()
    assert effective[4] == pytest.approx(20)


def test_a_design_effect_of_few_patients_is_worth_less() -> None:
    rows, effect = np.full(2, 60.0), np.full(2, 1.5)
    few, many = effective_share(rows, effect, np.array([6.0, 40.0]))
    assert few < many < 1 / 1.5 + 1e-12


def _coverage(rng: np.random.Generator, patients: int, truth: float) -> FloatArray:
    """Share of Wilson's intervals that hold the truth: counting patients, and counting rows."""
    held = np.zeros(2)
    for _ in range(400):
        ids = np.repeat(np.arange(patients), rng.poisson(2, patients) + 1)
        chance = rng.beta(truth, 1 - truth, patients)  # a correlation of 1/2
        successes = rng.binomial(1, chance[ids])
        effective = _effective(successes, ids)
        for own, size in enumerate((effective, len(ids))):
            low, high = wilson_interval(successes.mean() * size, size)
            held[own] += low <= truth <= high
    return held / 400


def test_coverage_of_a_rate_holds_where_patients_are_counted() -> None:
    rng = np.random.default_rng(0)
    found = np.array([_coverage(rng, patients, 0.7) for patients in (12, 60)])
    assert (found[:, 0] > 0.92).all()
    assert (found[:, 1] < 0.85).all()
