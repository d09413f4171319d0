from __future__ import annotations

from pathlib import Path

import pytest

from tests.effect.experiments import FAIRGRAD, PLUS, Arm
from tests.effect.made import arm_result, interval, study_result
from tests.effect.results import FOLDER, keep, load_results, mean_of, rounded

STUDY = study_result(
    "made-up",
    [
        arm_result(Arm("baseline"), {"auc": 0.8}),
        arm_result(Arm(PLUS, {"tau": 0.02}), {"auc": 0.79}, difference={"auc": interval(-0.01)}),
    ],
)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    keep(STUDY, tmp_path / "results")
    assert load_results(tmp_path / "results") == {"made-up": STUDY}


def test_a_file_has_a_line_per_arm() -> None:
    lines = STUDY.to_json().splitlines()
    assert sum(line.startswith('{"label"') for line in lines) == len(STUDY.arms)


def test_arms_are_found_by_what_they_are() -> None:
    assert STUDY.find(Arm(PLUS, {"tau": 0.02})) is STUDY.arms[1]
    assert STUDY.find(Arm(PLUS)) is None
    assert STUDY.find(Arm("baseline", long=True)) is None


def test_a_hyperparameter_that_came_later_is_no_difference() -> None:
    kept = arm_result(Arm(FAIRGRAD), {"auc": 0.8})
    older = kept.model_copy(update={"parameters": {"penalty": "squared"}})
    assert older.is_arm(Arm(FAIRGRAD))
    assert not older.is_arm(Arm(FAIRGRAD, {"penalty": "absolute"}))


def test_a_mean_needs_every_seed() -> None:
    assert mean_of((0.1, 0.3)) == pytest.approx(0.2)
    assert mean_of((0.1, None)) is None
    assert mean_of(()) is None


def test_rounding_keeps_what_is_missing() -> None:
    assert rounded((0.123456, None)) == (0.1235, None)


def test_stored_results_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.json")) < 1_500_000
