"""A widget for one setting of a specification: its label, its bounds, its meaning.

All of them are kept in the page's address, so that a reload or a shared link shows the same form.
"""

from __future__ import annotations

from types import NoneType
from typing import Any, Final, Literal, cast, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from fairviz.errors import SettingError
from fairviz.ui import words

MOST_SEEDS: Final = 20


def field_widget(
    field: FieldInfo, name: str, key: str, *, default: Any = None, described: bool = False
) -> Any:
    """Draw a setting; its meaning stands below it or is one hover away."""
    start = field.default if default is None else default
    value = _widget(field, label(name), key, start, None if described else meaning(field))
    if described:
        st.caption(meaning(field))
    return value


def seeds_widget(what: str) -> int:
    """Draw the number of seeds; ``what`` is trained once with each."""
    seeds = st.number_input(
        "Seeds",
        value=3,
        step=1,
        key="seeds",
        bind="query-params",
        help=f"{what} is trained this often, from other random starts: one run alone says little.",
    )
    return int(seeds)


def check_seeds(seeds: int) -> None:
    """Refuse a number of seeds that says nothing or takes for ever.

    Raises:
        SettingError: for one outside its bounds.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise SettingError(
            "seeds",
            expected=f"1 to {MOST_SEEDS}",
            found=str(seeds),
            remedy="Give a number of seeds within these bounds.",
        )


def label(name: str) -> str:
    """A setting's name for people."""
    return words.upper(name.replace("_", " "))


def meaning(field: FieldInfo) -> str:
    """What a setting does, and within which bounds, as markdown."""
    return f"{words.plain(field.description or '')} {_bounds_in_words(field)}".strip()


def is_choice(field: FieldInfo) -> bool:
    """Whether a setting is one of a few named values, yes or no among them."""
    return field.annotation is bool or get_origin(field.annotation) is Literal


def choices(field: FieldInfo) -> list[Any]:
    """The values of a choice."""
    return [False, True] if field.annotation is bool else list(get_args(field.annotation))


def _widget(field: FieldInfo, label: str, key: str, start: Any, hover: str | None) -> Any:
    if field.annotation is bool:
        return st.checkbox(label, start, key=key, help=hover, bind="query-params")
    if is_choice(field):
        options = choices(field)
        return st.selectbox(label, options, options.index(start), key=key, help=hover, bind="query-params")
    kind = _kind(field)
    # Without the bounds: beyond them the browser would keep the last number and say so to nobody. The
    # specification has them, and refuses in words when training is to start.
    return st.number_input(
        label,
        value=None if start is None else kind(start),
        step=1 if kind is int else _step(float(start)),
        format="%d" if kind is int else "%g",
        key=key,
        help=hover,
        bind="query-params",
        placeholder="off",
    )


def _kind(field: FieldInfo) -> type[int] | type[float]:
    """Whether a number is whole; one that may be left out counts as what it otherwise is."""
    kinds = set(get_args(field.annotation)) - {NoneType} or {field.annotation}
    return int if kinds == {int} else float


def _bounds_in_words(field: FieldInfo) -> str:
    if is_choice(field):
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
