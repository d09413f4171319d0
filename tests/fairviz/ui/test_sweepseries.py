from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.reports.run import Run
from fairviz.ui.series import Axes
from fairviz.ui.sweepseries import Cut, cut_sweep, swept
from tests.fairviz.ui.made import report
from tests.fairviz.ui.sweeps import swept_run, tau_sweep

AXES = Axes("auc", "equalized_odds_difference", "sex")


def grid_sweep() -> list[Run]:
    points = [(tau, delta, rho) for tau in (0.01, 0.02) for delta in (0.3, 0.5, 0.6) for rho in (0.6, 1.2)]
    return [
        swept_run(
            number, "multifair", parameters={"tau": tau, "delta": delta, "rho": rho}, auc=0.8 + number / 100
        )
        for number, (tau, delta, rho) in enumerate(points)
    ]


def test_the_dials_are_what_differs() -> None:
    found = swept(tau_sweep())
    assert found is not None
    assert found.method == "multifair-plus"
    assert [(dial.name, dial.values, dial.is_number) for dial in found.dials] == [
        ("tau", ("0.12", "0.04", "0.01"), True)
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ((0.04, 0.01, 0.02), ("0.04", "0.02", "0.01")),
        ((0.01, 0.04, 0.02), ("0.01", "0.02", "0.04")),
        ((0.2, 0.1), ("0.2", "0.1")),
    ],
)
def test_numbers_stand_in_order_the_way_they_were_given(
    given: tuple[float, ...], shown: tuple[str, ...]
) -> None:
    found = swept(tau_sweep(taus=given))
    assert found is not None
    assert found.dials[0].values == shown


def test_a_learning_rate_is_a_dial_and_choices_come_after_numbers() -> None:
    runs = [
        swept_run(i, "fairgrad", training={"learning_rate": rate}, parameters={"penalty": penalty})
        for i, (penalty, rate) in enumerate((p, r) for p in ("squared", "absolute") for r in (0.001, 0.003))
    ]
    found = swept(runs)
    assert found is not None
    assert [(dial.name, dial.is_number) for dial in found.dials] == [
        ("learning_rate", True),
        ("penalty", False),
    ]
    assert found.dials[1].values == ("squared", "absolute")


@pytest.mark.parametrize(
    "methods", [["baseline", "fairgrad"], ["baseline", "fairgrad", "multifair"], ["baseline"], []]
)
def test_a_comparison_is_no_sweep(methods: list[str]) -> None:
    assert swept([swept_run(i, method, seed) for i, method in enumerate(methods) for seed in (0, 1)]) is None


def test_the_baseline_can_be_swept_alone() -> None:
    runs = [
        swept_run(i, "baseline", training={"learning_rate": rate}) for i, rate in enumerate((0.001, 0.01))
    ]
    found = swept(runs)
    assert found is not None
    sweep = cut_sweep(found, runs, Cut(("learning_rate",)), AXES, "test")
    assert np.isnan(sweep.responses[0].baseline).all(), "there is nothing to measure it against"


def test_every_number_stands_at_its_place_beside_its_baseline() -> None:
    runs = tau_sweep()
    found = swept(runs)
    assert found is not None
    sweep = cut_sweep(found, runs, Cut(("tau",)), AXES, "test")
    auc, gap = sweep.responses
    np.testing.assert_allclose(
        auc.values, [[0.9 - 0.01 * p + 0.001 * s for s in range(3)] for p in (1, 2, 3)]
    )
    np.testing.assert_allclose(gap.values[2], [0.06, 0.061, 0.062])
    np.testing.assert_allclose(auc.baseline, [[0.9, 0.901, 0.902]] * 3)
    np.testing.assert_allclose(gap.baseline, np.full((3, 3), 0.12))
    assert gap.noise_floor == pytest.approx(0.2)
    assert sweep.details == ("over 2 of 3 groups of sex",)
    assert not sweep.collapsed.any()


def test_a_cut_holds_the_other_dials() -> None:
    runs = grid_sweep()
    found = swept(runs)
    assert found is not None
    sweep = cut_sweep(found, runs, Cut(("delta", "tau"), (("rho", "1.2"),)), AXES, "test")
    assert sweep.responses[0].values.shape == (3, 2, 1)
    expected = {(tau, delta): 0.8 + (1 + 2 * (3 * t + d)) / 100 for t, tau in enumerate((0.01, 0.02))
                for d, delta in enumerate((0.3, 0.5, 0.6))}  # fmt: skip
    for d, delta in enumerate((0.3, 0.5, 0.6)):
        for t, tau in enumerate((0.01, 0.02)):
            assert sweep.responses[0].values[d, t, 0] == pytest.approx(expected[tau, delta])
    assert "rho 1.2" in sweep.details


def test_what_is_not_finished_or_not_estimable_is_nan() -> None:
    runs = tau_sweep(seeds=2)
    last = len(runs) - 1
    runs[last] = replace(runs[last], test=None, validation=None, best_epoch=None)
    runs[2] = swept_run(runs[2].id, "multifair-plus", 0, parameters={"tau": 0.12}, gap=None)
    found = swept(runs)
    assert found is not None
    auc, gap = cut_sweep(found, runs, Cut(("tau",)), AXES, "test").responses
    assert np.isnan(auc.values).tolist() == [[False, False], [False, False], [False, True]]
    assert np.isnan(gap.values).tolist() == [[True, False], [False, False], [False, True]]


def test_validation_and_test_are_told_apart() -> None:
    runs = [replace(run, validation=report(auc=0.5)) for run in tau_sweep()]
    found = swept(runs)
    assert found is not None
    validation = cut_sweep(found, runs, Cut(("tau",)), AXES, "validation")
    assert set(validation.responses[0].values.ravel()) == {0.5}
    assert validation.split == "validation"
    assert cut_sweep(found, runs, Cut(("tau",)), AXES, "test").responses[0].values.max() > 0.8


def test_a_point_with_a_collapsed_seed_is_marked() -> None:
    runs = tau_sweep()
    runs[-1] = replace(runs[-1], test=report(sensitivity=1.0, specificity=0.0))
    found = swept(runs)
    assert found is not None
    assert cut_sweep(found, runs, Cut(("tau",)), AXES, "test").collapsed.tolist() == [False, False, True]
