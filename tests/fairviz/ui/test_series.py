from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.reports.joined import Joined
from fairviz.reports.run import Epoch
from fairviz.ui import series
from fairviz.ui.series import Axes
from tests.fairviz.ui.made import report, run

AXES = Axes("auc", "equalized_odds_difference", "sex")


def epochs(run_id: int, *values: float) -> list[Epoch]:
    return [Epoch(run_id, number, report(auc=auc)) for number, auc in enumerate(values, start=1)]


def test_the_first_groups_that_can_be_compared_are_shown_first() -> None:
    (race, sex) = (report(gap=gap).attribute("sex") for gap in (None, 0.1))
    one = replace(report(), attributes={"race": race, "sex": sex})
    assert series.first_comparable(one, ("race", "sex"), "equalized_odds_difference") == 1
    assert series.first_comparable(one, ("race",), "equalized_odds_difference") == 0


def test_a_trail_follows_the_epochs_and_nothing_else() -> None:
    (trail,) = series.trails([run(1), run(2, seed=1)], epochs(1, 0.6, 0.7), AXES)
    assert (trail.run, trail.label, trail.method, trail.seed) == ("1", "Baseline", "baseline", 0)
    np.testing.assert_array_equal(trail.epochs, [1, 2])
    np.testing.assert_allclose(trail.performance, [0.6, 0.7])
    np.testing.assert_allclose(trail.gap, [0.1, 0.1])


def test_what_is_not_estimable_becomes_nan() -> None:
    history = [Epoch(1, 1, report(gap=None))]
    (trail,) = series.trails([run(1)], history, AXES)
    assert np.isnan(trail.gap).all()
    assert not series.drawable([trail])


def test_the_trail_of_a_finished_run_ends_at_the_epoch_that_validation_chose() -> None:
    (trail,) = series.trails([run(1)], epochs(1, 0.6, 0.7, 0.65), AXES)
    assert trail.epochs.tolist() == [1, 2]
    unfinished = replace(run(1), best_epoch=None)
    (trail,) = series.trails([unfinished], epochs(1, 0.6, 0.7, 0.65), AXES)
    assert trail.epochs.tolist() == [1, 2, 3]


def test_a_result_stands_at_its_best_epoch_with_its_interval() -> None:
    (point,) = series.results([run(1)], "test", AXES)
    assert point.epochs.tolist() == [2]
    assert point.performance_interval == pytest.approx((0.75, 0.85))
    assert series.drawable([point])


def test_curves_of_groups_have_limits_of_rows_and_seeds() -> None:
    (curves,) = series.group_curves([run(1), run(2, seed=1)], [*epochs(1, 0.7), *epochs(2, 0.8)], "sex")
    assert curves.interval is not None
    low, high = curves.interval
    place = curves.groups.index("a")
    joined = Joined({0: report(0.7), 1: report(0.8)}).of_group("sex", "a", "auc").interval
    assert joined is not None
    assert (low[place, 0], high[place, 0]) == (joined.low, joined.high)
    assert np.isnan(low[curves.groups.index("c")]).all()


def test_only_several_seeds_are_joined() -> None:
    runs = [run(1), run(2, seed=1), run(3, "fairgrad")]
    joined = series.joined_intervals(runs, "test", AXES)
    assert set(joined) == {"Baseline"}
    low, high = joined["Baseline"].performance or (0, 0)
    assert low < 0.8 < high


def test_the_noise_floor_is_the_95th_percentile_of_the_runs_mean() -> None:
    runs = [run(1, test=report(floor=0.1)), run(2, seed=1, test=report(floor=0.3))]
    assert series.noise_floor(runs, "test", AXES) == pytest.approx(0.2)
    assert series.noise_floor(runs, "test", Axes("auc", "soft_equalized_odds_gap", "sex")) is None


def test_groups_used_says_how_many_of_how_many() -> None:
    assert series.groups_used(report(), AXES) == "over 2 of 3 groups of sex"
    several = replace(report(), classes={"I": report(), "II": report(), "III": report()})
    assert series.groups_used(several, AXES) == "over 2 of 3 groups of sex, mean over 3 classes"


def test_group_curves_join_seeds_over_the_epochs_they_share() -> None:
    runs = [run(1), run(2, seed=1), run(3, "fairgrad")]
    (curve,) = series.group_curves(runs, [*epochs(1, 0.6, 0.7), *epochs(2, 0.5)], "sex")
    assert curve.groups == ("a", "b", "c")
    assert curve.auc.shape == (2, 3, 1)
    np.testing.assert_allclose(curve.auc[:, 0, 0], [0.6, 0.5])
    assert np.isnan(curve.auc[:, 2]).all()


def test_group_curves_join_epochs_of_one_number_where_seeds_kept_others() -> None:
    every, second = epochs(1, 0.1, 0.2, 0.3, 0.4, 0.5), epochs(2, 0.6, 0.7, 0.8, 0.9)
    (curve,) = series.group_curves([run(1), run(2, seed=1)], [*every, second[0], *second[2:]], "sex")
    assert curve.epochs.tolist() == [1, 3, 4]
    np.testing.assert_allclose(curve.auc[:, 0], [[0.1, 0.3, 0.4], [0.6, 0.8, 0.9]])


def test_modulation_traces_carry_the_tasks_names_and_tau() -> None:
    task = TaskSpec(
        name="t",
        dataset="d",
        outcome="died",
        positive="1",
        sensitive=("sex",),
        modalities=(ModalitySpec(name="labs", columns=("x",)),),
    )
    traces = {"gap": np.zeros((4, 1), dtype=np.float32)}
    made = series.modulation_traces(run(1, "multifair", parameters={"tau": 0.04}), traces, task)
    assert (made.modalities, made.attributes, made.tau) == (("labs",), ("sex",), 0.04)


def test_axes_are_told_apart_by_a_key_without_a_persons_text() -> None:
    other = Axes("auc", "equalized_odds_difference", "<b>")
    assert AXES.key != other.key
    assert other.key.isalnum()


@pytest.mark.parametrize("name", [*series.PERFORMANCES, *series.GAPS])
def test_every_metric_has_a_direction_and_a_short_name(name: str) -> None:
    assert series.measure(name).better in {"up", "down"}
    assert len(series.short(name)) <= 36


def test_a_mean_over_seeds_needs_all_of_them() -> None:
    runs = [
        run(1, test=report(gap=0.1)),
        run(2, seed=1, test=report(gap=0.2)),
        run(3, "fairgrad", test=report(gap=0.0)),
        run(4, "fairgrad", seed=1, test=report(gap=None)),
    ]
    points = series.results(runs, "test", AXES)
    assert [point.run for point in series.whole(points)] == ["1", "2"]
