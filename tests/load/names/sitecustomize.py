"""Tells the kernel what python's threads are called, so that their time can be told apart.

Python 3.11 keeps a thread's name to itself. A folder with this file on ``PYTHONPATH`` is all a server needs.
"""

from __future__ import annotations

import ctypes
import threading

_PR_SET_NAME = 15
_libc = ctypes.CDLL(None)
_run = threading.Thread.run


def _named(self: threading.Thread) -> None:
    _libc.prctl(_PR_SET_NAME, self.name.encode()[:15], 0, 0, 0)
    _run(self)


threading.Thread.run = _named  # type: ignore[method-assign]
