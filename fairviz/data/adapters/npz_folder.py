"""A folder of npz files as a table and stacks of images, read file by file and never all at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
import pandas as pd

from fairviz.data.adapters.beside import SPLIT, columns_beside
from fairviz.data.adapters.layout import Layout
from fairviz.data.adapters.listing import Listed, list_files
from fairviz.data.adapters.npz import MAX_BYTES
from fairviz.data.adapters.reading import Cells, Reading, unknown_layout
from fairviz.data.adapters.resize import ImageSize
from fairviz.data.given_split import SPELLINGS
from fairviz.data.images import ImageStackWriter
from fairviz.data.specs import PARTS
from fairviz.errors import DataError

FILE: Final = "file"
"""Column with the name of each row's file, relative to the folder."""

OnProgress = Callable[[int, int], object]
"""Is told how many of how many files are read."""

_OTHER_NAMES: Final = {"male": "gender", "hispanic": "ethnicity"}
_PUBLISHED_NAME: Final = re.compile(r"data_\d+\.npz")


@dataclass(frozen=True)
class FolderBounds:
    """How much is read: bytes of the whole folder and of a CSV file in it, and how large images become."""

    max_bytes: int
    max_table_bytes: int
    size: ImageSize


@dataclass(frozen=True)
class FolderData:
    """What a folder holds.

    Attributes:
        frame: one row per npz file, in order of names: `file`, attributes, labels, `split`, notes, and per
            kind of image a column with the name of the file that has one.
        dataset_id: sha256 over relative names, contents and the size of images, in hexadecimal.
        read_as: how it was read, in words.
    """

    frame: pd.DataFrame
    dataset_id: str
    read_as: str


def read_folder(
    folder: Path, into: Path, bounds: FolderBounds, on_progress: OnProgress | None = None
) -> FolderData:
    """Read a folder in the layout of FairVision or FairVLMed; its images become one .npy file per kind.

    Args:
        folder: with npz files, in folders named after the part they belong to or all in one.
        into: folder that exists, for COLUMN.npy.
        bounds: how much is read.
        on_progress: told after each file.

    Raises:
        DataError: saying which file is wrong and how, without any value of a patient.
    """
    files = list_files(folder, max_bytes=bounds.max_bytes)
    archives = [listed for listed in files if listed.suffix == ".npz"]
    if not archives:
        raise unknown_layout("no file that ends in .npz")
    names = [listed.name for listed in archives]
    parts = _parts(names)
    with _told(archives, 0):
        reading = Reading.like(archives[0].content(max_bytes=MAX_BYTES), bounds.size)
    tables = [listed for listed in files if listed.suffix == ".csv"]
    beside = columns_beside(tables, names, max_bytes=bounds.max_table_bytes)
    if not reading.layout.labels & {*reading.keys, *beside}:
        raise unknown_layout("no outcome, neither in the arrays nor in a CSV file beside them")
    rows, hashes = _read_all(archives, reading, into, on_progress)
    for listed in tables:
        hashes[listed.name] = _sha256(listed.content(max_bytes=bounds.max_table_bytes))
    frame = _frame(rows, parts, reading.layout, beside)
    side = bounds.size.side
    read_as = f"{reading.layout.name}, {len(archives):,} npz files, images of {side} x {side} pixels"
    return FolderData(frame, _dataset_id(hashes, bounds.size), read_as)


def _read_all(
    archives: Sequence[Listed], reading: Reading, into: Path, on_progress: OnProgress | None
) -> tuple[list[Cells], dict[str, str]]:
    """Cells of every file and hashes of their contents by name; images go to stacks, black where none is."""
    rows: list[Cells] = []
    hashes: dict[str, str] = {}
    with ExitStack() as stacks:
        writers = {
            key: stacks.enter_context(ImageStackWriter(into / f"{key}.npy", (len(archives), *shape)))
            for key, shape in reading.shapes.items()
        }
        for at, listed in enumerate(archives):
            with _told(archives, at):
                content = listed.content(max_bytes=MAX_BYTES)
                cells, images = reading.row(content)
            hashes[listed.name] = _sha256(content)
            for key, writer in writers.items():
                black = np.zeros(reading.shapes[key], dtype=np.uint8)
                writer.write(images.get(key, black)[np.newaxis])
            named: Cells = {key: listed.name if key in images else None for key in writers}
            rows.append({FILE: listed.name, **cells, **named})
            if on_progress is not None:
                on_progress(at + 1, len(archives))
    return rows, hashes


def _parts(names: Sequence[str]) -> list[str] | None:
    """The part of each file by the folder it lies in; None where folders tell no parts."""
    folders = [PurePosixPath(name).parent for name in names]
    told = [SPELLINGS.get(folder.name.lower()) for folder in folders]
    known = [part for part in told if part is not None]
    if known and len(known) < len(told):
        raise _mixed("files in folders named train, validation and test, or none of them so", "both")
    if len({folder.parent if known else folder for folder in folders}) > 1:
        raise _mixed("the files of one dataset", "files in several places")
    return [PARTS[part] for part in known] or None


def _frame(
    rows: Sequence[Cells], parts: Sequence[str] | None, layout: Layout, beside: pd.DataFrame
) -> pd.DataFrame:
    """The table: cells, parts, and what CSV files add."""
    for key in rows[0]:
        if len({isinstance(row[key], str) for row in rows if row[key] is not None}) > 1:
            raise _mixed(f'numbers or texts as "{key}"', "both")
    frame = layout.finish(pd.DataFrame(rows))
    if parts is not None:
        frame[SPLIT] = parts
    # The arrays come first, also where they use another name.
    told = {*frame, *(_OTHER_NAMES[name] for name in frame if name in _OTHER_NAMES)}
    return frame.assign(**{name: beside[name].to_numpy() for name in beside if name not in told})


@contextmanager
def _told(archives: Sequence[Listed], at: int) -> Iterator[None]:
    """Errors say which file is wrong, by a name only where it is as published: others may tell of people."""
    try:
        yield
    except DataError as error:
        name = archives[at].path.name
        numbered = f"file {at + 1} of {len(archives)}, in order of names"
        place = name if _PUBLISHED_NAME.fullmatch(name) else numbered
        raise DataError(
            f"{place}, {error.argument}", expected=error.expected, found=error.found, remedy=error.remedy
        ) from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _dataset_id(hashes: Mapping[str, str], size: ImageSize) -> str:
    """Sha256 over the size of images, and over sorted relative names with the hashes of their contents."""
    lines = [f"{size.side} {size.slices}", *(f"{name}\0{hashes[name]}" for name in sorted(hashes))]
    return _sha256("\n".join(lines).encode())


def _mixed(expected: str, found: str) -> DataError:
    return DataError(
        "folder", expected=expected, found=found, remedy="Choose the folder of one dataset, such as Glaucoma."
    )
