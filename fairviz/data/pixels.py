"""The scale of a modality's pixels, by what training rows alone say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairviz.data.images import ImageStack
from fairviz.data.specs import ModalitySpec
from fairviz.errors import TaskError

_WHITE: Final = 255
_MOST_ROWS: Final = 512
"""Rows that are read for the scale: their images hold so many pixels that more would not move it."""


@dataclass(frozen=True)
class ScaledImages:
    """Where a modality's images are, and the mean and standard deviation of their pixels in [0, 1]."""

    stack: ImageStack
    mean: float
    sd: float

    @classmethod
    def fit(cls, modality: ModalitySpec, stack: ImageStack, rows: NDArray[np.int64]) -> ScaledImages:
        """Learn the scale from up to 512 of the training rows that have an image, evenly spaced.

        Raises:
            TaskError: if all pixels are alike.
        """
        counts = _histogram(stack, np.sort(rows)[:: max(1, -(-len(rows) // _MOST_ROWS))])
        if np.count_nonzero(counts) < 2:
            raise TaskError(
                f'image modality "{modality.name}"',
                expected="images that tell training rows apart",
                found="pixels that are all alike",
                remedy="Load the images again, or leave the modality out.",
            )
        levels = np.arange(_WHITE + 1) / _WHITE
        mean = float(np.average(levels, weights=counts))
        return cls(stack, mean, float(np.average((levels - mean) ** 2, weights=counts) ** 0.5))


def _histogram(stack: ImageStack, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many pixels of some rows have each of the 256 values."""
    images = stack.open()
    counts = np.zeros(_WHITE + 1, dtype=np.int64)
    for row in rows:
        counts += np.bincount(images[row].ravel(), minlength=_WHITE + 1)
    return counts
