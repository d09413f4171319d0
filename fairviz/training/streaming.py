"""Images from disk to the device, read ahead of the steps that use them and never all at once.

Axis letters: Q sets of rows, N rows, S slices, H height, W width.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, Queue
from typing import Final, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairviz.data.pixels import ScaledImages

Key = TypeVar("Key")
Value = TypeVar("Value")

_AHEAD: Final = 2
"""Batches that wait to be used, beside the one that is being read: more than needed, for a slow disk."""


class StreamedImages:
    """The images of one modality, brought to a device as they are needed.

    Attributes:
        shape: (S, H, W).
    """

    def __init__(self, images: ScaledImages, device: torch.device) -> None:
        """Open the file.

        Raises:
            DataError: if it cannot be read.
        """
        self.shape = images.stack.shape[1:]
        self._stack = np.asarray(images.stack.open())
        self._mean, self._sd = torch.from_numpy(images.mean).to(device), images.sd
        self._device = device

    def read(self, rows: NDArray[np.int64]) -> Tensor:
        """Bytes [Q, N, S, H, W] of sets of rows [Q, N]; other threads go on meanwhile."""
        shape, pinned = (*rows.shape, *self.shape), self._device.type == "cuda"
        pixels = torch.empty(shape, dtype=torch.uint8, pin_memory=pinned)
        # Only numpy's take lets go of Python's lock; "clip" writes in place, where "raise" would copy.
        np.take(self._stack, rows.ravel(), axis=0, out=pixels.flatten(0, 1).numpy(), mode="clip")
        return pixels

    def standardised(self, pixels: Tensor) -> Tensor:
        """Bytes as numbers on the device, with mean 0 and standard deviation 1 over training rows.

        For rows without an image it is whatever stands there.
        """
        return pixels.to(self._device, non_blocking=True).sub(self._mean).mul_(1 / self._sd)


def read_ahead(read: Callable[[Key], Value], keys: Sequence[Key]) -> Generator[Value, None, None]:
    """``read(key)`` for every key in order; the next few are read by a thread meanwhile.

    What goes wrong in reading is raised where its value would have come.
    """
    ready: Queue[Future[Value]] = Queue(_AHEAD)
    stopping = threading.Event()

    def work() -> None:
        for key in keys:
            value = _outcome(read, key)
            ready.put(value)
            if stopping.is_set() or value.exception() is not None:
                return

    # Not a pool's: at the end of a process pools refuse work before training is told to stop.
    reader = threading.Thread(target=work, name="fairviz-images", daemon=True)
    reader.start()
    try:
        for _ in keys:
            yield ready.get().result()
    finally:
        stopping.set()
        while reader.is_alive():  # it may wait for a place to put what nobody wants any more
            with suppress(Empty):
                ready.get(timeout=0.01)


def _outcome(read: Callable[[Key], Value], key: Key) -> Future[Value]:
    """What came of reading: a value or an error."""
    outcome: Future[Value] = Future()
    try:
        outcome.set_result(read(key))
    except Exception as error:
        outcome.set_exception(error)
    return outcome
