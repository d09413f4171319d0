"""The form that says what to train: methods, seeds, and every hyperparameter with its meaning.

All of it is kept in the page's address, so that a reload or a shared link shows the same form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from fairviz.training.runs import training_spec
from fairviz.ui.bench import workbench
from fairviz.ui.facts import facts
from fairviz.ui.fields import check_seeds, field_widget, seeds_widget
from models.specs import METHODS, MethodEntry, TrainingSpec

DEFAULT_METHODS: Final = ("baseline", "fairgrad", "multifair")

_AT_HAND: Final = ("epochs", "batch_size")


@dataclass(frozen=True)
class TrainingChoice:
    """What the form asks for; checked when it is submitted."""

    methods: tuple[str, ...]
    seeds: int
    training: Mapping[str, Any]
    parameters: Mapping[str, Mapping[str, Any]]

    @property
    def runs(self) -> int:
        """How many runs it makes."""
        return len(self.methods) * max(0, self.seeds)

    def shared(self) -> TrainingSpec:
        """The settings of all runs.

        Raises:
            SettingError: for a value outside its bounds, or a number of seeds that says nothing.
        """
        check_seeds(self.seeds)
        return training_spec(**self.training)

    def submit(self, task_id: str) -> str:
        """Queue the runs; returns the comparison's id.

        Raises:
            SettingError: for a value outside its bounds.
        """
        return workbench().train(
            task_id,
            self.methods,
            seeds=self.seeds,
            training=self.shared(),
            parameters=self.parameters,
        )


def training_form() -> TrainingChoice:
    """Draw the form and return what it holds."""
    st.header("What to train", anchor=False)
    methods = tuple(entry.name for entry in METHODS.values() if _method(entry))
    seeds = seeds_widget("Each method")
    training = at_hand()
    with st.expander("All hyperparameters"):
        for name, field in TrainingSpec.model_fields.items():
            if name not in training:
                training[name] = field_widget(field, name, name, described=True)
        parameters = {name: _parameters(METHODS[name]) for name in methods}
    changed = {name: values for name, values in parameters.items() if values}
    return TrainingChoice(methods, seeds, training, changed)


def at_hand() -> dict[str, Any]:
    """Draw the settings of training that are changed most often."""
    training = {}
    for name, column in zip(_AT_HAND, st.columns(len(_AT_HAND)), strict=True):
        with column:
            training[name] = field_widget(TrainingSpec.model_fields[name], name, name)
    return training


def _method(entry: MethodEntry) -> bool:
    return st.checkbox(
        entry.title,
        entry.name in DEFAULT_METHODS,
        key=f"use.{entry.name}",
        help=entry.summary,
        bind="query-params",
    )


def _parameters(entry: MethodEntry) -> dict[str, Any]:
    """The hyperparameters of a method that differ from its defaults."""
    names = entry.parameters()
    if not names:
        return {}
    st.markdown(f"**{entry.title}**")
    if (known := facts(entry)) is not None:
        st.caption(f"**{known.title}.**\n\n{known.text}")
    standard = entry.defaults.model_dump()
    fields = type(entry.defaults).model_fields
    values = {
        name: field_widget(fields[name], name, f"{entry.name}.{name}", default=standard[name], described=True)
        for name in names
    }
    return {name: value for name, value in values.items() if value != standard[name]}
