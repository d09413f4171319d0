"""What if one patient's values were different: every trained network's answer, as recorded and as changed.

This shows what a model does with a value, not what would become of a patient.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.availability import available_modalities
from fairviz.data.encode import CategoryColumn, NumberColumn, TableEncoder
from fairviz.data.features import FeatureScale
from fairviz.data.prepare import PreparedData
from fairviz.data.specs import TaskSpec
from fairviz.data.values import value_text
from fairviz.errors import SettingError
from fairviz.store.records import RunRecord
from fairviz.training.checkpoints import load_weights
from fairviz.training.runs import RunSpec

USUAL: Final = (0.005, 0.995)
"""Between these quantiles of the training rows a number is within what a model has seen often enough."""
RECORDED, CHANGED = 0, 1


@dataclass(frozen=True)
class RunAnswer:
    """What one run predicts: the risk as recorded and as changed, and from which risk it flags patients."""

    label: str
    method: str
    seed: int
    recorded: float
    changed: float
    threshold: float


@dataclass(frozen=True)
class PatientAnswer:
    """What all runs predict.

    Attributes:
        runs: of those that have trained a network.
        silent: labels of those that keep no model that could be asked.
        unusual: what among the changed values is outside of what training rows have shown, in words.
    """

    runs: tuple[RunAnswer, ...]
    silent: tuple[str, ...]
    unusual: tuple[str, ...]


@dataclass(frozen=True)
class Patient:
    """A row as it is recorded and as it is changed, encoded as training rows were.

    Attributes:
        inputs: [2, D_m] by modality: recorded, changed.
        available: [2, M].
        unusual: as `PatientAnswer` has it.
    """

    inputs: tuple[NDArray[np.float32], ...]
    available: NDArray[np.bool_]
    unusual: tuple[str, ...]


def input_columns(data: PreparedData) -> tuple[str, ...]:
    """The columns that a task's models read."""
    return tuple(column for modality in data.task.modalities for column in modality.columns)


def require_values(spec: TaskSpec) -> None:
    """Raise unless all that a task's models read are values that can be changed.

    Raises:
        SettingError: if they read images.
    """
    if any(modality.has_pixels for modality in spec.modalities):
        raise SettingError(
            "task",
            expected="models that read a table or text",
            found="images among their inputs",
            remedy="Choose a task without images: they cannot be changed value by value.",
        )


def patient(data: PreparedData, frame: pd.DataFrame, row: int, changes: Mapping[str, str]) -> Patient:
    """Encode a row of the task's table twice.

    Args:
        data: the task.
        frame: its table.
        row: number of the row, from 0.
        changes: text of the changed values by column; an empty text is a missing value.

    Raises:
        SettingError: there is no such row or input, a number is none, nothing is left to predict from, or a
            pretrained model would have to read again.
    """
    _check(data, frame, row, changes)
    rows = frame.iloc[[row, row]].reset_index(drop=True)
    for column, text in changes.items():
        rows[column] = _changed(frame[column], rows[column], text)
    available = available_modalities(rows, data.task.modalities)
    if not available[CHANGED].any():
        raise SettingError(
            "changed values",
            expected="at least one value to predict from",
            found="none",
            remedy="Fill in one of them.",
        )
    _check_read_again(data, changes, available)
    inputs = tuple(
        _as_read(data.inputs[place][[row, row]], has_it)
        if isinstance(encoder, FeatureScale)
        else encoder.transform(rows)
        for place, (encoder, has_it) in enumerate(zip(data.encoders, available.T, strict=True))
    )
    return Patient(inputs, available, tuple(_unusual(data, frame, rows, changes)))


def ask(data: PreparedData, patient: Patient, runs: Sequence[RunRecord], weights: Path) -> PatientAnswer:
    """What the finished ones of some runs predict for a patient.

    Args:
        data: the task of the runs.
        patient: the patient.
        runs: of the store.
        weights: the folder of their weights, a file per run.
    """
    # torch is imported with the first prediction, not with the page that offers it.
    from fairviz.training.predicting import predict  # noqa: PLC0415

    specs = {run.id: RunSpec.model_validate(run.spec) for run in runs if run.test is not None}
    speaking = [run for run in runs if run.id in specs and specs[run.id].trains_network]
    models = [load_weights(weights / f"{run.id}.safetensors")[0] for run in speaking]
    risks = predict(data, models, patient.inputs, patient.available)[..., 0] if models else ()
    return PatientAnswer(
        tuple(_answer(run, specs[run.id], own) for run, own in zip(speaking, risks, strict=True)),
        tuple(dict.fromkeys(spec.label for spec in specs.values() if not spec.trains_network)),
        patient.unusual,
    )


