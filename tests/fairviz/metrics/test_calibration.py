from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given

from fairviz.errors import MetricError
from fairviz.metrics import brier_score, calibration_error, log_loss
from fairviz.metrics.calibration import group_calibration_error
from fairviz.metrics.inputs import Groups
from tests.fairviz.metrics.cases import Case, cases, checked


@checked
@given(cases)
def test_calibration_error_by_its_definition(case: Case) -> None:
    bins = [min(int(score * 10), 9) for score in case.scores]
    total = 0.0
    for b in set(bins):
        inside = np.array(bins) == b
        total += inside.mean() * abs(case.labels[inside].mean() - case.scores[inside].mean())
    assert calibration_error(case.labels, case.scores) == pytest.approx(total, abs=1e-12)


@checked
@given(cases)
def test_scores_agree_with_scikit_learn(case: Case) -> None:
    y, p = case.labels, case.scores
    assert brier_score(y, p) == pytest.approx(sklearn.metrics.brier_score_loss(y, p), abs=1e-12)
    known = sklearn.metrics.log_loss(y, p, labels=[0, 1])
    assert log_loss(y, p) == pytest.approx(known, abs=1e-9)


def test_certain_and_wrong_is_finite() -> None:
    assert 30 < log_loss([1, 0], [0.0, 1.0]) < 40


@checked
@given(cases)
def test_each_group_is_measured_as_if_alone(case: Case) -> None:
    groups = Groups(np.where(case.groups == 0, -1, case.groups - 1), 4)
    errors = group_calibration_error(case.labels, case.scores, groups)
    for code, error in enumerate(errors):
        inside = groups.codes == code
        alone = calibration_error(case.labels[inside], case.scores[inside])
        assert error == pytest.approx(alone, abs=1e-12, nan_ok=True)


def test_predicting_the_observed_share_is_calibrated() -> None:
    assert calibration_error([0, 0, 0, 1], [0.25] * 4) == 0
    assert calibration_error([0, 0, 0, 1], [0.75] * 4) == 0.5


def test_bins_are_closed_on_the_left_and_the_last_on_both_sides() -> None:
    # 0.5 is with 0.55, not with 0.45; 1.0 is with 0.95: opposite errors cancel inside a bin.
    assert calibration_error([1, 0, 1], [0.5, 0.55, 0.45]) == pytest.approx((0.05 + 0.55) / 3)
    assert calibration_error([1, 1], [0.95, 1.0]) == pytest.approx(0.025)


def test_nothing_to_measure_is_undefined() -> None:
    assert np.isnan([calibration_error([], []), brier_score([], []), log_loss([], [])]).all()


def test_errors_name_the_argument() -> None:
    with pytest.raises(MetricError, match=r"bins: expected a number of at least 1, found 0\. Use 10"):
        calibration_error([1], [0.5], bins=0)
    with pytest.raises(MetricError, match="y_score: expected probabilities between 0 and 1, found 2"):
        brier_score([1], [2.0])
    with pytest.raises(MetricError, match="y_score: expected 1 values"):
        log_loss([1], [0.2, 0.3])
