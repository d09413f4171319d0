"""The form of a sweep: a method, its hyperparameters with their values, seeds.

All of it is kept in the page's address, so that a reload or a shared link shows the same form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st
from pydantic.fields import FieldInfo

from fairviz.errors import SettingError
from fairviz.training.runs import (
    BASELINE,
    RunSpec,
    grid_runs,
    method_entry,
    swept_names,
    swept_values,
    training_spec,
    value_label,
)
from fairviz.ui.bench import workbench
from fairviz.ui.errors import show_error
from fairviz.ui.facts import facts
from fairviz.ui.fields import check_seeds, choices, is_choice, label, meaning, seeds_widget
from fairviz.ui.trainform import at_hand
from models.specs import METHODS, MethodEntry, TrainingSpec

_DEFAULT_METHOD: Final = "multifair"

# What to begin with: the papers' grids where there are some. A method's own come before those of all methods.
_DIALS: Final[Mapping[str, tuple[str, ...]]] = {
    "multifair": ("tau", "delta"),
    "multifair-g": ("tau", "delta"),
    "multifair-plus": ("tau",),
    "fairgrad": ("penalty",),
    "regularised": ("strength",),
}
_VALUES: Final[Mapping[str, str]] = {
    "multifair-plus.tau": "0.12, 0.08, 0.04, 0.02, 0.01",
    "tau": "0.01, 0.02, 0.04, 0.07",
    "delta": "0.3, 0.5, 0.6",
    "strength": "0.1, 0.3, 1, 3",
    "learning_rate": "0.0003, 0.001, 0.003",
    "batch_size": "64, 256, 1024",
    "rho": "0.6, 1.2, 2.4",
    "lambda_gm": "0, 0.15, 0.5",
    "lambda_f": "0, 0.5, 2",
    "ema_decay": "0.9, 0.95, 0.97",
    "clip_norm": "0.4, 0.8, 1.6",
    "balance_strength": "0.1, 0.3, 1",
    "smoothing": "0, 0.5, 0.9",
    "delta_max": "0.5, 1, 2",
    "gain": "0.02, 0.05, 0.2",
    "weight_floor": "0.1, 0.2, 0.5",
    "weight_ceiling": "2, 5, 10",
    "step_size": "0.001, 0.01, 0.1",
}


@dataclass(frozen=True)
class SweepChoice:
    """What the form asks for.

    Attributes:
        method: its name.
        grid: checked values by hyperparameter; one whose text is wrong is left out, and the form says so.
        varies: whether every hyperparameter has its values, and one of them several.
        baseline: whether it is trained on the same seeds.
        seeds: how many.
        training: settings that all runs share; checked when they are submitted.
    """

    method: str
    grid: Mapping[str, Sequence[Any]]
    varies: bool
    baseline: bool
    seeds: int
    training: Mapping[str, Any]

    def runs(self) -> list[RunSpec]:
        """The runs that it makes.

        Raises:
            SettingError: for a value outside its bounds, or too many runs.
        """
        check_seeds(self.seeds)
        training = training_spec(**self.training)
        return grid_runs(self.method, self.grid, self.seeds, training, baseline=self.baseline)

    def submit(self, task_id: str) -> str:
        """Queue the runs; returns the comparison's id.

        Raises:
            SettingError: for a value outside its bounds, or too many runs.
        """
        check_seeds(self.seeds)
        return workbench().sweep(
            task_id,
            self.method,
            self.grid,
            seeds=self.seeds,
            training=training_spec(**self.training),
            baseline=self.baseline,
        )


def sweep_form() -> SweepChoice:
    """Draw the form and return what it holds."""
    st.header("What to sweep", anchor=False)
    entry = method_entry(_method())
    names = _names(entry)
    values = {name: _values(entry, name) for name in names}
    if (known := facts(entry)) is not None:
        with st.expander(known.title):
            st.caption(known.text)
    baseline = entry.name != BASELINE and st.checkbox(
        "Baseline beside it", True, key="with_baseline", bind="query-params",
        help="The baseline on the same seeds: what the method is measured against.",
    )  # fmt: skip
    seeds = seeds_widget("Each point")
    training = at_hand()
    grid = {name: given for name, given in values.items() if given is not None}
    varies = len(grid) == len(names) and any(len(given) > 1 for given in grid.values())
    return SweepChoice(entry.name, grid, varies, baseline, int(seeds), training)


def _method() -> str:
    chosen = st.selectbox(
        "Method",
        list(METHODS),
        list(METHODS).index(_DEFAULT_METHOD),
        format_func=lambda name: METHODS[name].title,
        key="method",
        bind="query-params",
        filter_mode=None,
    )
    st.caption(METHODS[chosen].summary)
    return chosen


def _names(entry: MethodEntry) -> list[str]:
    """Which hyperparameters are swept."""
    offered = swept_names(entry)
    return st.multiselect(
        "Hyperparameters to vary",
        offered,
        _DIALS.get(entry.name, offered[:1]),
        format_func=lambda name: name.replace("_", " "),
        key=f"sweep.{entry.name}",
        bind="query-params",
        placeholder="choose at least one",
    )


def _values(entry: MethodEntry, name: str) -> tuple[Any, ...] | None:
    """The values of one hyperparameter, None where they cannot be read, which is said below it."""
    field = (type(entry.defaults) if name in entry.parameters() else TrainingSpec).model_fields[name]
    key = f"sweep.{entry.name}.{name}"
    given = _choices(field, name, key) if is_choice(field) else _numbers(entry, field, name, key)
    try:
        return swept_values(entry.name, name, given)
    except SettingError as error:
        show_error(error)
        return None


def _choices(field: FieldInfo, name: str, key: str) -> list[Any]:
    return st.multiselect(
        label(name), choices(field), choices(field), key=key, bind="query-params",
        help=meaning(field), placeholder="choose at least one", format_func=str,
    )  # fmt: skip


def _numbers(entry: MethodEntry, field: FieldInfo, name: str, key: str) -> list[str]:
    """Texts between commas; the specification says later which of them are no number."""
    own = f"{entry.name}.{name}"
    proposed = _VALUES.get(own) or _VALUES.get(name) or value_label(entry.defaults.model_dump()[name])
    text = st.text_input(label(name), proposed, key=key, bind="query-params", help=meaning(field))
    return [value.strip() for value in text.split(",") if value.strip()]
