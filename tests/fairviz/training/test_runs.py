"""Run specifications: what they accept, what they refuse, what they look like as JSON."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from fairviz.errors import SettingError
from fairviz.training import runs as runs_module
from fairviz.training.runs import (
    MOST_RUNS,
    RunSpec,
    grid_runs,
    method_entry,
    method_parameters,
    method_runs,
    run_labels,
    swept_values,
    training_spec,
)
from models.specs import METHODS, BaselineSpec, MultiFairSpec, TrainingSpec


@pytest.mark.parametrize("method", METHODS)
def test_a_run_survives_json(method: str) -> None:
    run = RunSpec(method=method, parameters=METHODS[method].defaults, training=TrainingSpec(), seed=3)
    assert RunSpec.model_validate(run.model_dump(mode="json")) == run


def test_values_may_be_text() -> None:
    parameters = method_parameters("multifair", {"tau": "0.02", "losses": "released"})
    assert parameters == MultiFairSpec(tau=0.02, losses="released")


def test_label_names_what_differs_and_not_the_seed() -> None:
    runs = [
        RunSpec(
            method="multifair",
            parameters=method_parameters("multifair", {"tau": 0.02}),
            training=TrainingSpec(),
            seed=seed,
        )
        for seed in (0, 1)
    ]
    assert {run.label for run in runs} == {"MultiFair, tau 0.02"}


def test_an_unknown_method_lists_the_known_ones() -> None:
    with pytest.raises(SettingError, match=r"method: expected one of baseline, fairgrad.* found 'fairgard'"):
        method_entry("fairgard")


def test_an_unknown_parameter_lists_the_known_ones() -> None:
    with pytest.raises(SettingError, match=r"multifair\.taau: expected one of tau, delta.* found 'taau'"):
        method_parameters("multifair", {"taau": 1})


def test_parameters_that_define_a_variant_cannot_be_changed() -> None:
    with pytest.raises(SettingError, match=r"multifair-m\.groups"):
        method_parameters("multifair-m", {"groups": True})


def test_the_baseline_has_no_parameters() -> None:
    with pytest.raises(SettingError, match="this method has no parameters"):
        method_parameters("baseline", {"tau": 1})


@pytest.mark.parametrize("value", ["-1", "0", "nan", "much"])
def test_a_value_outside_its_bounds_is_refused(value: str) -> None:
    with pytest.raises(SettingError, match=rf"multifair\.tau: expected .* found '{value}'"):
        method_parameters("multifair", {"tau": value})


def test_training_settings_have_bounds() -> None:
    with pytest.raises(
        SettingError, match=r"training\.epochs: expected greater than or equal to 1, found '?0"
    ):
        training_spec(epochs=0)


def test_parameters_must_fit_their_method() -> None:
    with pytest.raises(ValidationError, match="expected FairGradSpec for method 'fairgrad'"):
        RunSpec(method="fairgrad", parameters=BaselineSpec(), training=TrainingSpec(), seed=0)


def test_a_label_tells_a_learning_rate_that_is_not_the_default() -> None:
    runs = grid_runs("multifair", {"learning_rate": ["0.001", "0.003"]}, 1, TrainingSpec())
    assert [run.label for run in runs] == ["MultiFair", "MultiFair, learning rate 0.003"]


def test_settings_that_all_runs_share_are_not_told_of_each() -> None:
    shared = TrainingSpec(batch_size=64, learning_rate=0.002)
    runs = grid_runs("multifair", {"tau": [0.02, 0.04]}, 1, shared, baseline=True)
    assert run_labels(runs) == ["Baseline", "MultiFair, tau 0.02", "MultiFair"]
    varied = grid_runs("fairgrad", {"batch_size": [8, 256]}, 1, shared)
    assert run_labels(varied) == ["FairGrad, batch size 8", "FairGrad"]


def test_a_label_tells_batches_of_another_size() -> None:
    runs = grid_runs("fairgrad", {"batch_size": ["64", "256"]}, 1, TrainingSpec(), baseline=True)
    assert [run.label for run in runs] == [
        "Baseline, batch size 64", "Baseline", "FairGrad, batch size 64", "FairGrad",
    ]  # fmt: skip
    assert [run.training.batch_size for run in runs] == [64, 256, 64, 256]
    (comparator,) = method_runs(["reweighing"], 1, TrainingSpec(batch_size=64), {})
    assert comparator.label == "Reweighing", "it has no batches"


def test_a_grid_is_every_combination_on_the_same_seeds() -> None:
    grid: dict[str, list[Any]] = {"tau": ["0.01", "0.02"], "delta": [0.3, 0.5]}
    runs = grid_runs("multifair", grid, 2, TrainingSpec(epochs=7))
    points = [(run.parameters.tau, run.parameters.delta, run.seed) for run in runs]  # type: ignore[union-attr]
    assert points == [(tau, delta, seed) for tau in (0.01, 0.02) for delta in (0.3, 0.5) for seed in (0, 1)]
    assert {run.training.epochs for run in runs} == {7}


def test_the_baseline_beside_a_grid_has_its_seeds_and_its_settings() -> None:
    grid = {"tau": [0.01, 0.02], "learning_rate": [0.001, 0.003]}
    runs = grid_runs("multifair", grid, 2, TrainingSpec(), baseline=True)
    baseline = [(run.training.learning_rate, run.seed) for run in runs if run.method == "baseline"]
    assert baseline == [(0.001, 0), (0.001, 1), (0.003, 0), (0.003, 1)]
    own = {(run.training.learning_rate, run.seed) for run in runs if run.method == "multifair"}
    assert own == set(baseline), "every run has a baseline to be measured against"


def test_the_baseline_is_not_trained_beside_itself() -> None:
    runs = grid_runs("baseline", {"learning_rate": [0.001, 0.003]}, 1, TrainingSpec(), baseline=True)
    assert [run.label for run in runs] == ["Baseline", "Baseline, learning rate 0.003"]


def test_choices_are_swept_like_numbers() -> None:
    runs = grid_runs("fairgrad", {"penalty": ["squared", "absolute"]}, 1, TrainingSpec())
    assert [run.label for run in runs] == ["FairGrad", "FairGrad, penalty absolute"]


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("tau", ["0.01", "x"], r"multifair\.tau: expected a valid number, found 'x'"),
        ("tau", ["0.01", "-1"], r"multifair\.tau: expected greater than 0, found '-1'"),
        ("tau", ["0.01", "1e-2"], r"multifair\.tau: .* each of them once, found 0\.01 twice"),
        ("tau", [0.02, 0.020000001], r"found 0\.02 twice"),
        ("tau", [], r"multifair\.tau: expected at least one value.* found none"),
        ("learning_rate", ["7"], r"training\.learning_rate: expected less than or equal to 1, found '7'"),
        ("taau", [1], r"multifair\.taau: expected one of tau, .*learning_rate, batch_size, found 'taau'"),
        ("batch_size", ["8", "7"], r"training\.batch_size: expected greater than or equal to 8, found '7'"),
        ("epochs", [1], r"multifair\.epochs: expected one of tau"),
    ],
)
def test_a_wrong_value_of_a_grid_is_named(name: str, given: list[object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        swept_values("multifair", name, given)


def test_more_runs_than_anybody_could_read_are_refused() -> None:
    taus = [number / 1000 for number in range(1, 101)]
    assert len(grid_runs("multifair", {"tau": taus}, 6, TrainingSpec())) == MOST_RUNS == 600
    with pytest.raises(SettingError, match=r"sweep: expected at most 600 runs, found 606"):
        grid_runs("multifair", {"tau": taus}, 6, TrainingSpec(), baseline=True)


def test_values_that_go_together_are_checked_together() -> None:
    grid = {"granularity": ["sample"], "delta_rule": ["fixed", "adaptive"]}
    runs = grid_runs("multifair", grid, 1, TrainingSpec())
    assert [run.parameters.model_dump()["delta_rule"] for run in runs] == ["fixed", "adaptive"]
    with pytest.raises(SettingError, match=r"^multifair: expected delta_rule .* found another combination"):
        grid_runs("multifair", {"delta_rule": ["adaptive"]}, 1, TrainingSpec())


def test_a_rule_whose_packages_are_absent_is_refused_before_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_module, "find_spec", lambda _: None)
    with pytest.raises(SettingError, match=r"fairgrad\.reconciliation: .* found no torchjd.*pip install"):
        method_parameters("fairgrad", {"reconciliation": "mgda"})
    method_parameters("fairgrad", {})
