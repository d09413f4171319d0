"""How many rows, or patients, each group of the sensitive attributes has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.grouping import attributes
from fairviz.data.groups import MISSING_GROUP, Attribute
from fairviz.data.outcome import outcome_classes, outcome_labels
from fairviz.data.patients import once_per_patient, patients_of

if TYPE_CHECKING:
    from fairviz.data.specs import TaskSpec


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
    groupings = attributes(frame, spec)
    tables = [_counts_of(grouping, labels, columns, patients) for grouping in groupings]
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
