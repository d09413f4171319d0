"""Recipes build what they say, and are recognised by it."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest

from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.errors import SettingError
from fairviz.recipes import RECIPES, Recipe, recipes_of
from fairviz.training.packing import pack_runs
from fairviz.training.runs import RunSpec, grid_runs, method_runs, run_labels
from models.specs import METHODS, TrainingSpec
from tests.fairviz.small import small_spec

HERE = small_spec()
ELSEWHERE = HERE.model_copy(update={"external": "0" * 64})
ONE_ATTRIBUTE = HERE.model_copy(update={"sensitive": ("sex",)})
ONE_MODALITY = HERE.model_copy(update={"modalities": (ModalitySpec(name="all", columns=("age",)),)})
TRAINING = TrainingSpec(epochs=7, learning_rate=0.002, batch_size=64)


def recipe(name: str) -> Recipe:
    return next(own for own in RECIPES if own.name == name)


def names(runs: list[RunSpec], task: TaskSpec = ELSEWHERE) -> list[str]:
    return [own.name for own in recipes_of(runs, task)]


def changed(run: RunSpec) -> dict[str, Any]:
    """Hyperparameters that differ from the method's defaults."""
    standard = METHODS[run.method].defaults.model_dump()
    return {name: value for name, value in run.parameters.model_dump().items() if value != standard[name]}


METHODS_OF = {
    "halves": ["baseline", "multifair-m", "multifair-g", "multifair"],
    "modalities": ["baseline", "multifair", "multifair-plus"],
    "gates": ["baseline", "multifair", "multifair-plus"],
    "definitions": ["baseline", "fairgrad", "multifair", "multifair-plus"],
    "overhead": ["baseline", "fairgrad", "multifair", "multifair-plus"],
    "elsewhere": ["baseline", "fairgrad", "multifair", "multifair-plus"],
}
POINTS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "dials": (
        "multifair",
        # The published settings are the method's defaults.
        [
            ({} if tau == 0.04 else {"tau": tau}) | ({} if delta == 0.3 else {"delta": delta})
            for tau, delta in product((0.01, 0.02, 0.04, 0.07), (0.3, 0.5, 0.6))
        ],
    ),
    "tau-off": ("multifair", [{"tau": 0.02}, {}, {"tau": 0.06}]),
    "attributes": ("fairgrad", [{"attributes": "first"}, {}]),
    "batches": ("multifair", [{}, {}, {}]),
}


def test_every_recipe_is_spelt_out_here() -> None:
    assert {own.name for own in RECIPES} == METHODS_OF.keys() | POINTS.keys()
    assert len(RECIPES) == 10


@pytest.mark.parametrize("name", METHODS_OF)
def test_methods_are_trained_as_they_are_on_the_same_seeds(name: str) -> None:
    runs = recipe(name).runs(2, TRAINING, ELSEWHERE)
    assert [(run.method, run.seed) for run in runs] == [(m, s) for m in METHODS_OF[name] for s in (0, 1)]
    assert all(run.parameters == METHODS[run.method].defaults for run in runs)
    assert {run.training for run in runs} == {TRAINING}


@pytest.mark.parametrize("name", POINTS)
def test_grids_have_their_points_and_the_baseline(name: str) -> None:
    method, points = POINTS[name]
    runs = recipe(name).runs(2, TRAINING, HERE)
    own = [run for run in runs if run.method != "baseline"]
    assert {run.method for run in own} == {method}
    assert [changed(run) for run in own if run.seed == 1] == points
    assert Counter(run.seed for run in runs) == {0: len(runs) // 2, 1: len(runs) // 2}
    paired = {(run.training, run.seed) for run in runs if run.method == "baseline"}
    assert paired == {(run.training, run.seed) for run in own}, "every run has its baseline"


def test_small_batches_are_packed_apart_and_told_by_labels() -> None:
    runs = recipe("batches").runs(3, TRAINING, HERE)
    assert {run.training.batch_size for run in runs} == {8, 16, 32}
    assert {run.training.epochs for run in runs} == {7}
    packs = pack_runs(runs)
    assert len(packs) == 6
    assert all(len({run.training.batch_size for run in pack.runs}) == 1 for pack in packs)
    assert "MultiFair, batch size 8" in run_labels(runs)


@pytest.mark.parametrize("own", RECIPES, ids=lambda own: own.name)
@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("training", [TrainingSpec(), TRAINING], ids=["usual", "other"])
def test_a_recipe_is_recognised_by_its_runs(own: Recipe, seeds: int, training: TrainingSpec) -> None:
    kept = [run.model_dump(mode="json") for run in own.runs(seeds, training, ELSEWHERE)]
    assert own in recipes_of([RunSpec.model_validate(run) for run in kept], ELSEWHERE)


def test_recipes_that_train_the_same_runs_are_both_recognised() -> None:
    assert names(recipe("gates").runs(2, TRAINING, HERE)) == ["modalities", "gates"]
    assert names(recipe("definitions").runs(2, TRAINING, HERE), HERE) == ["definitions", "overhead"]
    assert names(recipe("definitions").runs(2, TRAINING, ELSEWHERE)) == [
        "definitions",
        "overhead",
        "elsewhere",
    ]
    assert names(recipe("halves").runs(2, TRAINING, HERE)) == ["halves"]
    assert names(recipe("batches").runs(2, TRAINING, HERE)) == ["batches"]


OTHERS = {
    "the usual three": method_runs(["baseline", "fairgrad", "multifair"], 3, TRAINING, {}),
    "another penalty": method_runs(
        ["baseline", "fairgrad", "multifair", "multifair-plus"],
        3,
        TRAINING,
        {"fairgrad": {"penalty": "absolute"}},
    ),
    "a half missing": method_runs(["baseline", "multifair-m", "multifair"], 3, TRAINING, {}),
    "one more": method_runs(["baseline", "multifair", "multifair-plus", "group-dro"], 3, TRAINING, {}),
    "no baseline": grid_runs("multifair", {"tau": [0.02, 0.04, 0.06]}, 3, TRAINING),
    "other taus": grid_runs("multifair", {"tau": [0.02, 0.04, 0.08]}, 3, TRAINING, baseline=True),
    "other batches": grid_runs("multifair", {"batch_size": [8, 16, 64]}, 3, TRAINING, baseline=True),
    "one batch size": method_runs(["baseline", "multifair"], 3, TrainingSpec(batch_size=8), {}),
    "epochs too": [
        *grid_runs("multifair", {"batch_size": [8, 16]}, 1, TRAINING, baseline=True),
        *grid_runs("multifair", {"batch_size": [32]}, 1, TrainingSpec(epochs=8), baseline=True),
    ],
    "nothing": [],
}


@pytest.mark.parametrize("other", OTHERS)
def test_other_comparisons_are_none(other: str) -> None:
    assert names(OTHERS[other]) == []


@pytest.mark.parametrize(
    ("name", "task", "lacking"),
    [
        ("attributes", ONE_ATTRIBUTE, "at least two attributes"),
        ("halves", ONE_MODALITY, "at least two modalities"),
        ("modalities", ONE_MODALITY, "at least two modalities"),
        ("elsewhere", HERE, "a second dataset"),
    ],
)
def test_a_recipe_says_what_a_task_lacks(name: str, task: TaskSpec, lacking: str) -> None:
    own = recipe(name)
    assert lacking in own.lacks(task)
    with pytest.raises(SettingError, match=lacking):
        own.runs(1, TRAINING, task)
    assert own not in recipes_of(own.build(1, TRAINING), task)
    assert not own.lacks(ELSEWHERE)
