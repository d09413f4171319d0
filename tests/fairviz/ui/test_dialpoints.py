from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.ui.dialpoints import Number, beside, by_seed, dial_names, dials_of, groups_told, trained
from tests.fairviz.ui.dials import POINTS, grid_runs
from tests.fairviz.ui.made import report
from tests.fairviz.ui.sweeps import swept_run

AUC, GAP = Number("auc", "sex"), Number("auc_gap", "sex")


def test_runs_of_one_surface_differ_in_dials_and_seed_alone() -> None:
    runs = grid_runs()
    base = runs[-1]
    other = [
        swept_run(900, "multifair", parameters={"rho": 0.6}),
        swept_run(901, "multifair", training={"epochs": 7}),
        swept_run(902, "multifair-g"),
        replace(swept_run(903, "multifair", seed=7), test=None),
    ]
    assert {run.id for run in beside(base, [*runs, *other])} == {
        run.id for run in runs if run.spec["method"] == "multifair"
    }


def test_of_two_alike_the_first_counts() -> None:
    newer, older = grid_runs(first=500), grid_runs(first=100)
    found = beside(newer[-1], [*newer, *older])
    assert len(found) == 36
    assert min(run.id for run in found) >= 500


def test_dials_by_method() -> None:
    assert dial_names("multifair") == ("tau", "delta")
    assert dial_names("fairgrad") == ()
    assert dials_of(swept_run(1, "multifair-plus", parameters={"tau": 0.02})) == (0.02,)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_numbers_of_runs_become_points(split: str) -> None:
    runs = [run for run in grid_runs() if run.spec["method"] == "multifair"]
    found = trained(runs, AUC, "test" if split == "test" else "validation")
    assert sorted(map(tuple, found.points)) == sorted(POINTS)
    assert found.values.tolist() == [run.test.auc for run in runs if run.test]
    table = by_seed(found)
    assert table.shape == (12, 3)
    np.testing.assert_allclose(table.mean(axis=0), [found.values[found.seeds == s].mean() for s in range(3)])


def test_runs_without_the_number_are_left_out_and_only_common_seeds_compared() -> None:
    runs = [run for run in grid_runs() if run.spec["method"] == "multifair"]
    runs[0] = replace(runs[0], validation=report(gap=None))
    found = trained(runs, GAP, "validation")
    assert len(found.values) == 35
    assert by_seed(found).shape == (12, 2)
    nothing = trained([replace(run, validation=report(gap=None)) for run in runs], GAP, "validation")
    assert nothing.points.shape == (0, 2)
    assert nothing.varying == ()
    assert by_seed(nothing).shape == (0, 0)


def test_groups_are_told_of_gaps_alone() -> None:
    runs = grid_runs()
    assert groups_told(runs, GAP, "test") == "over 2 of 3 groups of sex"
    assert groups_told(runs, AUC, "test") == ""
