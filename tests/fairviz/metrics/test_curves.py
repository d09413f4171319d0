"""ROC curves and calibration bins against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import calibration, metrics

from fairviz.errors import MetricError
from fairviz.metrics.calibration import calibration_error
from fairviz.metrics.curves import calibration_bins, merged_edges, roc_curve
from fairviz.metrics.intervals import wilson_interval
from fairviz.metrics.ranking import roc_auc as auc


def made(seed: int, rows: int = 200, grid: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    scores = rng.random(rows)
    labels = (rng.random(rows) < scores).astype(np.int64)
    labels[:2] = 0, 1
    return labels, np.round(scores * grid) / grid if grid else scores


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([0, 4, 20]))
def test_the_curve_is_scikit_learns(seed: int, grid: int) -> None:
    labels, scores = made(seed, grid=grid)
    found = roc_curve(labels, scores)
    fpr, tpr, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
    assert found.fpr == pytest.approx(fpr)
    assert found.tpr == pytest.approx(tpr)
    assert (found.thresholds == thresholds).all()
    assert np.trapezoid(found.tpr, found.fpr) == pytest.approx(auc(labels, scores))


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.integers(0, 10_000))
def test_ten_bins_are_scikit_learns(seed: int) -> None:
    labels, scores = made(seed)
    found = calibration_bins(labels, scores)
    observed, predicted = calibration.calibration_curve(labels, scores, n_bins=10)
    assert found.observed == pytest.approx(observed)
    assert found.predicted == pytest.approx(predicted)
    assert found.n.sum() == len(labels)
    distance = (found.n * np.abs(found.observed - found.predicted)).sum() / len(labels)
    assert distance == pytest.approx(calibration_error(labels, scores))


def test_intervals_are_wilsons_of_each_bin() -> None:
    found = calibration_bins(*made(1))
    low, high = wilson_interval(found.observed * found.n, found.n)
    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(high)


def test_a_bin_begins_at_its_edge_and_ends_before_the_next() -> None:
    found = calibration_bins([0, 1, 1, 0], [0.1, 0.3, 0.5, 0.9], edges=[0.3, 0.9])
    assert found.n.tolist() == [1, 2, 1]
    assert found.observed.tolist() == [0, 1, 0]


def test_rows_of_few_patients_make_intervals_wider() -> None:
    labels, scores = made(2)
    rows = calibration_bins(np.tile(labels, 4), np.tile(scores, 4))
    patients = calibration_bins(
        np.tile(labels, 4), np.tile(scores, 4), patients=np.tile(np.arange(len(labels)), 4)
    )
    assert (patients.observed == rows.observed).all()
    assert (patients.high - patients.low > rows.high - rows.low).all()


def test_without_a_class_its_rate_is_unknown_and_without_rows_there_are_no_bins() -> None:
    found = roc_curve([1, 1], [0.2, 0.3])
    assert np.isnan(found.fpr).all()
    assert found.tpr.tolist() == [0, 0.5, 1]
    assert calibration_bins([], []).n.tolist() == []


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(MetricError, match="y_score"):
        roc_curve([0, 1], [0.2, 1.3])
    with pytest.raises(MetricError, match="y_true"):
        calibration_bins([0, 2], [0.2, 0.3])


@pytest.mark.parametrize(
    ("fewest", "kept"), [(1, [0.25, 0.5, 0.75]), (3, [0.5]), (2, [0.5, 0.75]), (5, []), (9, [])]
)
def test_bins_of_few_rows_join_the_next(fewest: int, kept: list[float]) -> None:
    scores = np.array([0.1, 0.3, 0.4, 0.45, 0.6, 0.7, 0.8, 0.9])
    found = merged_edges(scores, np.array([0.25, 0.5, 0.75]), fewest)
    assert found.tolist() == kept
    assert (calibration_bins(np.zeros(8), scores, edges=found).n >= min(fewest, 8)).all()
