"""The form that makes a task of a dataset: outcome, groups, columns per modality, with counts before metrics.

It starts from the task of the address, or from a proposal. What a person changes stays in the address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from fairviz.data.checks import MAX_GROUPS
from fairviz.data.describe import ColumnProfile, Kind
from fairviz.data.modality import modality_of
from fairviz.data.outcome import FEWEST_CLASSES, MOST_CLASSES
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.errors import TaskError
from fairviz.ui import cache, state, words
from fairviz.ui.bench import workbench
from fairviz.ui.detailform import Details, detail_form
from fairviz.ui.groupform import Groups, group_form
from fairviz.ui.leftout import left_out
from fairviz.ui.pretrainedform import pretrained_form

NOT_USED: Final = "not used"
# The choice that names no positive value; no value of a column reads so.
EVERY_VALUE: Final = ""
_EVERY_VALUE_LABEL: Final = "every value (one class each)"
_SPARE_MODALITIES: Final = ("labs", "vitals", "demographics", "diagnosis", "imaging", "notes", "other")


@dataclass(frozen=True)
class TaskChoice:
    """What the form asks for; checked by the workbench."""

    start: TaskSpec
    outcome: str
    positive: str | None
    groups: Groups
    uses: Mapping[str, str]
    kinds: Mapping[str, Kind]
    details: Details
    models: Mapping[str, str]

    def spec(self) -> TaskSpec:
        """The task; the very one the form started from where nothing was changed.

        Raises:
            TaskError: if a modality mixes free text and numbers, or images and anything.
        """
        sensitive = self.groups.sensitive
        unchanged = self.uses == uses_of(self.start) and sensitive == self.start.sensitive
        changes: dict[str, Any] = {
            "name": self.details.name,
            "outcome": self.outcome,
            "positive": self.positive,
            "sensitive": sensitive,
            "groupings": self.groups.groupings,
            "public": self.details.public,
            "split": self.start.split.model_copy(
                update={"group_id": self.details.group_id, "column": self.details.split_column}
            ),
            "external": self.details.external,
            "measured_alike": self.details.measured_alike,
        }
        if not unchanged:
            one = (self.outcome, self.details.group_id, self.details.split_column)
            kept_out = {*one, *self.groups.columns}
            unused = (column for column, use in self.uses.items() if use == NOT_USED)
            changes["modalities"] = _modalities(self.uses, self.kinds)
            changes["drop"] = tuple(column for column in unused if column not in kept_out)
        return self.start.model_copy(update=changes).with_models(self.models)


def uses_of(spec: TaskSpec) -> dict[str, str]:
    """Modality of every input column."""
    return {column: modality.name for modality in spec.modalities for column in modality.columns}


def task_form(dataset_id: str, start: TaskSpec | None, mark: str) -> TaskChoice:
    """Draw the form for a dataset and return what it holds.

    Args:
        dataset_id: the dataset.
        start: the task to start from; without one, a proposal.
        mark: of what the form starts from; another one starts with nothing changed.

    Raises:
        TaskError: if nothing can be proposed for these choices.
    """
    columns = [column.name for column in cache.profile(dataset_id)]
    first = start or _first_proposal(dataset_id)
    outcome, positive = _outcome(dataset_id, columns, first, mark)
    sensitive = _sensitive(dataset_id, columns, first, mark)
    made_of = st.container()
    details = detail_form(dataset_id, columns, first, mark)
    with made_of:
        groups = group_form(dataset_id, sensitive, first, mark, public=details.public)
    proposed, reasons = _proposed(dataset_id, first, outcome, positive, groups)
    uses = _uses(dataset_id, proposed, reasons, outcome, mark)
    kinds = {column.name: column.kind for column in cache.profile(dataset_id)}
    models = pretrained_form({c: use for c, use in uses.items() if use != NOT_USED}, kinds, first, mark)
    return TaskChoice(proposed, outcome, positive, groups, uses, kinds, details, models)


def check(spec: TaskSpec) -> None:
    """Show group counts of a task and the notes on it.

    What a note says of a single column alone is not repeated: the table of columns shows it.

    Raises:
        TaskError: if it cannot be trained.
        DataError: if an input holds an infinite number, or a row has no modality at all.
    """
    found = cache.checked(spec.to_json())
    st.header("Who is in each group", anchor=False)
    st.dataframe(
        _counts(found.counts),
        hide_index=True,
        column_config=_COUNT_COLUMNS,
        key="counts",
        placeholder=words.SUPPRESSED,
    )
    if found.counts.isna().any(axis=None):
        st.caption(
            "Suppressed: counts under 11 patients, and those that would reveal them. Data that are public or "
            "synthetic can be declared so under the name of the task."
        )
    shown = [note for note in found.notes if note.severity == "warning" or note.column is None]
    if shown:
        st.markdown("\n".join(f"- {words.plain(note.text)}" for note in shown))
    if not any(note.severity == "warning" for note in shown):
        st.caption("No group is too small to compare.")
    left_out(spec)
    st.caption("Check that every input was known when the prediction would be made: no program can tell.")


_COUNT_COLUMNS: Final = {
    "attribute": st.column_config.TextColumn("Attribute"),
    "group": st.column_config.TextColumn("Group"),
    "n": st.column_config.NumberColumn("Rows", format="localized"),
    "positives": st.column_config.NumberColumn("With outcome", format="localized"),
    "share": st.column_config.NumberColumn("Share", format="%.1f %%"),
}


def _counts(counts: pd.DataFrame) -> pd.DataFrame:
    if "positives" not in counts:
        return counts  # a column per class
    shown = counts.assign(share=100 * counts["positives"] / counts["n"])
    return shown[list(_COUNT_COLUMNS)]


def _first_proposal(dataset_id: str) -> TaskSpec:
    """A proposal for a dataset, also where its names say nothing about groups."""
    try:
        return cache.proposal(dataset_id, None, None, None).spec
    except TaskError:
        few = [c.name for c in cache.profile(dataset_id) if 2 <= c.distinct <= MAX_GROUPS]
        if len(few) < 2:
            raise
        spec = cache.proposal(dataset_id, None, None, (few[0],)).spec
        other = next(name for name in few if name != spec.outcome)
        return cache.proposal(dataset_id, spec.outcome, spec.positive, (other,)).spec


def _outcome(dataset_id: str, columns: Sequence[str], first: TaskSpec, mark: str) -> tuple[str, str | None]:
    left, right = st.columns(2)
    with left:
        outcome = st.selectbox(
            "Outcome to predict",
            columns,
            columns.index(first.outcome),
            key=f"outcome.{mark}",
            bind="query-params",
        )
    values = cache.values(dataset_id, outcome)
    positive = first.positive if outcome == first.outcome else cache.positive(dataset_id, outcome)
    every = [EVERY_VALUE] if FEWEST_CLASSES <= len(values) <= MOST_CLASSES else []
    # A positive value may be too rare to be among those listed.
    options = list(dict.fromkeys([*every, *values, *([positive] if positive else [])]))
    preferred = EVERY_VALUE if positive is None else positive
    with right:
        chosen = st.selectbox(
            "Value that means it happened",
            options,
            options.index(preferred) if preferred in options else None,
            lambda value: value or _EVERY_VALUE_LABEL,
            key=f"positive.{mark}.{columns.index(outcome)}",
            bind="query-params",
            filter_mode=None,
            placeholder="Choose the value to be predicted",
            help="A value is predicted against all others; of an outcome with "
            f"{FEWEST_CLASSES} to {MOST_CLASSES} values each can be a class of its own.",
        )
    return outcome, chosen or None


def _sensitive(dataset_id: str, columns: Sequence[str], first: TaskSpec, mark: str) -> tuple[str, ...]:
    few = {c.name for c in cache.profile(dataset_id) if 2 <= c.distinct <= MAX_GROUPS or c.kind == "number"}
    # The outcome stays among the options: leaving it out would forget that it was chosen as a group, also
    # for a person who only tried another outcome. Choosing it as both is refused in words.
    made = [name for name in first.sensitive if name not in columns]
    options = [*made, *(name for name in columns if name in few or name in first.sensitive)]
    chosen = st.multiselect(
        "Compare between groups of",
        options,
        [name for name in first.sensitive if name in options],
        key=f"sensitive.{mark}",
        bind="query-params",
        help=f"Columns with 2 to {MAX_GROUPS} values, such as sex or race, or numbers to be cut into bands, "
        "such as age.",
    )
    return tuple(chosen)


def _proposed(
    dataset_id: str, first: TaskSpec, outcome: str, positive: str | None, groups: Groups
) -> tuple[TaskSpec, Mapping[str, str]]:
    if (outcome, positive, groups.columns) == (first.outcome, first.positive, first.sensitive_columns):
        return first, cache.reasons(first.to_json())
    made = cache.proposal(dataset_id, outcome, positive, groups.columns)
    return made.spec, made.reasons


def _uses(
    dataset_id: str, proposed: TaskSpec, reasons: Mapping[str, str], outcome: str, mark: str
) -> dict[str, str]:
    """What every column but the outcome is used for, after the person's changes."""
    st.header("What the model may see", anchor=False)
    st.caption(
        "Columns of one modality are read by one encoder. The compared columns are inputs only where a "
        "modality names them; free text only where you put it into one of its own, such as notes."
    )
    inputs, edits = uses_of(proposed), state.column_edits()
    proposals = {
        column.name: inputs.get(column.name, NOT_USED)
        for column in cache.profile(dataset_id)
        if column.name != outcome
    }
    uses = proposals | {column: use for column, use in edits.items() if column in proposals}
    rows = [
        _use_row(column, uses[column.name], _reason(column.name, proposed, reasons))
        for column in cache.profile(dataset_id)
        if column.name in uses
    ]
    names = dict.fromkeys([*inputs.values(), *edits.values(), *_SPARE_MODALITIES, NOT_USED])
    st.data_editor(
        pd.DataFrame(rows),
        hide_index=True,
        disabled=["column", "kind", "missing", "distinct", "examples", "why"],
        placeholder=words.SUPPRESSED,
        column_config=_use_columns(list(names)),
        key=f"uses.{mark}",
        on_change=_keep_edits,
        args=(f"uses.{mark}", [row["column"] for row in rows], proposals),
        height=min(35 * (len(rows) + 1) + 3, 460),
    )
    return {column: use for column, use in uses.items() if use != NOT_USED or column in proposals}


