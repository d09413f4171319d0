"""What one run is: a method, its hyperparameters, how long to train, a seed. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Self

from pydantic import ValidationError, model_validator

from fairviz.errors import SettingError
from models.specs import METHODS, MethodEntry, MethodSpec, Spec, TrainingSpec


class RunSpec(Spec):
    """One training: everything that decides its result, given the task."""

    method: str
    parameters: MethodSpec
    training: TrainingSpec
    seed: int

    @property
    def label(self) -> str:
        """Title of the method and whatever differs from its defaults: the same for every seed."""
        entry = method_entry(self.method)
        standard = entry.defaults.model_dump()
        changed = [
            f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in self.parameters.model_dump().items()
            if value != standard[name]
        ]
        return ", ".join([entry.title, *changed])

    @model_validator(mode="before")
    @classmethod
    def _parameters_by_method(cls, values: Any) -> Any:
        """JSON does not say which specification the parameters are; the method's name does."""
        if isinstance(values, dict) and isinstance(values.get("parameters"), dict):
            kind = type(method_entry(values["method"]).defaults)
            values = {**values, "parameters": kind(**values["parameters"])}
        return values

    @model_validator(mode="after")
    def _parameters_fit_method(self) -> Self:
        kind = type(method_entry(self.method).defaults)
        if not isinstance(self.parameters, kind):
            raise ValueError(f"parameters: expected {kind.__name__} for method {self.method!r}")
        return self


def method_entry(name: str) -> MethodEntry:
    """The method called ``name``.

    Raises:
        SettingError: if there is none.
    """
    if name not in METHODS:
        raise SettingError(
            "method", expected="one of " + ", ".join(METHODS), found=repr(name), remedy="Choose one of these."
        )
    return METHODS[name]


def method_parameters(method: str, changes: Mapping[str, Any]) -> MethodSpec:
    """A method's default hyperparameters with some changed; values may be text.

    Raises:
        SettingError: for a name the method does not have or a value outside its bounds.
    """
    entry = method_entry(method)
    for name in changes:
        if name not in entry.parameters():
            raise SettingError(
                f"{method}.{name}",
                expected="one of " + ", ".join(entry.parameters() or ["(this method has no parameters)"]),
                found=repr(name),
                remedy="Check the spelling of the parameter.",
            )
    try:
        return type(entry.defaults)(**{**entry.defaults.model_dump(), **changes})
    except ValidationError as error:
        raise _outside_bounds(method, error) from error


def method_runs(
    methods: Sequence[str],
    seeds: int,
    training: TrainingSpec,
    changes: Mapping[str, Mapping[str, Any]],
) -> list[RunSpec]:
    """Every method with seeds 0 to ``seeds`` - 1; ``changes`` holds hyperparameters by method.

    Raises:
        SettingError: for an unknown method or parameter, or a value outside its bounds.
    """
    for method in changes:
        if method not in methods:
            raise SettingError(
                f"parameters of {method}",
                expected="one of the methods to train: " + ", ".join(methods),
                found=repr(method),
                remedy="Add the method or leave its parameters out.",
            )
    return [
        run
        for method in dict.fromkeys(methods)
        for run in _seeded(method, changes.get(method, {}), seeds, training)
    ]


def grid_runs(
    method: str, grid: Mapping[str, Sequence[Any]], seeds: int, training: TrainingSpec
) -> list[RunSpec]:
    """A method at every point of a grid of hyperparameters, each with seeds 0 to ``seeds`` - 1.

    Raises:
        SettingError: for an unknown method or parameter, or a value outside its bounds.
    """
    points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    return [run for point in points for run in _seeded(method, point, seeds, training)]


def _seeded(method: str, changes: Mapping[str, Any], seeds: int, training: TrainingSpec) -> list[RunSpec]:
    parameters = method_parameters(method, changes)
    return [
        RunSpec(method=method, parameters=parameters, training=training, seed=seed) for seed in range(seeds)
    ]


def training_spec(**values: Any) -> TrainingSpec:
    """Shared training settings with some changed from their defaults.

    Raises:
        SettingError: for a value outside its bounds.
    """
    try:
        return TrainingSpec(**values)
    except ValidationError as error:
        raise _outside_bounds("training", error) from error


def _outside_bounds(owner: str, error: ValidationError) -> SettingError:
    """The first complaint of pydantic in this project's words."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return SettingError(
        f"{owner}.{name}",
        expected=message,
        found=repr(first["input"]),
        remedy="Give a value within these bounds.",
    )
