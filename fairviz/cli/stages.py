"""What is going on, said while it does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

_SILENT_SECONDS: Final = 5.0


def counting(console: Console) -> Progress:
    """A bar with what is counted and the time left."""
    return Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=console)


@contextmanager
def stage(what: str) -> Iterator[None]:
    """Say what is going on while it does; where lines stay, only of what takes long, as of a large table."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(f"{escape(what)} ..."):
            yield
        return
    told = threading.Timer(_SILENT_SECONDS, console.print, [escape(f"{what} ...")], {"soft_wrap": True})
    told.start()
    try:
        yield
    finally:
        told.cancel()
