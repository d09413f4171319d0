"""Images and slices at the size that networks are given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ImageSize:
    """How large images become: ``side`` by ``side`` pixels, and of a volume at most ``slices`` slices."""

    side: int = 64
    slices: int = 8


def even_slices(volume: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """Evenly spaced slices [count, H, W] of a volume [S, H, W], each from the middle of its share.

    Where S < ``count``, slices come more than once.
    """
    middles = (np.arange(count) + 0.5) * len(volume) / count
    return volume[middles.astype(np.int64)]


def area_mean(images: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Images [S, H, W] as [S, side, side]: each pixel is the mean of the area it covers, rounded."""
    _, height, width = images.shape
    down, across = _cover(height, side), _cover(width, side)
    return np.round(down @ images.astype(np.float32) @ across.T).astype(np.uint8)


@cache
def _cover(pixels: int, side: int) -> NDArray[np.float32]:
    """Share of each of the old pixels in each new one [side, pixels]; rows add to 1."""
    edges = np.arange(side + 1) * pixels / side
    first, last = edges[:-1, np.newaxis], edges[1:, np.newaxis]
    old = np.arange(pixels)
    overlap = np.clip(np.minimum(last, old + 1) - np.maximum(first, old), 0, None)
    return np.asarray(overlap * side / pixels, dtype=np.float32)
