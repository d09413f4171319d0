"""Where a session stands: ids in the page's address, and nothing heavier in the session.

Everything a page shows follows from its address, so that a link can be shared and a reload loses nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import streamlit as st

from fairviz.store.records import ComparisonRecord, TaskRecord
from fairviz.ui.bench import workbench

START, DATA, TRAIN, TRADE_OFFS = "app.py", "pages/data.py", "pages/train.py", "pages/trade_offs.py"
SWEEP, GROUPS, MODULATION = "pages/sweep.py", "pages/groups.py", "pages/modulation.py"
WHAT_IF = "pages/what_if.py"

_READING: Final = "reading"
_EDITS: Final = "columns"
_GROUPS: Final = "groups"
_CHOICES: Final = "choices"


@dataclass(frozen=True)
class Shown:
    """What a page is about; nothing where the store holds nothing yet."""

    task: TaskRecord | None = None
    comparison: ComparisonRecord | None = None

    @property
    def address(self) -> dict[str, str]:
        """The query parameters that lead back here."""
        ids = {"task": self.task, "comparison": self.comparison}
        return {name: record.id for name, record in ids.items() if record is not None}


def shown() -> Shown:
    """The task and comparison of the address; where it names none, the newest ones.

    Raises:
        NotFoundError: if the address names what is not kept here.
    """
    store = workbench().store
    comparison_id, task_id = st.query_params.get("comparison"), st.query_params.get("task")
    if comparison_id:
        comparison = store.comparison(comparison_id)
        return Shown(store.task(comparison.task_id), comparison)
    newest = next(iter(store.comparisons(task_id)), None)
    if task_id:
        return Shown(store.task(task_id), newest)
    if newest is not None:
        return Shown(store.task(newest.task_id), newest)
    return Shown(next(iter(store.tasks()), None))


def keep_in_address(here: Shown) -> None:
    """Write what the page shows into its address."""
    for name, value in here.address.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value


def go(page: str, **ids: str) -> None:
    """Open a page with these ids in its address."""
    st.switch_page(page, query_params=ids)


def dataset_id() -> str | None:
    """The dataset that the address names."""
    return st.query_params.get("dataset")


def reading() -> str | None:
    """The key of the dataset that this page waits for."""
    return st.query_params.get(_READING)


def keep_reading(key: str | None) -> None:
    """Wait for another dataset, or for none."""
    if key is not None:
        st.query_params[_READING] = key
    elif _READING in st.query_params:
        del st.query_params[_READING]


def column_edits() -> dict[str, str]:
    """Uses of columns that a person changed, by column; kept in the address."""
    try:
        edits = json.loads(st.query_params.get(_EDITS, "{}"))
    except json.JSONDecodeError:
        return {}
    return {str(k): str(v) for k, v in edits.items()} if isinstance(edits, dict) else {}


def keep_column_edits(edits: dict[str, str]) -> None:
    """Replace the changed uses of columns."""
    if edits:
        st.query_params[_EDITS] = json.dumps(edits, separators=(",", ":"))
    elif _EDITS in st.query_params:
        del st.query_params[_EDITS]


def group_edits() -> dict[str, dict[str, str]]:
    """Groups that a person gave values of an attribute, by attribute and value; kept in the address."""
    try:
        edits = json.loads(st.query_params.get(_GROUPS, "{}"))
    except json.JSONDecodeError:
        return {}
    if not isinstance(edits, dict):
        return {}
    own = {str(name): names for name, names in edits.items() if isinstance(names, dict)}
    return {name: {str(k): str(v) for k, v in names.items()} for name, names in own.items()}


def keep_group_edits(attribute: str, names: dict[str, str]) -> None:
    """Replace the changed groups of an attribute."""
    st.query_params[_GROUPS] = json.dumps(group_edits() | {attribute: names}, separators=(",", ":"))


def choice_key(name: str) -> str:
    """Key of a widget that is acted on at once, such as an uploader; it changes with every act."""
    return f"{name}-{st.session_state.get(_CHOICES, 0)}"


def empty_choices() -> None:
    """Empty the widgets that were acted on: an upload's bytes are let go, a choice is not made twice."""
    st.session_state[_CHOICES] = st.session_state.get(_CHOICES, 0) + 1
