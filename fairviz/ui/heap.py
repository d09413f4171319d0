"""Memory that is free but still this process's."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any


def return_freed_memory() -> None:
    """Give what is free in the C library's heaps back to the system; nothing where the library cannot.

    Every refresh of a page runs in a thread of its own, and glibc keeps up to eight heaps a core for threads,
    each of which would stay as large as it ever was (malloc_trim(3)).
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:
    """The function of glibc; None in other C libraries."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
