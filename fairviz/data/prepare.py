"""From a table and a task to the arrays a network is trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.encode import TableEncoder
from fairviz.data.groups import Attribute, attribute
from fairviz.data.outcome import outcome_labels
from fairviz.data.split import Split, split_rows
from fairviz.data.task import TaskSpec, check_task
from fairviz.errors import TaskError


@dataclass(frozen=True)
class PreparedData:
    """Arrays of one task; row i is row i of the table everywhere.

    Attributes:
        inputs: float32 [N, D_m] per modality m, in the task's order.
        labels: int64 [N].
        attributes: sensitive attributes, in the task's order.
        split: row numbers of the three parts.
        encoders: one per modality, fitted on the training rows.
    """

    task: TaskSpec
    inputs: tuple[NDArray[np.float32], ...]
    labels: NDArray[np.int64]
    attributes: tuple[Attribute, ...]
    split: Split
    encoders: tuple[TableEncoder, ...]


def prepare(frame: pd.DataFrame, spec: TaskSpec) -> PreparedData:
    """Check a task against its table, split the rows and encode every modality.

    Raises:
        TaskError: the task cannot be trained on this table.
        DataError: an input column holds an infinite number.
    """
    check_task(spec, frame)
    labels = outcome_labels(frame, spec.outcome, spec.positive)
    attributes = tuple(attribute(frame, column) for column in spec.sensitive)
    split = split_rows(labels, attributes, spec.split, _group_ids(frame, spec.split.group_id))
    training = frame.iloc[split.train]
    encoders = tuple(TableEncoder.fit(training, modality.columns) for modality in spec.modalities)
    _require_features(spec, encoders)
    inputs = tuple(encoder.transform(frame) for encoder in encoders)
    return PreparedData(spec, inputs, labels, attributes, split, encoders)


def _require_features(spec: TaskSpec, encoders: tuple[TableEncoder, ...]) -> None:
    for modality, encoder in zip(spec.modalities, encoders, strict=True):
        if not encoder.feature_names:
            raise TaskError(
                f'modality "{modality.name}"',
                expected="a column that tells training rows apart",
                found="columns that are the same in every training row",
                remedy="Add a column to the modality, or leave the modality out.",
            )


def _group_ids(frame: pd.DataFrame, column: str | None) -> NDArray[np.int64] | None:
    if column is None:
        return None
    return np.asarray(pd.factorize(frame[column])[0], dtype=np.int64)
