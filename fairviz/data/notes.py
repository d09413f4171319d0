"""What a person should know about a task that can be trained: one kind of note per function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.adapters.formats import known_format
from fairviz.data.availability import available_modalities
from fairviz.data.checks import MIN_PER_OUTCOME, few_rows, is_usable, rows_in_words
from fairviz.data.given_split import UNKNOWN, given_parts
from fairviz.data.grouping import attributes
from fairviz.data.groups import Attribute
from fairviz.data.missingness import contrast, missingness_notes
from fairviz.data.outcome import outcome_classes, outcome_labels
from fairviz.data.patients import patients_of
from fairviz.data.personal import personal_columns
from fairviz.data.specs import PARTS, TaskNote, TaskSpec
from fairviz.data.values import text_codes
from fairviz.suppression import FEW, THRESHOLD, is_small

_TWO: Final = 2


def notes_on(spec: TaskSpec, frame: pd.DataFrame) -> tuple[TaskNote, ...]:
    """Return the notes on a task; those on a single column name it.

    Unless its data are declared synthetic or public, no note counts the rows of a group, whose table may
    withhold them, or fewer than 11 rows, or rows of fewer than 11 patients.
    """
    labels = outcome_labels(frame, spec.outcome, spec.positive)
    classes = outcome_classes(frame, spec.outcome, spec.positive)
    groupings = attributes(frame, spec)
    patients = patients_of(frame, spec)
    notes = list(_outcome_notes(spec, frame, labels, patients))
    for grouping in groupings:
        notes += _missing_notes(grouping, public=spec.public)
        notes += _group_notes(grouping, labels, classes, public=spec.public)
    outcome = Attribute(spec.outcome, classes, labels)
    return (
        *_format_notes(spec, frame),
        *notes,
        *_split_notes(spec, frame),
        *_text_notes(spec),
        *_pretrained_notes(spec),
        *_modality_notes(spec, frame, [outcome, *groupings], patients),
        *missingness_notes(spec, frame, outcome, groupings),
        *_personal_notes(spec, frame),
        *_unused_notes(spec, frame),
    )


def _format_notes(spec: TaskSpec, frame: pd.DataFrame) -> Iterator[TaskNote]:
    """What is known of a known format, and which inputs it would rather leave out."""
    known = known_format(frame.columns)
    if known is None:
        return
    yield TaskNote(severity="info", text=known.note)
    for modality in spec.modalities:
        for column in modality.columns:
            if column in known.left_out:
                text = f'"{column}" in modality "{modality.name}": {known.left_out[column]}.'
                yield TaskNote(severity="warning", text=text, column=column)


def _outcome_notes(
    spec: TaskSpec, frame: pd.DataFrame, labels: NDArray[np.int64], patients: NDArray[np.int64] | None
) -> Iterator[TaskNote]:
    """How an outcome with more than two values is read."""
    levels, _ = text_codes(frame[spec.outcome])
    if len(levels) == _TWO:
        return
    if spec.positive is None:
        text = (
            f'"{spec.outcome}" has {len(levels)} values and each is a class of its own: {", ".join(levels)}. '
            "Performance and gaps are means over the classes, each against all others."
        )
    else:
        rows = _rows_of_patients(labels == 1, patients, public=spec.public)
        text = (
            f'"{spec.outcome}" has {len(levels)} values: "{spec.positive}" '
            f"({rows}) is predicted against all others."
        )
    yield TaskNote(severity="info", text=text)


def _rows_of_patients(rows: NDArray[np.bool_], patients: NDArray[np.int64] | None, *, public: bool) -> str:
    """Say how many rows [N] are marked, or that they, or their patients, are few."""
    count = int(rows.sum())
    if public or count < THRESHOLD or not is_small(_cases(rows, patients)):
        return few_rows(count, public=public)
    return f"rows of {FEW} patients"


def _cases(rows: NDArray[np.bool_], patients: NDArray[np.int64] | None) -> int:
    """How many patients have any of the rows [N] that are marked."""
    return int(rows.sum()) if patients is None else len(np.unique(patients[rows]))


def _missing_notes(grouping: Attribute, *, public: bool) -> Iterator[TaskNote]:
    if grouping.missing:
        rows = rows_in_words(grouping.missing) if public else "Rows"
        yield TaskNote(
            severity="warning",
            text=f'{rows} without a value of "{grouping.name}" '
            "left out of its groups; they stay in training and in overall figures.",
            column=grouping.name,
        )


def _group_notes(
    grouping: Attribute, labels: NDArray[np.int64], classes: Sequence[str], *, public: bool
) -> Iterator[TaskNote]:
    for code, value in enumerate(grouping.values):
        rows = np.bincount(labels[grouping.codes == code], minlength=len(classes))
        name = f'group "{value}" of "{grouping.name}"'
        if rows.sum() < THRESHOLD:
            size = few_rows(int(rows.sum()), public=public)
            text = f"{name} has {size}: its figures will be not estimable."
        elif rows.min() < MIN_PER_OUTCOME or (is_small(rows).any() and not public):
            few = _few(rows, classes) if public else f"{FEW} rows of an outcome"
            text = f"{name} has {few}: its figures will be uncertain or not estimable."
        else:
            continue
        yield TaskNote(severity="warning", text=text, column=grouping.name)


def _few(rows: NDArray[np.int64], classes: Sequence[str]) -> str:
    """Say how few rows of an outcome there are; of several classes, of the rarest."""
    if len(classes) == _TWO:
        return f"{rows[1]} with and {rows[0]} without the outcome"
    rarest = int(rows.argmin())
    return f'{rows_in_words(int(rows[rarest]))} of class "{classes[rarest]}"'


def _split_notes(spec: TaskSpec, frame: pd.DataFrame) -> Iterator[TaskNote]:
    """How many rows each part has, where the table tells."""
    if spec.split.column is not None:
        parts = given_parts(frame[spec.split.column])
        rows = np.bincount(parts[parts != UNKNOWN], minlength=len(PARTS))  # a second dataset tells none
        told = ", ".join(
            f"{few_rows(int(count), public=spec.public)} {name}"
            for name, count in zip(PARTS, rows, strict=True)
        )
        yield TaskNote(severity="info", text=f'rows are split as "{spec.split.column}" says: {told}.')


def _text_notes(spec: TaskSpec) -> Iterator[TaskNote]:
    """What free text may hold beside what it was written for."""
    for modality in spec.modalities:
        if modality.kind == "text":
            yield TaskNote(
                severity="warning",
                text=f'modality "{modality.name}" is free text. It may hold names and other personal data, '
                "or tell the outcome: read some of it first.",
            )


def _pretrained_notes(spec: TaskSpec) -> Iterator[TaskNote]:
    """What nobody here knows of a model that was trained elsewhere."""
    for modality in spec.modalities:
        if modality.pretrained is not None:
            yield TaskNote(
                severity="info",
                text=f'modality "{modality.name}" is read by the pretrained model "{modality.pretrained}", '
                "which is not trained any further. From whom it learned is not known here: it may read some "
                "groups better than others, and if it has seen these patients before, results are too good.",
            )


def _modality_notes(
    spec: TaskSpec,
    frame: pd.DataFrame,
    groupings: Sequence[Attribute],
    patients: NDArray[np.int64] | None,
) -> Iterator[TaskNote]:
    """How many rows lack a modality, and where that depends on the outcome or on a group."""
    available = available_modalities(frame, spec.modalities)
    for modality, lacking in zip(spec.modalities, ~available.T, strict=True):
        if not lacking.any():
            continue
        count = f"{_how_many(lacking, patients, public=spec.public)} of {rows_in_words(len(lacking))}"
        found = [
            text for grouping in groupings if (text := _difference(lacking, grouping, public=spec.public))
        ]
        yield TaskNote(
            severity="warning" if found else "info",
            text=f'modality "{modality.name}" is missing in {count}; predicted from the others there.'
            + "".join(f" {text}" for text in found),
        )


def _how_many(lacking: NDArray[np.bool_], patients: NDArray[np.int64] | None, *, public: bool) -> str:
    """Say how many rows lack something; neither they nor the others are counted where they are of few."""
    count, cases = int(lacking.sum()), [_cases(rows, patients) for rows in (lacking, ~lacking)]
    if public or not is_small(cases).any():
        return f"{count:,}"
    if is_small(count):
        return FEW
    return "some" if is_small(cases[0]) else "nearly all"


def _difference(lacking: NDArray[np.bool_], grouping: Attribute, *, public: bool) -> str:
    """Say between which groups the shares [G] that lack something differ most, if they clearly do."""
    found = contrast(lacking, grouping)
    if found is None:
        return ""
    if not public:
        return (
            f'It is missing more often in rows with "{found.high}" than in those with '
            f'"{found.low}" of "{grouping.name}".'
        )
    return (
        f'It is missing in {found.high_share:.0%} of rows with "{found.high}" and in '
        f'{found.low_share:.0%} of those with "{found.low}" of "{grouping.name}".'
    )


def _personal_notes(spec: TaskSpec, frame: pd.DataFrame) -> Iterator[TaskNote]:
    """Which columns may identify a person; data declared public or synthetic identify nobody."""
    found = {} if spec.public else personal_columns(frame)
    if not found:
        return
    inputs = {column for modality in spec.modalities for column in modality.columns}
    told = "; ".join(f'"{column}" ({what})' for column, what in found.items())
    used = [f'"{column}"' for column in found if column in inputs]
    yield TaskNote(
        severity="warning",
        text=f"Columns that may identify patients: {told}. "
        + (f"The model reads {', '.join(used)}: leave it out. " if used else "None of them is an input. ")
        + "Remove them from the file before it is shared.",
    )


def _unused_notes(spec: TaskSpec, frame: pd.DataFrame) -> Iterator[TaskNote]:
    for modality in spec.modalities:
        for column in modality.columns:
            if not is_usable(frame[column], modality.kind):
                text = f'"{column}" in modality "{modality.name}" tells no rows apart.'
                yield TaskNote(severity="info", text=text, column=column)
    for column in spec.drop:
        yield TaskNote(severity="info", text=f'"{column}" is not an input.', column=column)
