"""A task, and whether a table can answer it."""

from __future__ import annotations

import pandas as pd

from fairviz.data import checks, notes
from fairviz.data.external import check_test_rows, external_notes, task_table
from fairviz.data.given_split import check_given_split
from fairviz.data.grouping import attributes
from fairviz.data.grouping_checks import check_groupings
from fairviz.data.image_checks import check_images, refuse_images
from fairviz.data.images import NO_IMAGES, Images
from fairviz.data.specs import ModalitySpec, SplitSpec, TaskNote, TaskSpec

__all__ = ["ModalitySpec", "SplitSpec", "TaskNote", "TaskSpec", "check_task"]


def check_task(
    spec: TaskSpec,
    frame: pd.DataFrame,
    external: pd.DataFrame | None = None,
    *,
    images: Images = NO_IMAGES,
) -> tuple[TaskNote, ...]:
    """Check that a task can be trained on a table, and say what a person should know about it.

    Rows in messages count data rows from 1; those of a second dataset, `external`, come after the others.
    ``images`` are the table's, by the column that names them.

    Returns:
        Notes on how the outcome is read, small groups, rows left out of groups, rows that lack a
        modality, and columns that are not inputs.

    Raises:
        TaskError: a choice of outcome, groups, modalities or split that cannot be trained.
        DataError: an input column holds an infinite number, a row has no modality at all, or images cannot
            be read.
    """
    checks.check_names(spec, frame)
    if external is not None:
        refuse_images(spec)
    table = task_table(frame, spec, external)
    frame = table.frame
    check_groupings(spec, frame)
    checks.check_split(spec.split)
    checks.check_rows(frame)
    checks.check_outcome(spec, frame)
    for grouping in attributes(frame, spec):
        checks.check_sensitive(grouping)
    checks.check_group_id(spec, frame)
    check_given_split(spec, frame.iloc[: table.own])
    checks.check_numbers(spec, frame)
    checks.check_modalities(spec, frame)
    check_images(spec, table, images)
    checks.check_available(spec, frame)
    if table.external:
        check_test_rows(table, spec)
    return (*external_notes(table, spec), *notes.notes_on(spec, frame))
