"""The form that says what to train: methods, seeds, and every hyperparameter with its meaning.

All of it is kept in the page's address, so that a reload or a shared link shows the same form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from fairviz.errors import SettingError
from fairviz.training.runs import training_spec
from fairviz.ui import words
from fairviz.ui.bench import workbench
from models.specs import METHODS, MethodEntry, TrainingSpec

DEFAULT_METHODS: Final = ("baseline", "fairgrad", "multifair")
MOST_SEEDS: Final = 20

_AT_HAND: Final = ("epochs", "batch_size")
_DIALS: Final = frozenset({"tau", "delta"})

# What simulations and paired runs showed about MultiFair's two dials, in the words of whoever turns them.
_FACTS: Final[Mapping[str, str]] = {
    "multifair": (
        "**Before turning tau and delta.** Once the gate is open only delta / tau matters, and where groups "
        "have equal shares of a batch the factors cancel. Where the majority is better off the factor works "
        "against its purpose: it slows the encoder. AdamW divides most of a slowly changing factor away. "
        "Batch AUCs are noisy: without any true gap, gaps of 0.04 appear in 31 % of batches of 256 with two "
        "equal groups and in 80 to 95 % with small groups, so tau should be at least what chance makes of "
        "the gap it is compared with. On SUPPORT2 no published setting changed test fairness beyond noise."
    ),
    "multifair-plus": (
        "**Before turning tau.** Here tau is a dial: the gap to steer towards. On a synthetic set with a "
        "planted gap, tau 0.12 / 0.08 / 0.04 / 0.02 / 0.01 changed the AUC gap by -0.013 / -0.027 / -0.041 / "
        "-0.042 / -0.042 and the AUC by +0.000 / -0.000 / -0.001 / -0.002 / -0.003. The best served group "
        "loses a little (levelling down). A tau below what chance makes of the gap chases noise."
    ),
}


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

    def submit(self, task_id: str) -> str:
        """Queue the runs; returns the comparison's id.

        Raises:
            SettingError: for a value outside its bounds.
        """
        if not 1 <= self.seeds <= MOST_SEEDS:
            raise SettingError(
                "seeds",
                expected=f"1 to {MOST_SEEDS}",
                found=str(self.seeds),
                remedy="Give a number of seeds within these bounds.",
            )
        return workbench().train(
            task_id,
            self.methods,
            seeds=self.seeds,
            training=training_spec(**self.training),
            parameters=self.parameters,
        )


def training_form() -> TrainingChoice:
    """Draw the form and return what it holds."""
    st.subheader("What to train", anchor=False)
    methods = tuple(entry.name for entry in METHODS.values() if _method(entry))
    seeds = st.number_input(
        "Seeds", value=3, step=1, key="seeds", bind="query-params",
        help="Each method is trained this often, from other random starts: one run alone says little.",
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        training = {"epochs": _field(TrainingSpec.model_fields["epochs"], "epochs", "epochs")}
    with right:
        training["batch_size"] = _field(TrainingSpec.model_fields["batch_size"], "batch_size", "batch_size")
    with st.expander("All hyperparameters"):
        for name, field in TrainingSpec.model_fields.items():
            if name not in _AT_HAND:
                training[name] = _field(field, name, name, described=True)
        parameters = {name: _parameters(METHODS[name]) for name in methods}
    changed = {name: values for name, values in parameters.items() if values}
    return TrainingChoice(methods, int(seeds), training, changed)


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
    if not _DIALS.isdisjoint(names):
        st.caption(_FACTS["multifair-plus" if "delta_max" in names else "multifair"])
    standard = entry.defaults.model_dump()
    fields = type(entry.defaults).model_fields
    values = {
        name: _field(fields[name], name, f"{entry.name}.{name}", default=standard[name], described=True)
        for name in names
    }
    return {name: value for name, value in values.items() if value != standard[name]}


def _field(field: FieldInfo, name: str, key: str, *, default: Any = None, described: bool = False) -> Any:
    """A widget for one hyperparameter, within its bounds; its meaning below it or one hover away."""
    start = field.default if default is None else default
    label = words.upper(name.replace("_", " "))
    meaning = f"{words.plain(field.description or '')} {_bounds_in_words(field)}".strip()
    value = _widget(field, label, key, start, None if described else meaning)
    if described:
        st.caption(meaning)
    return value


def _widget(field: FieldInfo, label: str, key: str, start: Any, hover: str | None) -> Any:
    if get_origin(field.annotation) is Literal:
        options = list(get_args(field.annotation))
        return st.selectbox(label, options, options.index(start), key=key, help=hover, bind="query-params")
    if field.annotation is bool:
        return st.checkbox(label, start, key=key, help=hover, bind="query-params")
    whole = field.annotation is int
    kind = int if whole else float
    # Without the bounds: beyond them the browser would keep the last number and say so to nobody. The
    # specification has them, and refuses in words when training is to start.
    return st.number_input(
        label,
        value=kind(start),
        step=kind(1) if whole else _step(float(start)),
        format="%d" if whole else "%g",
        key=key,
        help=hover,
        bind="query-params",
    )


def _bounds_in_words(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal or field.annotation is bool:
        return ""
    limits = (("at least", "ge"), ("above", "gt"), ("at most", "le"), ("below", "lt"))
    told = [f"{text} {_bound(field, name):g}" for text, name in limits if _bound(field, name) is not None]
    return f"({', '.join(told)})"


def _bound(field: FieldInfo, name: str) -> float | None:
    """A bound that the specification declares, by pydantic's name of it."""
    found = (getattr(part, name, None) for part in field.metadata)
    return next((cast(float, bound) for bound in found if bound is not None), None)


def _step(value: float) -> float:
    """A step one can turn a value of this size by."""
    return 0.1 if value >= 1 else 0.01 if value >= 0.02 else 0.0001
