from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from fairviz.ui import heap
from tests.load.process import usage

MEGABYTES = 60
# Smaller than what the library maps by itself, and gives back by itself.
PIECE = 64 * 1024


def _resident() -> float:
    return usage(os.getpid()).megabytes


def _fill_and_free() -> None:
    """As the thread of a refresh does: its heap's last piece stays, and with it all that was below."""
    pieces = [np.ones(PIECE, dtype=np.uint8) for _ in range(MEGABYTES * 2**20 // PIECE)]
    kept.append(pieces[-1])


kept: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]] = []


@pytest.mark.skipif(heap._trim() is None, reason="the C library has no malloc_trim")
def test_what_a_thread_has_freed_goes_back() -> None:
    worker = threading.Thread(target=_fill_and_free)
    worker.start()
    worker.join()
    before = _resident()
    heap.return_freed_memory()
    assert before - _resident() > MEGABYTES / 2


def test_another_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "_trim", lambda: None)
    heap.return_freed_memory()
