"""Curves of several seeds as one: means of what is told, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics.curves import CalibrationBins, RocCurve, calibration_bins, roc_curve
from fairviz.metrics.intervals import Interval
from fairviz.metrics.over_seeds import mean_interval
from fairviz.metrics.ranking import roc_auc
from fairviz.reports.joined_curves import joined_calibration, joined_roc

ROWS = 400
RNG = np.random.default_rng(0)
LABELS = (RNG.random(ROWS) < 0.3).astype(np.int64)
SEEDS = [np.round(0.6 * RNG.random(ROWS) + 0.3 * LABELS * RNG.random(ROWS), 2) for _ in range(3)]


def test_the_area_below_the_mean_curve_is_the_mean_of_the_areas() -> None:
    found = joined_roc([roc_curve(LABELS, scores) for scores in SEEDS])
    area = np.trapezoid(found.tpr, found.fpr)
    assert area == pytest.approx(np.mean([roc_auc(LABELS, scores) for scores in SEEDS]), abs=1e-12)
    assert (np.diff(found.fpr) >= 0).all()
    assert (np.diff(found.tpr) >= -1e-12).all()


def test_a_mean_curve_lies_between_the_seeds_and_one_seed_is_its_own_mean() -> None:
    found = joined_roc([roc_curve(LABELS, scores) for scores in SEEDS])
    assert ((found.low <= found.tpr) & (found.tpr <= found.high)).all()
    curve = roc_curve(LABELS, SEEDS[0])
    alone = joined_roc([curve, curve])
    assert (alone.low == alone.high).all()
    assert set(zip(alone.fpr, alone.tpr, strict=True)) <= set(zip(curve.fpr, curve.tpr, strict=True))


def test_steps_that_differ_are_averaged_at_each_false_alarm_rate() -> None:
    steep = RocCurve(np.array([np.inf, 0.5, 0.0]), np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0]))
    flat = RocCurve(np.array([np.inf, 0.5, 0.0]), np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.5, 1.0]))
    found = joined_roc([steep, flat])
    assert found.fpr.tolist() == [0, 0, 0.5, 1]
    assert found.tpr.tolist() == [0, 0.5, 0.75, 1]
    assert found.high.tolist() == [0, 1, 1, 1]


def test_bins_at_the_same_places_are_averaged_with_limits_of_patients_and_seeds() -> None:
    def bins(observed: list[float]) -> CalibrationBins:
        middle = np.array(observed)
        return CalibrationBins(np.array([0.2, 0.6]), middle, middle - 0.1, middle + 0.1, np.array([30, 50]))

    found = joined_calibration([bins([0.1, 0.5]), bins([0.3, 0.7])])
    assert found.predicted.tolist() == pytest.approx([0.2, 0.6])
    assert found.observed.tolist() == pytest.approx([0.2, 0.6])
    expected = mean_interval([0.1, 0.3], [Interval(0.0, 0.2), Interval(0.2, 0.4)], 30)
    assert (found.low[0], found.high[0]) == pytest.approx((max(expected.low, 0), expected.high))


def test_bins_that_differ_are_read_where_the_fewest_lie() -> None:
    few = calibration_bins(LABELS, SEEDS[0], edges=[0.3])
    many = calibration_bins(LABELS, SEEDS[1], edges=[0.15, 0.3, 0.45])
    found = joined_calibration([many, few])
    assert len(found.predicted) == 2
    for values in (found.predicted, found.observed):
        assert ((values >= 0) & (values <= 1)).all()
    assert (found.low <= found.observed).all()
    assert (found.observed <= found.high).all()
    assert many.observed.min() <= found.observed[0] <= max(many.observed.max(), few.observed.max())


def test_seeds_that_are_calibrated_have_a_mean_on_the_diagonal() -> None:
    risks = [np.array([0.1, 0.4, 0.8]), np.array([0.2, 0.5])]
    seeds = [CalibrationBins(p, p, p - 0.05, p + 0.05, np.full(len(p), 40)) for p in risks]
    found = joined_calibration(seeds)
    assert found.observed.tolist() == pytest.approx(found.predicted.tolist())
