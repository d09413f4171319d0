"""A second dataset as test rows: how a model does somewhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from fairviz.data.checks import MIN_PER_OUTCOME
from fairviz.data.encode import is_number
from fairviz.data.outcome import outcome_classes, outcome_labels
from fairviz.data.specs import TaskNote, TaskSpec
from fairviz.data.values import text_codes, value_text
from fairviz.errors import TaskError

_NAMED: Final = 5


@dataclass(frozen=True)
class TaskTable:
    """The rows of a task.

    Attributes:
        frame: the dataset's own rows, and below them those of the second dataset, if there is one.
        own: how many rows are the dataset's own.
    """

    frame: pd.DataFrame
    own: int

    @property
    def external(self) -> int:
        """How many rows are of the second dataset."""
        return len(self.frame) - self.own


def task_table(frame: pd.DataFrame, spec: TaskSpec, external: pd.DataFrame | None = None) -> TaskTable:
    """Put the rows of a second dataset below those of a task's own.

    Raises:
        TaskError: the second dataset lacks a column that the task uses, or holds words where the first holds
            numbers.
    """
    if external is None:
        return TaskTable(frame, len(frame))
    columns = _columns(spec)
    _require_same(frame, external, [column for column in frame.columns if column in columns])
    own, other = frame, external[[column for column in frame.columns if column in columns]]
    if (patient := spec.split.group_id) is not None:
        # The same number is another patient there.
        own, other = (_placed(part, patient, place) for part, place in ((own, "here"), (other, "there")))
    return TaskTable(pd.concat(_with_one_list([own, other]), ignore_index=True), len(frame))


def check_test_rows(table: TaskTable, spec: TaskSpec) -> None:
    """The second dataset knows the same outcomes as the first, each often enough to test on.

    Raises:
        TaskError: it does not.
    """
    name = f'second dataset, outcome "{spec.outcome}"'
    here, there = (
        {value_text(value) for value in part[spec.outcome].unique()}
        for part in (table.frame.iloc[: table.own], table.frame.iloc[table.own :])
    )
    if unknown := sorted(there - here):
        raise TaskError(
            name,
            expected=f"the values of the first dataset: {', '.join(sorted(here))}",
            found=", ".join(unknown[:_NAMED]),
            remedy="Write the outcome in both files in the same way.",
        )
    classes = outcome_classes(table.frame, spec.outcome, spec.positive)
    labels = outcome_labels(table.frame, spec.outcome, spec.positive)[table.own :]
    if np.bincount(labels, minlength=len(classes)).min() < MIN_PER_OUTCOME:
        raise TaskError(
            name,
            expected=f"at least {MIN_PER_OUTCOME} rows of each value",
            found="fewer of one of them",
            remedy="Choose a larger dataset to test on.",
        )


def external_notes(table: TaskTable, spec: TaskSpec) -> Iterator[TaskNote]:
    """Say whose rows are tested on, and which words of theirs the first dataset never uses."""
    if not table.external:
        return
    yield TaskNote(
        severity="info",
        text=f"Test rows are the {table.external:,} rows of a second dataset. The first one's own test rows "
        "are left aside, so that a task without the second dataset trains the same models.",
    )
    here, there = table.frame.iloc[: table.own], table.frame.iloc[table.own :]
    texts = {column for own in spec.modalities if own.kind == "text" for column in own.columns}
    for column in dict.fromkeys([*spec.sensitive_columns, *_inputs(spec)]):
        if is_number(here[column]) or column in texts:
            continue
        words, other = (set(text_codes(part[column])[0]) for part in (here, there))
        if other and not other & words:
            yield TaskNote(
                severity="warning",
                text=f'"{column}": no value of the second dataset occurs in the first. '
                "Are they written alike?",
                column=column,
            )


def _with_one_list(parts: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Tables whose categories are numbered alike: what is numbered in two ways would become texts."""
    here, there = parts
    for name in there.columns:
        if all(isinstance(part[name].dtype, pd.CategoricalDtype) for part in parts):
            both = here[name].cat.categories.union(there[name].cat.categories, sort=False)
            here, there = (p.assign(**{str(name): p[name].cat.set_categories(both)}) for p in (here, there))
    return [here, there]


def _placed(part: pd.DataFrame, patient: str, place: str) -> pd.DataFrame:
    """The rows with ids of patients that name the place."""
    ids = [f"{place} {text}" if (text := value_text(value)) else None for value in part[patient]]
    return part.assign(**{patient: ids})


def _columns(spec: TaskSpec) -> set[str]:
    patient = [spec.split.group_id] if spec.split.group_id is not None else []
    return {spec.outcome, *spec.sensitive_columns, *_inputs(spec), *patient}


def _inputs(spec: TaskSpec) -> list[str]:
    return [column for modality in spec.modalities for column in modality.columns]


def _require_same(frame: pd.DataFrame, external: pd.DataFrame, columns: list[str]) -> None:
    missing = [column for column in columns if column not in external.columns]
    if missing:
        raise TaskError(
            "second dataset",
            expected="every column that the task uses",
            found=f"no {', '.join(missing)}",
            remedy="Name its columns as in the first dataset, or leave these out of the task.",
        )
    for column in columns:
        if is_number(frame[column]) != is_number(external[column]):
            here, there = ("numbers" if is_number(own[column]) else "words" for own in (frame, external))
            raise TaskError(
                f'second dataset, column "{column}"',
                expected=f"{here}, as in the first",
                found=there,
                remedy="Write its values in both files in the same way.",
            )
