"""The files of a folder that a person brought: plain ones within bounds, nothing that leads out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fairviz.errors import DataError

MAX_FILES: Final = 100_000
MAX_DEPTH: Final = 4
"""Folders within folders; FairVision has three: disease, part, file."""

MIB: Final = 2**20
GIB: Final = 2**30

_WITHIN: Final = "Choose a folder within it."


@dataclass(frozen=True)
class Listed:
    """A plain file.

    Attributes:
        name: relative to the folder, with slashes.
    """

    name: str
    path: Path
    size: int

    @property
    def suffix(self) -> str:
        """The end of its name in lower case."""
        return self.path.suffix.lower()

    def content(self, *, max_bytes: int) -> bytes:
        """Read it whole, if it is still a plain file of at most ``max_bytes``.

        Raises:
            DataError: if it is not, or cannot be read.
        """
        try:
            # A link put there since would not be followed, nor a pipe waited for.
            place = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(place, "rb") as file:
                plain = stat.S_ISREG(os.fstat(place).st_mode)
                content = file.read(max_bytes + 1) if plain else b""
        except OSError as error:
            raise _refused("a file that can be read", "one that cannot", "Check who may read it.") from error
        if not plain:
            raise _refused("plain files", "something else", "Put a copy of the file in its place.")
        if len(content) > max_bytes:
            raise _refused(
                f"files of at most {max_bytes / 2**20:.3g} MiB",
                "a larger one",
                "Leave out what it need not hold.",
            )
        return content


def list_files(folder: Path, *, max_bytes: int, max_files: int = MAX_FILES) -> tuple[Listed, ...]:
    """The files below a folder, sorted by relative name; hidden ones are left out, links never followed.

    Args:
        folder: what a person brought; a link to it is followed, links in it are refused.
        max_bytes: most that all files may hold together.
        max_files: most files.

    Raises:
        DataError: for no folder, links, devices, pipes or sockets, folders too deep, too many files or bytes.
    """
    if not folder.is_dir():
        raise _refused("a folder", "none of this name", "Check the path and the spelling.")
    found: list[Listed] = []
    size = 0
    for listed in _below(folder.resolve(), "", MAX_DEPTH):
        found.append(listed)
        size += listed.size
        if len(found) > max_files:
            raise _refused(f"at most {max_files:,} files", "more", _WITHIN)
        if size > max_bytes:
            raise _refused(
                f"at most {max_bytes / GIB:.3g} GiB of files", "more", "Choose a folder within it."
            )
    return tuple(sorted(found, key=lambda listed: listed.name))


def _below(folder: Path, prefix: str, deeper: int) -> Iterator[Listed]:
    try:
        with os.scandir(folder) as entries:
            shown = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        raise _refused("a folder that can be read", "one that cannot", "Check who may read it.") from error
    for entry in shown:
        name, kind = prefix + entry.name, entry.stat(follow_symlinks=False)
        if stat.S_ISREG(kind.st_mode):
            yield Listed(name, Path(entry.path), kind.st_size)
        elif stat.S_ISDIR(kind.st_mode):
            if not deeper:
                raise _refused(
                    f"at most {MAX_DEPTH} folders within one another", "more", "Choose one within."
                )
            yield from _below(Path(entry.path), f"{name}/", deeper - 1)
        else:
            raise _refused(
                "plain files and folders",
                "a link to another place" if stat.S_ISLNK(kind.st_mode) else "a device, pipe or socket",
                "Put a copy of the file in its place, or remove it.",
            )


def _refused(expected: str, found: str, remedy: str) -> DataError:
    return DataError("folder", expected=expected, found=found, remedy=remedy)
