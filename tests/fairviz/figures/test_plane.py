from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.figures.plane import Plane, points, window
from fairviz.figures.series import PointIntervals, RunTrail
from fairviz.metrics.pareto import pareto_front


def test_joined_points_are_means_over_seeds(trails: list[RunTrail], plane: Plane) -> None:
    shown = points(trails, plane, {})
    assert [point.label for point in shown] == ["baseline", "fairgrad", "multifair"]
    for point in shown:
        assert point.x == pytest.approx(np.mean([run.performance[-1] for run in point.runs]))
        assert point.y == pytest.approx(np.mean([run.gap[-1] for run in point.runs]))


@pytest.mark.parametrize("join", [True, False])
def test_front_is_that_of_the_metrics(trails: list[RunTrail], plane: Plane, join: bool) -> None:
    shown = points(trails, replace(plane, join_seeds=join), {})
    expected = pareto_front([(point.x, point.y) for point in shown], maximize=(True, False))
    assert [point.on_front for point in shown] == expected.tolist()
    assert not all(point.on_front for point in shown)


def test_a_run_whose_gap_is_not_estimable_is_no_point(trails: list[RunTrail], plane: Plane) -> None:
    unknown = replace(trails[0], gap=np.full(6, np.nan))
    assert len(points([unknown, *trails[2:]], plane, {})) == 2
    assert points([unknown], plane, {}) == ()


def test_a_prediction_is_never_joined_with_a_training(trails: list[RunTrail], plane: Plane) -> None:
    shown = points([trails[0], replace(trails[1], estimated=True)], plane, {})
    assert [point.is_estimated for point in shown] == [False, True]


def test_intervals_come_from_the_run_alone_or_from_the_caller_when_joined(
    trails: list[RunTrail], plane: Plane
) -> None:
    run = replace(trails[0], performance_interval=(0.8, 0.9))
    mean = PointIntervals(performance=(0.81, 0.88))
    assert points([run], plane, {"baseline": mean})[0].intervals.performance == (0.8, 0.9)
    assert points([run, trails[1]], plane, {"baseline": mean})[0].intervals == mean
    assert points([run, trails[1]], plane, {})[0].intervals == PointIntervals()


def test_window_holds_every_point_and_the_floor(trails: list[RunTrail], plane: Plane) -> None:
    shown = points(trails, plane, {})
    across, along = window(shown, trails, plane)
    assert across is not None
    assert along is not None
    assert across[0] < min(point.x for point in shown) <= max(point.x for point in shown) < across[1]
    assert along[0] < min(0.05, *(point.y for point in shown))
    assert along[1] > max(point.y for point in shown)


def test_window_leaves_first_epochs_outside(trails: list[RunTrail], plane: Plane) -> None:
    across, _ = window(points(trails, plane, {}), trails, plane)
    assert across is not None
    assert across[0] > max(trail.performance[0] for trail in trails)


def test_an_empty_plane_has_no_window(plane: Plane) -> None:
    assert window((), (), plane) == (None, None)
