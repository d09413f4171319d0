"""Images from disk to the device, read ahead of the steps that use them and never all at once.

Axis letters: Q sets of rows, N rows, S slices, H height, W width.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairviz.data.pixels import ScaledImages

Key = TypeVar("Key")
Value = TypeVar("Value")

_AHEAD: Final = 2
"""Batches that are read while one is in use: one more than needed, for a disk that is slow at times."""


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


def read_ahead(read: Callable[[Key], Value], keys: Iterable[Key]) -> Generator[Value, None, None]:
    """``read(key)`` for every key in order; the next few are read by a thread meanwhile."""
    waiting: deque[Future[Value]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="fairviz-images") as reader:
        try:
            for key in keys:
                waiting.append(reader.submit(read, key))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # nobody wants them any more where training was stopped
            for future in waiting:
                future.cancel()
