"""A split that the table itself tells: a column with the part of each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.encode import is_number
from fairviz.data.patients import patients_of
from fairviz.data.specs import PARTS, TaskSpec
from fairviz.data.values import text_codes
from fairviz.errors import TaskError

SPELLINGS: Final[Mapping[str, int]] = {
    text: part
    for part, texts in enumerate(
        (("train", "training"), ("validation", "valid", "val", "dev"), ("test", "testing"))
    )
    for text in texts
}
"""What a part may be called, in lower case, and its place in `PARTS`."""

UNKNOWN: Final = -1


def given_parts(column: pd.Series) -> NDArray[np.int64]:
    """Part of each row [N] as its place in `PARTS`; `UNKNOWN` where the cell says something else."""
    levels, codes = text_codes(column)
    parts = np.array([SPELLINGS.get(level.lower(), UNKNOWN) for level in levels] + [UNKNOWN], dtype=np.int64)
    return parts[codes]


def find_split(frame: pd.DataFrame) -> str | None:
    """The first column that tells all three parts and nothing else, if there is one."""
    for name in map(str, frame.columns):
        if not is_number(frame[name]) and frame[name].nunique() == len(PARTS):
            parts = given_parts(frame[name])
            if UNKNOWN not in parts and len(np.unique(parts)) == len(PARTS):
                return name
    return None


def check_given_split(spec: TaskSpec, frame: pd.DataFrame) -> None:
    """Every row says its part, and rows of one patient say the same.

    Raises:
        TaskError: if they do not. Rows are counted, values are not told.
    """
    column = spec.split.column
    if column is None:
        return
    parts = given_parts(frame[column])
    unknown = np.flatnonzero(parts == UNKNOWN)
    if unknown.size:
        raise TaskError(
            f'split column "{column}"',
            expected="train, validation or test in every row (also training, val, valid, dev, testing)",
            found=f"something else or nothing in {unknown.size:,} of {len(parts):,} rows, "
            f"first row {int(unknown[0]) + 1}",
            remedy="Correct these values, or let FairViz split the rows.",
        )
    patients = patients_of(frame, spec)
    if patients is not None and (parts != parts[np.unique(patients, return_index=True)[1]][patients]).any():
        raise TaskError(
            f'split column "{column}"',
            expected=f'all rows with one value of "{spec.split.group_id}" in one part',
            found="patients with rows in several parts",
            remedy="Correct the column, or let FairViz split the rows.",
        )
