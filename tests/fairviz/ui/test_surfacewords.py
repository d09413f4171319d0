from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from fairviz.reports.run import Run
from fairviz.surface import Estimate, LeftOut
from fairviz.ui import surfacewords
from fairviz.ui.dialpoints import Number, trained
from fairviz.ui.series import Axes
from fairviz.ui.surfaceseries import (
    enough,
    estimated_trails,
    numbers_of,
    predictions_of,
    response_map_of,
    seen,
)
from tests.fairviz.ui.dials import POINTS, grid_runs
from tests.fairviz.ui.sweeps import swept_run

AUC, GAP = Number("auc", "sex"), Number("auc_gap", "sex")


def multifair(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.spec["method"] == "multifair"]


def test_a_difference_is_found_and_a_flat_surface_called_flat() -> None:
    runs = multifair(grid_runs())
    steep, flat = seen(runs, AUC, "validation"), seen(runs, GAP, "validation")
    assert steep.detected is True
    assert flat.detected is False
    assert surfacewords.difference(AUC, steep.detected, steep.names, 3) == (
        "Tau and delta make a difference to the AUC beyond what seeds make."
    )
    assert surfacewords.difference(GAP, flat.detected, flat.names, flat.seeds) == (
        "Tau and delta make no detectable difference here: the AUC gap of sex is flat within the noise of "
        "3 seeds, and no point can be called better than another."
    )
    assert "Tau makes no detectable" in surfacewords.difference(GAP, False, ("tau",), 3)
    assert "luck" in surfacewords.difference(GAP, None, ("tau",), 1)


def test_validation_rows_choose_and_test_rows_report() -> None:
    runs = multifair(grid_runs())
    found = seen(runs, AUC, "validation")
    told = surfacewords.chosen(AUC, found.names, found.surface, trained(runs, AUC, "test"), found.detected)
    assert told.startswith("Validation rows choose tau 0.01, delta 0.")
    assert "on test rows the AUC is 0.9" in told
    assert told.endswith("mean over 3 seeds.")
    assert surfacewords.chosen(AUC, found.names, found.surface, trained(runs, AUC, "test"), False) == ""


def test_between_which_values_it_lies() -> None:
    found = seen(multifair(grid_runs()), AUC, "test")
    told = surfacewords.estimates(AUC, found.surface, found.names)
    assert told.startswith("Estimated from 12 trained points, the AUC goes from 0.8")
    assert "at tau 0.07, delta" in told
    assert "one seed alone moves it by about 0.001" in told


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (POINTS[:1], "at least 6 finished points with different tau and delta, of these settings and this "
        "task: there is 1."),
        (POINTS[:5], "at least 6 finished points"),
        (POINTS[::3], None),
        (POINTS[:6], None),
    ],
)  # fmt: skip
def test_too_few_points_are_said(points: tuple[tuple[float, float], ...], text: str | None) -> None:
    told = enough(multifair(grid_runs(points=points)), AUC, "validation")
    assert (text is None and told is None) or (told is not None and text is not None and text in told)


def test_a_number_that_no_run_has_is_said() -> None:
    runs = [swept_run(1, "multifair", gap=None)]
    told = enough(runs, GAP, "validation")
    assert told is not None
    assert told.startswith("This number is not estimable, or withheld")


def test_a_dial_that_does_not_vary_is_left_out() -> None:
    found = seen(multifair(grid_runs(points=POINTS[::3])), AUC, "validation")
    assert found.names == ("tau",)
    shown = response_map_of(found)
    assert shown.mean.shape == (121,)
    assert shown.points.shape == (4, 1)


def test_a_surface_of_multifair_plus_has_tau_alone() -> None:
    runs = [
        swept_run(10 * number + seed, "multifair-plus", seed, parameters={"tau": tau}, auc=0.9 - tau)
        for number, tau in enumerate((0.12, 0.08, 0.04, 0.02, 0.01))
        for seed in range(2)
    ]
    assert enough(runs, AUC, "test") is None
    assert enough(runs[:6], AUC, "test") is not None
    assert seen(runs, AUC, "test").names == ("tau",)


def left(inside: int, of: int) -> LeftOut:
    trained_values = np.where(np.arange(of) < inside, 0.1, 0.5)
    return LeftOut(np.ones((of, 2)), Estimate(np.full(of, 0.12), np.full(of, 0.02)), trained_values)


def test_how_far_to_trust_it() -> None:
    good, bad = surfacewords.trust(left(11, 12)), surfacewords.trust(left(6, 12))
    assert good.startswith("11 of 12 retrained values lay inside the 95 % band")
    assert "about 11 are to be expected" in good
    assert "off by about 0.0" in good
    assert "Do not rely on these estimates" in bad


def test_the_map_the_predictions_and_the_proposals_agree_with_the_surface() -> None:
    found = seen(multifair(grid_runs()), AUC, "validation")
    shown, pairs = response_map_of(found), predictions_of(found)
    assert shown.mean.shape == (33, 33)
    assert shown.mean[0].mean() > shown.mean[-1].mean(), "the AUC falls with tau"
    assert pairs.names[0] == "tau 0.01, delta 0.3"
    assert pairs.inside.tolist() == found.left_out.inside.tolist()
    low, high = found.surface.trained.points.min(axis=0), found.surface.trained.points.max(axis=0)
    assert len(found.proposed) == 3
    assert ((found.proposed >= low) & (found.proposed <= high)).all()
    assert not {tuple(point) for point in found.proposed} & set(POINTS)


def test_estimates_on_the_front_are_hollow_and_have_their_bands() -> None:
    runs = multifair(grid_runs())
    across, along = (seen(runs, number, "validation") for number in numbers_of(Axes("auc", "auc_gap", "sex")))
    (trail,) = estimated_trails(across, along, np.array([[0.03, 0.4]]), ["MultiFair, tau 0.03"])
    assert trail.estimated
    assert trail.performance_interval is not None
    assert trail.performance_interval[0] < trail.performance[0] < trail.performance_interval[1]
    assert trail.performance[0] == pytest.approx(0.9 - 0.02 * np.log(3) + 0.01, abs=0.003)
