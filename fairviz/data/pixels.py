"""The scale of a modality's pixels, by what training rows alone say.

Axis letters: S slices, H height, W width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairviz.data.images import ImageStack
from fairviz.data.specs import ModalitySpec
from fairviz.errors import TaskError

_MOST_ROWS: Final = 512
"""Rows that are read for the scale: more would hardly move it."""


@dataclass(frozen=True, eq=False)
class ScaledImages:
    """Where a modality's images are, and what is subtracted from their bytes and what then divides them.

    Medical images are taken alike: most of what one shows, all show. Without it the rest comes to the fore.

    Attributes:
        stack: the images.
        mean: float32 [S, H, W], the mean image.
        sd: standard deviation of all pixels about it.
    """

    stack: ImageStack
    mean: NDArray[np.float32]
    sd: float

    @classmethod
    def fit(cls, modality: ModalitySpec, stack: ImageStack, rows: NDArray[np.int64]) -> ScaledImages:
        """Learn the scale from up to 512 of the training rows that have an image, evenly spaced.

        Raises:
            TaskError: if their images are all alike.
        """
        chosen = np.sort(rows)[:: max(1, -(-len(rows) // _MOST_ROWS))]
        images = stack.open()
        total = np.zeros(stack.shape[1:], dtype=np.int64)
        squares = np.zeros_like(total)
        for row in chosen:
            image = images[row].astype(np.int64)
            total += image
            squares += image**2
        # Of integers, so that it is exactly 0 where images do not differ.
        spread = len(chosen) * squares - total**2
        if not spread.any():
            raise TaskError(
                f'image modality "{modality.name}"',
                expected="images that tell training rows apart",
                found="images that are all alike",
                remedy="Load the images again, or leave the modality out.",
            )
        mean = (total / len(chosen)).astype(np.float32)
        return cls(stack, mean, float(np.sqrt(spread.mean())) / len(chosen))
