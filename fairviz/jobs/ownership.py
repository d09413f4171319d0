"""Which process trains what, and how another finds out that it died.

A process holds a lock on a file named after it for as long as it lives; the operating system lets go of the
lock however the process ends. Whoever can take the lock knows that its owner is gone.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from filelock import FileLock, Timeout


class Ownership:
    """This process's name, held until closed."""

    def __init__(self, folder: Path) -> None:
        """Take a new name under ``folder``."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.name = uuid4().hex
        self._lock = _lock(folder, self.name)
        self._lock.acquire()

    def is_gone(self, owner: str) -> bool:
        """Whether the process called ``owner`` no longer lives.

        A process that ended well took its file with it and left nothing unfinished; without a file, the owner
        is one of another home or machine that shares the database, of which nothing can be said here.
        """
        if owner == self.name or not _path(self._folder, owner).exists():
            return False
        lock = _lock(self._folder, owner)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        lock.release()
        return True

    def forget(self, owner: str) -> None:
        """Remove what a process that is gone has left."""
        _path(self._folder, owner).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the name."""
        self._lock.release()
        self.forget(self.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _lock(folder: Path, owner: str) -> FileLock:
    # Taken by one thread and released by another when the server shuts down.
    return FileLock(_path(folder, owner), thread_local=False)


def _path(folder: Path, owner: str) -> Path:
    return folder / f"{owner}.lock"