def _answer(run: RunRecord, spec: RunSpec, risks: NDArray[np.float32]) -> RunAnswer:
    assert run.test is not None
    recorded, changed = map(float, risks)
    return RunAnswer(spec.label, spec.method, spec.seed, recorded, changed, run.test["threshold"])


def _check(data: PreparedData, frame: pd.DataFrame, row: int, changes: Mapping[str, str]) -> None:
    if data.score_columns > 1:
        raise SettingError(
            "task",
            expected="an outcome with two values",
            found=f"{len(data.classes)} classes",
            remedy="Choose a task that predicts one value against the others.",
        )
    require_values(data.task)
    if not 0 <= row < len(frame):
        raise SettingError(
            "row",
            expected=f"1 to {len(frame):,}",
            found=f"{row + 1:,}",
            remedy="Choose a row of the table.",
        )
    for column in changes:
        if column not in input_columns(data):
            raise SettingError(
                f'column "{column}"',
                expected="a column that the models read",
                found="another",
                remedy="Change an input: no other column changes a prediction.",
            )


def _check_read_again(data: PreparedData, changes: Mapping[str, str], available: NDArray[np.bool_]) -> None:
    """What a pretrained model has read once is as it was, or missing."""
    for modality, has_it in zip(data.task.modalities, available[CHANGED], strict=True):
        changed = [column for column in modality.columns if column in changes]
        if modality.pretrained is not None and changed and has_it:
            raise SettingError(
                f'column "{changed[0]}"',
                expected="a column that no pretrained model reads",
                found=f'one that "{modality.pretrained}" reads',
                remedy=f'Leave "{modality.name}" as it is recorded, or empty all of it.',
            )


def _as_read(recorded: NDArray[np.float32], has_it: NDArray[np.bool_]) -> NDArray[np.float32]:
    """What a pretrained model has made of a row [2, D]; zeros where it lacks the modality [2]."""
    return np.where(has_it[:, np.newaxis], recorded, np.float32(0))


def _changed(whole: pd.Series, rows: pd.Series, text: str) -> list[object]:
    """The recorded value and the changed one, as the column's kind has them."""
    recorded = rows.iloc[RECORDED]
    if not text.strip():
        return [recorded, None]
    if not pd.api.types.is_numeric_dtype(whole) or pd.api.types.is_bool_dtype(whole):
        return [recorded, _of_kind(whole, text)]
    try:
        number = float(text)
    except ValueError as error:
        raise _no_number(str(whole.name), text) from error
    if not np.isfinite(number):
        raise _no_number(str(whole.name), text)
    return [recorded, number]


def _of_kind(whole: pd.Series, text: str) -> object:
    """The cell of the column that reads so, which may be a truth value; text that is new stays text."""
    return next((value for value in whole.unique() if value_text(value) == text.strip()), text.strip())


def _no_number(column: str, text: str) -> SettingError:
    return SettingError(
        f'changed value of "{column}"',
        expected="a number",
        found=repr(text),
        remedy="Write a number with a decimal point, or nothing for a missing value.",
    )


def _unusual(
    data: PreparedData, frame: pd.DataFrame, rows: pd.DataFrame, changes: Mapping[str, str]
) -> Sequence[str]:
    """Changed values that training rows have hardly shown: there a prediction is a guess."""
    training = frame.iloc[data.split.train]
    tables = (encoder for encoder in data.encoders if isinstance(encoder, TableEncoder))
    encoded = {column.name: column for encoder in tables for column in encoder.columns}
    found = []
    for column in changes:
        value, coded = rows[column].iloc[CHANGED], encoded.get(column)
        if coded is None or value_text(value) == value_text(rows[column].iloc[RECORDED]):
            continue  # of free text nothing is usual
        if value_text(value) == "":
            if not coded.indicator:
                found.append(f'"{column}" is missing in no training row')
        elif isinstance(coded, NumberColumn):
            low, high = training[column].astype(float).quantile(USUAL)
            if not low <= float(value) <= high:
                found.append(f'"{column}" is outside of what 99 of 100 training rows have')
        elif isinstance(coded, CategoryColumn) and value_text(value) not in coded.levels:
            found.append(f'"{column}" has a value that fewer than 10 training rows have')
    return found
