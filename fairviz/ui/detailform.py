"""The part of the task form that most people leave alone: name, patients, test rows elsewhere, publicity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.ui import cache
from fairviz.ui.bench import workbench

Answer = Literal["yes", "no", "unknown"]
_ANSWERS: Final[dict[Answer, str]] = {"yes": "Yes", "no": "No", "unknown": "I do not know"}


@dataclass(frozen=True)
class Details:
    """What a task says beside outcome, groups and inputs; fields as in `TaskSpec`."""

    name: str
    group_id: str | None
    split_column: str | None
    public: bool
    external: str | None
    measured_alike: Answer


def detail_form(dataset_id: str, columns: Sequence[str], first: TaskSpec, mark: str) -> Details:
    """Draw the question about the outcome, and below it what can be opened."""
    alike = _measured_alike(first, mark)
    with st.expander("Name, repeated patients, given split, test rows from elsewhere, public data"):
        name = st.text_input("Name of the task", first.name, key=f"name.{mark}", bind="query-params")
        group_id = st.selectbox(
            "Rows of one patient share a value of",
            columns,
            None if first.split.group_id is None else columns.index(first.split.group_id),
            key=f"group_id.{mark}",
            bind="query-params",
            placeholder="one row per patient",
            help="Rows of one patient then stay together in training, validation or test, "
            "and intervals count patients, not rows.",
        )
        split_column = _split_column(dataset_id, first, mark)
        external = _external(dataset_id, first, mark)
        public = st.checkbox(
            "These data are public or synthetic", first.public, key=f"public.{mark}", bind="query-params",
            help="Counts under 11 patients, and numbers that would reveal them, are then not suppressed.",
        )  # fmt: skip
    return Details(name or first.name, group_id, split_column, public, external, alike)


def _measured_alike(first: TaskSpec, mark: str) -> Answer:
    """The one question about the data that no program can answer."""
    chosen = st.radio(
        "Was the outcome measured in the same way for every group?",
        list(_ANSWERS),
        list(_ANSWERS).index(first.measured_alike),
        _ANSWERS.__getitem__,
        key=f"alike.{mark}",
        bind="query-params",
        horizontal=True,
        help="Where a group is tested, coded or followed up less often, its outcome is recorded less often "
        "than it happens. A gap between groups may then lie in the measuring, and training against it can "
        "do harm. The answer goes into every report.",
    )
    return chosen or "unknown"


def _split_column(dataset_id: str, first: TaskSpec, mark: str) -> str | None:
    """The column that tells the part of each row, where a split was published."""
    options = [column.name for column in cache.profile(dataset_id) if column.kind == "category"]
    return st.selectbox(
        "Training, validation and test rows are told by",
        options,
        options.index(first.split.column) if first.split.column in options else None,
        key=f"split.{mark}",
        bind="query-params",
        placeholder="nothing: FairViz splits the rows",
        help="A column that says train, validation or test for every row, as a published split does.",
    )


def _external(dataset_id: str, first: TaskSpec, mark: str) -> str | None:
    """A second dataset to test on."""
    kept = {record.id: record for record in workbench().store.datasets() if record.id != dataset_id}
    options = [*kept, *([first.external] if first.external and first.external not in kept else [])]
    return st.selectbox(
        "Test on another dataset",
        options,
        None if first.external is None else options.index(first.external),
        lambda i: f"{kept[i].name} ({kept[i].rows:,} rows)" if i in kept else "no longer kept here",
        key=f"external.{mark}",
        bind="query-params",
        placeholder="rows of this dataset",
        help="All rows of the other dataset become the test rows; training stays the same. It needs the same "
        "columns, written in the same way.",
    )
