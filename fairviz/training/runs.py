"""What one run is: a method, its hyperparameters, how long to train, a seed. Imports no torch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from itertools import product
from typing import Annotated, Any, Final, Self

from pydantic import TypeAdapter, ValidationError, model_validator

from fairviz.errors import SettingError
from models.specs import METHODS, MethodEntry, MethodSpec, Spec, TrainingSpec

BASELINE: Final = "baseline"
SWEPT_SETTINGS: Final = ("learning_rate", "batch_size")
"""Settings of the training that a grid may vary beside a method's parameters; labels tell them."""
_PACKAGES: Final = {
    "upgrad": ("torchjd", "qpsolvers", "quadprog"),
    "mgda": ("torchjd",),
    "cagrad": ("torchjd", "cvxpy", "clarabel"),
}
MOST_RUNS: Final = 600
"""Of one sweep: more would be drawn as a smear and read as one."""


class RunSpec(Spec):
    """One training: everything that decides its result, given the task."""

    method: str
    parameters: MethodSpec
    training: TrainingSpec
    seed: int

    @property
    def trains_network(self) -> bool:
        """Whether it trains the network that methods share, rather than a model of a library."""
        return method_entry(self.method).trains_network

    @property
    def label(self) -> str:
        """Title of the method and whatever differs from its defaults: the same for every seed."""
        return self.label_with(SWEPT_SETTINGS)

    def label_with(self, settings: Iterable[str]) -> str:
        """The label, which of the training's settings tells these alone."""
        entry = method_entry(self.method)
        standard = entry.defaults.model_dump()
        changed = {
            name: value for name, value in self.parameters.model_dump().items() if value != standard[name]
        }
        changed |= {
            name: getattr(self.training, name)
            for name in (settings if entry.trains_network else ())
            if getattr(self.training, name) != TrainingSpec.model_fields[name].default
        }
        told = [f"{name.replace('_', ' ')} {value_label(value)}" for name, value in changed.items()]
        return ", ".join([entry.title, *told])

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


def run_labels(runs: Sequence[RunSpec]) -> list[str]:
    """Labels of runs that are compared: a setting of the training that all share tells none from another."""
    varied = [name for name in SWEPT_SETTINGS if len({getattr(run.training, name) for run in runs}) > 1]
    return [run.label_with(varied) for run in runs]


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
        _check_name(method, name, list(entry.parameters()))
    try:
        parameters = type(entry.defaults)(**{**entry.defaults.model_dump(), **changes})
    except ValidationError as error:
        raise _outside_bounds(method, error) from error
    _check_installed(method, parameters)
    return parameters


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
    method: str,
    grid: Mapping[str, Sequence[Any]],
    seeds: int,
    training: TrainingSpec,
    *,
    baseline: bool = False,
) -> list[RunSpec]:
    """A method at every point of a grid, each with seeds 0 to ``seeds`` - 1.

    Args:
        method: its name.
        grid: values by hyperparameter of the method, or by a setting of ``SWEPT_SETTINGS``; they may be text.
        seeds: how many.
        training: settings that the grid does not vary.
        baseline: first the baseline on the same seeds, with every training setting that the grid has.

    Raises:
        SettingError: for an unknown method or parameter, a value outside its bounds or given twice, and for
            more runs than ``MOST_RUNS``.
    """
    values = {name: swept_values(method, name, given) for name, given in grid.items()}
    settings = {name: given for name, given in values.items() if name in SWEPT_SETTINGS}
    own = {name: given for name, given in values.items() if name not in SWEPT_SETTINGS}
    trainings = [training.model_copy(update=point) for point in _points(settings)]
    compared = len(trainings) if baseline and method != BASELINE else 0
    _check_number(seeds * (compared + math.prod(len(given) for given in values.values())))
    runs = [run for other in trainings[:compared] for run in _seeded(BASELINE, {}, seeds, other)]
    return runs + [
        run for point in _points(own) for other in trainings for run in _seeded(method, point, seeds, other)
    ]


