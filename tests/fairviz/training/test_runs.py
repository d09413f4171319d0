"""Run specifications: what they accept, what they refuse, what they look like as JSON."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from fairviz.errors import SettingError
from fairviz.training.runs import RunSpec, method_entry, method_parameters, training_spec
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
