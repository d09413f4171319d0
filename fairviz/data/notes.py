"""What a person should know about a task that can be trained: one kind of note per function."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.availability import available_modalities
from fairviz.data.checks import MIN_PER_OUTCOME, SMALL_GROUP, is_usable, rows_in_words
from fairviz.data.groups import Attribute, attribute
from fairviz.data.outcome import outcome_classes, outcome_labels
from fairviz.data.specs import TaskNote, TaskSpec
from fairviz.data.values import text_codes

_TWO: Final = 2
# Shares of rows that lack a modality differ clearly: by this much, by this many standard errors, and
# among groups of at least this many rows.
_CLEAR_DIFFERENCE: Final = 0.1
_CLEAR_ERRORS: Final = 3.0
_ENOUGH_ROWS: Final = 20


def notes_on(spec: TaskSpec, frame: pd.DataFrame) -> tuple[TaskNote, ...]:
    """Return the notes on a task; those on a single column name it."""
    labels = outcome_labels(frame, spec.outcome, spec.positive)
    classes = outcome_classes(frame, spec.outcome, spec.positive)
    groupings = [attribute(frame, column) for column in spec.sensitive]
    notes = list(_outcome_notes(spec, frame, labels))
    for grouping in groupings:
        notes += [*_missing_notes(grouping), *_group_notes(grouping, labels, classes)]
    outcome = Attribute(spec.outcome, classes, labels)
    return (*notes, *_modality_notes(spec, frame, [outcome, *groupings]), *_unused_notes(spec, frame))


def _outcome_notes(spec: TaskSpec, frame: pd.DataFrame, labels: NDArray[np.int64]) -> Iterator[TaskNote]:
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
        text = (
            f'"{spec.outcome}" has {len(levels)} values: "{spec.positive}" '
            f"({rows_in_words(int(labels.sum()))}) is predicted against all others."
        )
    yield TaskNote(severity="info", text=text)


def _missing_notes(grouping: Attribute) -> Iterator[TaskNote]:
    if grouping.missing:
        yield TaskNote(
            severity="warning",
            text=f'{rows_in_words(grouping.missing)} without a value of "{grouping.name}" '
            "left out of its groups; they stay in training and in overall figures.",
            column=grouping.name,
        )


def _group_notes(
    grouping: Attribute, labels: NDArray[np.int64], classes: Sequence[str]
) -> Iterator[TaskNote]:
    for code, value in enumerate(grouping.values):
        rows = np.bincount(labels[grouping.codes == code], minlength=len(classes))
        name = f'group "{value}" of "{grouping.name}"'
        if rows.sum() < SMALL_GROUP:
            text = f"{name} has {rows_in_words(int(rows.sum()))}: its figures will be not estimable."
        elif rows.min() < MIN_PER_OUTCOME:
            text = f"{name} has {_few(rows, classes)}: its figures will be uncertain or not estimable."
        else:
            continue
        yield TaskNote(severity="warning", text=text, column=grouping.name)


def _few(rows: NDArray[np.int64], classes: Sequence[str]) -> str:
    """Say how few rows of an outcome there are; of several classes, of the rarest."""
    if len(classes) == _TWO:
        return f"{rows[1]} with and {rows[0]} without the outcome"
    rarest = int(rows.argmin())
    return f'{rows_in_words(int(rows[rarest]))} of class "{classes[rarest]}"'


def _modality_notes(
    spec: TaskSpec, frame: pd.DataFrame, groupings: Sequence[Attribute]
) -> Iterator[TaskNote]:
    """How many rows lack a modality, and where that depends on the outcome or on a group."""
    available = available_modalities(frame, spec.modalities)
    for modality, lacking in zip(spec.modalities, ~available.T, strict=True):
        if not lacking.any():
            continue
        count = f"{int(lacking.sum()):,} of {rows_in_words(len(lacking))}"
        found = [text for grouping in groupings if (text := _difference(lacking, grouping))]
        yield TaskNote(
            severity="warning" if found else "info",
            text=f'modality "{modality.name}" is missing in {count}; predicted from the others there.'
            + "".join(f" {text}" for text in found),
        )


def _difference(lacking: NDArray[np.bool_], grouping: Attribute) -> str:
    """Say between which groups the shares [G] that lack something differ most, if they clearly do."""
    known = grouping.codes >= 0
    codes = grouping.codes[known]
    rows = np.bincount(codes, minlength=len(grouping.values))
    enough = np.flatnonzero(rows >= _ENOUGH_ROWS)
    if enough.size < _TWO:
        return ""
    share = np.bincount(codes, lacking[known], len(rows))[enough] / rows[enough]
    high, low = int(share.argmax()), int(share.argmin())
    overall = float(lacking[known].mean())
    error = math.sqrt(overall * (1 - overall) * float((1 / rows[enough][[high, low]]).sum()))
    if share[high] - share[low] < max(_CLEAR_DIFFERENCE, _CLEAR_ERRORS * error):
        return ""
    return (
        f'It is missing in {share[high]:.0%} of rows with "{grouping.values[enough[high]]}" and in '
        f'{share[low]:.0%} of those with "{grouping.values[enough[low]]}" of "{grouping.name}".'
    )


def _unused_notes(spec: TaskSpec, frame: pd.DataFrame) -> Iterator[TaskNote]:
    for modality in spec.modalities:
        for column in modality.columns:
            if not is_usable(frame[column]):
                text = f'"{column}" in modality "{modality.name}" tells no rows apart.'
                yield TaskNote(severity="info", text=text, column=column)
    for column in spec.drop:
        yield TaskNote(severity="info", text=f'"{column}" is not an input.', column=column)
