"""Sensitive attributes: every row's group, and how many rows each group has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.outcome import outcome_classes, outcome_labels
from fairviz.data.patients import once_per_patient, patients_of
from fairviz.data.values import text_codes

if TYPE_CHECKING:
    from fairviz.data.specs import TaskSpec

MISSING_GROUP: Final = "(missing)"


@dataclass(frozen=True)
class Attribute:
    """One sensitive attribute k of N rows.

    Attributes:
        name: the column.
        values: texts of its groups g = 0..G_k-1, sorted.
        codes: int64 [N], the group of each row, -1 where the value is missing. Such a row counts
            in the task loss and overall metrics, never in a group term.
    """

    name: str
    values: tuple[str, ...]
    codes: NDArray[np.int64]

    @property
    def missing(self) -> int:
        """Number of rows without a value."""
        return int(np.count_nonzero(self.codes < 0))

    def counts(self) -> NDArray[np.int64]:
        """Return the rows per group, int64 [G_k]."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).astype(np.int64)


def attribute(frame: pd.DataFrame, column: str) -> Attribute:
    """Read one sensitive attribute from a table."""
    values, codes = text_codes(frame[column])
    return Attribute(column, values, codes)


def group_counts(frame: pd.DataFrame, spec: TaskSpec, *, by_patient: bool = False) -> pd.DataFrame:
    """Count rows and outcomes per group of every sensitive attribute of a task.

    With ``by_patient`` the patients who have such rows, where the task names an id of theirs: one counts once
    in each group and outcome of their rows.

    Returns:
        Columns attribute, group, n, and positives and negatives, or where every value of the outcome
        is a class a column per class, its name in quotes; a last row "(missing)" for an attribute
        that some rows have no value of.
    """
    labels = outcome_labels(frame, spec.outcome, spec.positive)
    classes = outcome_classes(frame, spec.outcome, spec.positive)
    columns = {"positives": 1, "negatives": 0}
    if spec.positive is None:
        columns = {f'"{name}"': code for code, name in enumerate(classes)}
    patients = patients_of(frame, spec) if by_patient else None
    tables = [_counts_of(attribute(frame, column), labels, columns, patients) for column in spec.sensitive]
    return pd.concat(tables, ignore_index=True)


def _counts_of(
    grouping: Attribute,
    labels: NDArray[np.int64],
    columns: Mapping[str, int],
    patients: NDArray[np.int64] | None,
) -> pd.DataFrame:
    """Rows of each group, or their patients, in all and of the class that each column counts."""
    groups = [*grouping.values, MISSING_GROUP] if grouping.missing else list(grouping.values)
    slots = np.where(grouping.codes < 0, len(grouping.values), grouping.codes)

    def count(rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        own = once_per_patient(slots[rows], None if patients is None else patients[rows])
        return np.bincount(own, minlength=len(groups)).astype(np.int64)

    return pd.DataFrame(
        {"attribute": grouping.name, "group": groups, "n": count(np.ones(len(slots), dtype=bool))}
        | {name: count(labels == code) for name, code in columns.items()}
    )
