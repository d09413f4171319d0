"""Planted patients as images: the numbers of two modalities rendered, and seen through coarse pixels.

Axis letters: N rows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from fairviz.data.synthetic.glaucoma_images import draw_fundus, draw_slices
from fairviz.metrics.inputs import FloatArray

PIXELS: Final = {"cup": 20 * 20, "field": 16 * 8}
"""Columns of each modality that is an image: 20 x 20 pixels of the disc, 16 slices by 8 places of a layer."""

_ROWS_AT_ONCE: Final = 100
_MIDDLE: Final = slice(50, 150)


def as_images(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A table with the pixels of two images in place of the numbers that they render.

    Args:
        frame: with columns cup_01 ... and field_01 ...
        seed: of the images' grain.
    """
    rng = np.random.default_rng([seed, 2])
    numbers = {name: frame.filter(regex=rf"^{name}_\d+$").to_numpy(dtype=np.float64) for name in PIXELS}
    starts = range(0, len(frame), _ROWS_AT_ONCE)
    pixels = {
        "cup": np.concatenate([_disc(_part(numbers["cup"], start), rng) for start in starts]),
        "field": np.concatenate([_layer(_part(numbers["field"], start), rng) for start in starts]),
    }
    others = frame.drop(columns=frame.filter(regex=rf"^({'|'.join(PIXELS)})_\d+$").columns)
    images = [
        pd.DataFrame(values, columns=columns_of(name), index=frame.index) for name, values in pixels.items()
    ]
    return pd.concat([others, *images], axis=1)


def columns_of(modality: str) -> list[str]:
    """Names of a modality's pixels."""
    return [f"{modality}_{at + 1:03d}" for at in range(PIXELS[modality])]


def _part(numbers: FloatArray, start: int) -> FloatArray:
    return numbers[start : start + _ROWS_AT_ONCE]


def _disc(cup: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The middle of the fundus [N, 400], 5 x 5 pixels as one."""
    middle = draw_fundus(cup, rng)[:, _MIDDLE, _MIDDLE].astype(np.float64)
    pooled = middle.reshape(len(cup), 20, 5, 20, 5).mean(axis=(2, 4))
    return np.asarray(pooled.reshape(len(cup), -1))


def _layer(field: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Brightness of every slice [N, 128] over its depth, four columns as one."""
    bright = draw_slices(field, rng).astype(np.float64).mean(axis=2)
    return np.asarray(bright.reshape(len(field), 16, 8, 4).mean(axis=3).reshape(len(field), -1))
