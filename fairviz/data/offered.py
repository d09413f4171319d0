"""Files and folders of the one folder on the server that may be chosen from, and nothing outside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fairviz.data.given_split import SPELLINGS
from fairviz.data.load import ENDINGS
from fairviz.errors import DataError

MOST: Final = 500
_DEPTH: Final = 3


def offered(folder: Path) -> tuple[str, ...]:
    """Names of tables and folders below a folder, relative to it and in order, 500 at most.

    Hidden ones and links are left out, and so are folders named after the part of a split: what is read is
    the folder around them.

    Raises:
        DataError: if the folder is not there or cannot be read.
    """
    try:
        names = [path.relative_to(folder).as_posix() for path in _below(folder, _DEPTH)]
    except OSError as error:
        raise DataError(
            "FAIRVIZ_DATA_FOLDER",
            expected="a folder that can be read",
            found="none, or one that cannot",
            remedy="Ask who runs this server to correct or unset it.",
        ) from error
    return tuple(sorted(names)[:MOST])


def chosen(folder: Path, name: str) -> Path:
    """The file or folder of this name.

    Raises:
        DataError: if it is not inside the folder once links are followed.
    """
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.exists():
        raise DataError(
            "file on the server",
            expected="one inside the folder that is offered",
            found="none there of this name",
            remedy="Choose one from the list.",
        )
    return path


def _below(folder: Path, deeper: int) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir() and path.name.lower() not in SPELLINGS:
            yield path
            if deeper > 1:
                yield from _below(path, deeper - 1)
        elif path.is_file() and path.name.lower().endswith(ENDINGS):
            yield path