def _keep_edits(key: str, columns: Sequence[str], proposals: Mapping[str, str]) -> None:
    """Put what the table's person changed into the address; what equals the proposal is no change."""
    edits = state.column_edits()
    for place, cells in st.session_state[key]["edited_rows"].items():
        if "use" in cells:
            edits[columns[int(place)]] = cells["use"] or NOT_USED
    state.keep_column_edits({c: use for c, use in edits.items() if proposals.get(c) != use})


def _use_row(column: ColumnProfile, use: str, reason: str) -> dict[str, Any]:
    return {
        "column": column.name,
        "use": use,
        "why": "" if use != NOT_USED else reason,
        "kind": column.kind,
        "missing": None if column.missing is None else 100 * column.missing,
        "distinct": column.distinct,
        "examples": ", ".join(column.examples),
    }


def _reason(column: str, proposed: TaskSpec, reasons: Mapping[str, str]) -> str:
    if column in proposed.sensitive_columns:
        return "compared between groups"
    if column == proposed.split.column:
        return "tells training from test rows"
    return reasons.get(column, "left out by choice")


def _use_columns(names: list[str]) -> dict[str, Any]:
    return {
        "column": st.column_config.TextColumn("Column", width=110, pinned=True),
        "use": st.column_config.SelectboxColumn("Used in", options=names, required=True, width=120),
        "why": st.column_config.TextColumn("Why not", width="medium"),
        "kind": st.column_config.TextColumn("Kind", width="small"),
        "missing": st.column_config.NumberColumn("Missing", format="%.1f %%", width="small"),
        "distinct": st.column_config.NumberColumn("Values", format="localized", width="small"),
        "examples": st.column_config.TextColumn("Most frequent", width="medium"),
    }


def _modalities(uses: Mapping[str, str], kinds: Mapping[str, Kind]) -> tuple[ModalitySpec, ...]:
    """Modalities in the order in which columns first name them."""
    names = dict.fromkeys(use for use in uses.values() if use != NOT_USED)
    return tuple(
        modality_of(name, [column for column, use in uses.items() if use == name], kinds) for name in names
    )


def use_task(spec: TaskSpec) -> None:
    """Keep a task and go to its training.

    Raises:
        TaskError: if it cannot be trained.
    """
    state.go(state.TRAIN, task=workbench().create_task(spec).id)
