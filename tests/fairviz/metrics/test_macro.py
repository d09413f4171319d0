from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from fairviz.metrics.floor import DRAWS
from fairviz.metrics.inputs import FloatArray, Groups
from fairviz.metrics.intervals import normal_quantile, wilson_interval
from fairviz.metrics.macro import (
    adjusted_limits,
    correlation,
    linked_draws,
    mean_limits,
    recovered_limits,
    row_deviations,
)
from fairviz.metrics.measured import Measured, measure
from fairviz.metrics.rates import RATES
from tests.fairviz.metrics.classes import ClassCase, class_case

SHARES = (0.5, 0.3, 0.2)


def measured(
    case: ClassCase, thresholds: tuple[float, ...] = SHARES
) -> tuple[list[Measured], list[dict[str, FloatArray]]]:
    """Each class against the rest on all rows, and what each row adds."""
    everyone, rows = [], []
    for c, threshold in enumerate(thresholds):
        labels = (case.labels == c).astype(np.int64)
        (own,) = measure(labels, case.scores[:, c], threshold, [Groups(np.zeros_like(labels), 1)])
        everyone.append(own)
        rows.append(row_deviations(labels, (case.scores[:, c] >= threshold).astype(np.int64), own))
    return everyone, rows


def between(rows: list[dict[str, FloatArray]]) -> dict[str, FloatArray]:
    return {name: correlation(np.column_stack([own[name] for own in rows])) for name in rows[0]}


def test_what_rows_add_to_an_auc_adds_up_to_delongs_variance() -> None:
    everyone, rows = measured(class_case(0, 400, SHARES))
    for own, deviations in zip(everyone, rows, strict=True):
        m, n = own.placements[0].positives.size, own.placements[0].negatives.size
        variance = own.placements[0].positives.var() / m + own.placements[0].negatives.var() / n
        assert (deviations["auc"] ** 2).sum() == pytest.approx(variance)
        assert deviations["auc"].sum() == pytest.approx(0)


def test_what_rows_add_to_a_rate_adds_up_to_its_binomial_variance() -> None:
    everyone, rows = measured(class_case(0, 400, SHARES))
    for own, deviations in zip(everyone, rows, strict=True):
        for name, rate in RATES.items():
            (successes,), (trials,) = rate.counts(own.cells)
            share = successes / trials
            assert (deviations[name] ** 2).sum() == pytest.approx(share * (1 - share) / trials)
            assert deviations[name].sum() == pytest.approx(0)


def test_correlations_are_those_of_repeated_samples() -> None:
    samples = [measured(class_case(seed, 300, SHARES)) for seed in range(800)]
    told = np.mean([between(rows)["auc"] for _, rows in samples], axis=0)
    aucs = np.array([[own.columns["auc"][0] for own in everyone] for everyone, _ in samples])
    np.testing.assert_allclose(told, np.corrcoef(aucs.T), atol=0.08)
    tprs = np.mean([between(rows)["tpr"] for _, rows in samples], axis=0)
    np.testing.assert_allclose(tprs, np.eye(3), atol=1e-12)  # different rows are the positives of each class


def test_what_no_row_moves_is_independent() -> None:
    found = correlation(np.column_stack([np.arange(-2.0, 3), np.zeros(5), np.full(5, np.nan)]))
    np.testing.assert_array_equal(found, np.eye(3))


def test_one_class_said_three_times_has_its_own_limits() -> None:
    low, high = np.array([[0.6, 0.5]] * 3), np.array([[0.9, 0.7]] * 3)
    limits = recovered_limits(np.array([[0.8, 0.6]] * 3), low, high, np.ones((3, 3)))
    np.testing.assert_allclose(limits, [low[0], high[0]])


def test_independent_errors_shrink_with_the_root_of_the_classes() -> None:
    estimates = np.full((4, 1), 0.7)
    (low,), (high,) = recovered_limits(estimates, estimates - 0.2, estimates + 0.1, np.eye(4))
    assert [0.7 - low, high - 0.7] == pytest.approx([0.1, 0.05])