def point_runs(
    method: str,
    points: Sequence[Mapping[str, Any]],
    seeds: int,
    training: TrainingSpec,
    *,
    baseline: bool = False,
) -> list[RunSpec]:
    """A method at some points that need not make a grid, each with seeds 0 to ``seeds`` - 1.

    Args:
        method: its name.
        points: changed hyperparameters of each.
        seeds: how many.
        training: settings of all runs.
        baseline: first the baseline on the same seeds.

    Raises:
        SettingError: for an unknown method or parameter, a value outside its bounds, a point given twice, and
            for more runs than ``MOST_RUNS``.
    """
    compared = baseline and method != BASELINE
    _check_number(seeds * (len(points) + compared))
    runs = [run for point in points for run in _seeded(method, point, seeds, training)]
    labels = [run.label for run in runs[::seeds]] if seeds else []
    twice = next((label for place, label in enumerate(labels) if label in labels[:place]), None)
    if twice is not None:
        raise SettingError(
            "points", expected="each of them once", found=f"{twice} twice", remedy="Give every point once."
        )
    return [*(_seeded(BASELINE, {}, seeds, training) if compared else ()), *runs]


def swept_values(method: str, name: str, given: Iterable[Any]) -> tuple[Any, ...]:
    """Values of one hyperparameter or training setting, each checked alone; text becomes what it says.

    Raises:
        SettingError: for a name the method does not have, a value outside its bounds, one that is given
            twice, or none.
    """
    _check_name(method, name, swept_names(method_entry(method)))
    if name in SWEPT_SETTINGS:
        values = tuple(getattr(training_spec(**{name: value}), name) for value in given)
    else:
        values = tuple(_parameter(method, name, value) for value in given)
    # As labels show them: two that look alike could not be told apart.
    labels = [value_label(value) for value in values]
    twice = next((label for place, label in enumerate(labels) if label in labels[:place]), None)
    if twice is not None or not values:
        raise SettingError(
            f"{method}.{name}",
            expected="at least one value, each of them once",
            found="none" if twice is None else f"{twice} twice",
            remedy="Give every value once.",
        )
    return values


def swept_names(entry: MethodEntry) -> list[str]:
    """What a sweep of a method may vary; settings of the training where the method has any."""
    return [*entry.parameters(), *(SWEPT_SETTINGS if entry.trains_network else ())]


def value_label(value: Any) -> str:
    """A hyperparameter's value as labels and charts show it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parameter(method: str, name: str, value: Any) -> Any:
    """One hyperparameter's value by its own bounds, whatever the others are; text becomes what it says."""
    field = type(method_entry(method).defaults).model_fields[name]
    alone: Any = Annotated[field.annotation, field]
    try:
        return TypeAdapter(alone).validate_python(value)
    except ValidationError as error:
        raise _outside_bounds(method, error, name=name) from error


def _check_installed(method: str, parameters: MethodSpec) -> None:
    """Refuse a rule whose packages are not there before anything is trained."""
    rule = getattr(parameters, "reconciliation", "projection")
    absent = [package for package in _PACKAGES.get(rule, ()) if find_spec(package) is None]
    if absent:
        raise SettingError(
            f"{method}.reconciliation",
            expected=f"the packages that '{rule}' needs",
            found="no " + ", ".join(absent),
            remedy='Install them: pip install "torchjd[cagrad,quadprog-projector]"; or choose projection.',
        )


def _check_name(method: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise SettingError(
            f"{method}.{name}",
            expected="one of " + ", ".join(known or ["(this method has no parameters)"]),
            found=repr(name),
            remedy="Check the spelling of the parameter.",
        )


def _points(values: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Every combination; one without any change where nothing varies."""
    return [dict(zip(values, point, strict=True)) for point in product(*values.values())]


def _check_number(runs: int) -> None:
    if runs > MOST_RUNS:
        raise SettingError(
            "sweep",
            expected=f"at most {MOST_RUNS} runs",
            found=f"{runs:,}",
            remedy="Give fewer values or fewer seeds.",
        )


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


def _outside_bounds(owner: str, error: ValidationError, *, name: str = "") -> SettingError:
    """The first complaint of pydantic in this project's words."""
    first = error.errors()[0]
    name = name or ".".join(str(part) for part in first["loc"])
    if not name:  # each value is possible, but not all of them together
        return SettingError(
            owner,
            expected=first["msg"].removeprefix("Value error, "),
            found="another combination",
            remedy="Change one of them.",
        )
    message = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    message = message.partition(", unable to parse")[0]
    return SettingError(
        f"{owner}.{name}",
        expected=message,
        found=repr(first["input"]),
        remedy="Give a value within these bounds.",
    )
