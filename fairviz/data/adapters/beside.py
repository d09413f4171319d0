"""CSV files beside npz files: notes and their summaries, the split, and what arrays may not tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

import numpy as np
import pandas as pd

from fairviz.data.adapters.listing import Listed
from fairviz.data.given_split import UNKNOWN, given_parts
from fairviz.data.load import read_table
from fairviz.data.specs import PARTS
from fairviz.data.values import value_text
from fairviz.errors import DataError

SPLIT: Final = "split"

_FILE_NAMES: Final = frozenset({"file", "filename", "file name"})
# What is read, and what it may be called. What else is in these files would give the outcome away.
_COLUMNS: Final[Mapping[str, str]] = {
    name: column
    for column, names in {
        "note": ("note", "notes", "original note"),
        "summary": ("summary", "summarized note", "gpt4 summary", "gpt 4 summary"),
        "age": ("age",),
        "race": ("race",),
        "gender": ("gender",),
        "ethnicity": ("ethnicity",),
        "language": ("language",),
        "maritalstatus": ("maritalstatus", "marital status"),
        "glaucoma": ("glaucoma",),
        "amd": ("amd",),
        "dr": ("dr",),
        SPLIT: ("split", "use", "file type", "subset"),
    }.items()
    for name in names
}


def columns_beside(tables: Sequence[Listed], files: Sequence[str], *, max_bytes: int) -> pd.DataFrame:
    """What CSV files tell of npz files.

    Args:
        tables: the CSV files; one without a column of file names is none of ours.
        files: relative names of the N npz files, the rows of the result.
        max_bytes: most that a CSV file may hold.

    Returns:
        Columns `note`, `summary`, `split`, attributes and labels as far as they are told, [N] rows in order.

    Raises:
        DataError: if a CSV file cannot be read, names a file twice, or names none that is there.
    """
    found = pd.DataFrame(index=range(len(files)))
    rows = _rows(files)
    for listed in tables:
        table = read_table(listed.path, max_bytes=max_bytes)
        plain = {str(column): _plain(str(column)) for column in table.columns}
        by = next((column for column, name in plain.items() if name in _FILE_NAMES), None)
        wanted = {column: _COLUMNS[name] for column, name in plain.items() if name in _COLUMNS}
        if by is None or not wanted:
            continue
        place = np.array([rows.get(value_text(cell), -1) for cell in table[by]])
        _check_places(listed, place)
        own = table.loc[place >= 0, list(wanted)].set_axis(place[place >= 0]).reindex(found.index)
        for column, name in wanted.items():
            if name not in found:
                found[name] = _part_names(own[column]) if name == SPLIT else own[column]
    return found


def _rows(files: Sequence[str]) -> dict[str, int]:
    """Row by relative name and, where no other file has it, by bare name."""
    bare = pd.Series([PurePosixPath(name).name for name in files])
    once = {name: row for row, name in enumerate(bare) if not bare.duplicated(keep=False)[row]}
    return once | {name: row for row, name in enumerate(files)}


def _check_places(table: Listed, place: np.ndarray) -> None:
    known = place[place >= 0]
    if not known.size or len(np.unique(known)) < len(known):
        raise DataError(
            table.path.name,
            expected="each file of the folder named once",
            found="one named twice" if known.size else "no name of a file that is there",
            remedy="Correct the names of files, or take this table out of the folder.",
        )


def _part_names(column: pd.Series) -> list[str | None]:
    return [None if part == UNKNOWN else PARTS[part] for part in given_parts(column)]


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", " ").replace("-", " ")