def test_limits_of_rates_approach_wilsons_where_there_is_one_rate() -> None:
    limits = adjusted_limits(np.array([[81.0]]), np.array([[263.0]]), np.eye(1))
    np.testing.assert_allclose(np.ravel(limits), np.ravel(wilson_interval([81], [263])), atol=0.002)


def test_limits_hold_their_mean_and_stay_between_0_and_1() -> None:
    successes, trials = np.array([[0.0, 10, 3], [0, 10, 9]]), np.full((2, 3), 10.0)
    low, high = adjusted_limits(successes, trials, np.eye(2))
    mean = (successes / trials).mean(axis=0)
    assert (low >= 0).all()
    assert (low <= mean).all()
    assert (mean <= high).all()
    assert (high <= 1).all()
    assert (high - low > 0.05).all(), "a share of 0 or 1 is not certain"


@pytest.mark.parametrize(("rows", "shares"), [(100, (0.2, 0.3, 0.5)), (160, (0.1, 0.2, 0.3, 0.4))])
def test_limits_hold_the_truth_19_times_in_20(rows: int, shares: tuple[float, ...]) -> None:
    truth = {
        name: np.mean([own.columns[name][0] for own in measured(class_case(999, 60_000, shares), shares)[0]])
        for name in ("auc", "tpr", "fpr", "selection_rate")
    }
    held: dict[str, list[bool]] = {name: [] for name in truth}
    for seed in range(400):
        everyone, deviations = measured(class_case(seed, rows, shares), shares)
        limits = mean_limits(everyone, between(deviations))
        for name, value in truth.items():
            held[name].append(bool(limits[f"{name}_low"][0] <= value <= limits[f"{name}_high"][0]))
    assert all(np.mean(own) >= 0.92 for own in held.values()), {k: np.mean(v) for k, v in held.items()}


def test_limits_are_narrower_than_those_of_one_class() -> None:
    everyone, rows = measured(class_case(1, 300, SHARES))
    limits = mean_limits(everyone, between(rows))
    single = [own.columns["auc_high"][0] - own.columns["auc_low"][0] for own in everyone]
    assert limits["auc_high"][0] - limits["auc_low"][0] < np.mean(single)


def test_a_class_without_a_number_leaves_the_mean_without_limits() -> None:
    case = class_case(2, 200, SHARES)
    without = ClassCase(np.where(case.labels == 2, 0, case.labels), case.scores, case.groups)
    everyone, rows = measured(without)
    limits = mean_limits(everyone, between(rows))
    assert np.isnan(limits["auc_low"]).all()
    assert np.isnan(limits["tpr_high"]).all()
    assert np.isfinite(limits["fpr_low"]).all()


def test_linked_draws_keep_their_values_and_follow_the_correlations() -> None:
    rng = np.random.default_rng(0)
    wanted = np.array([[1, -0.6, 0.2], [-0.6, 1, 0.3], [0.2, 0.3, 1]])
    draws = [rng.binomial(40, 0.3, (DRAWS, 2)) / 40, rng.normal(size=(DRAWS, 2)), rng.gamma(1, 1, (DRAWS, 2))]
    draws[1][:, 1] = np.nan
    linked = linked_draws(draws, wanted, np.random.default_rng(1))
    for before, after in zip(draws, linked, strict=True):
        np.testing.assert_array_equal(np.sort(before, axis=0), np.sort(after, axis=0))
    first = np.column_stack([own[:, 0] for own in linked])
    # Rank correlation of normal draws: 6 / pi * arcsin(r / 2).
    np.testing.assert_allclose(spearmanr(first).statistic, 6 / np.pi * np.arcsin(wanted / 2), atol=0.04)
    across_groups = spearmanr(linked[0][:, 0], linked[2][:, 1]).statistic
    assert abs(across_groups) < normal_quantile(0.999) / np.sqrt(DRAWS)
