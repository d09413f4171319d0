"""What is read from every npz file of a folder: which arrays, and the size that images get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairviz.data.adapters.fairvision import FAIRVISION
from fairviz.data.adapters.fairvlmed import FAIRVLMED
from fairviz.data.adapters.layout import Layout
from fairviz.data.adapters.npz import Npz
from fairviz.data.adapters.resize import ImageSize, area_mean, even_slices
from fairviz.errors import DataError

LAYOUTS: Final = (FAIRVLMED, FAIRVISION)

Cells = dict[str, int | float | str | None]
_Shape = tuple[int, int, int]
_VOLUME: Final = 3


@dataclass(frozen=True)
class Reading:
    """How every file of a folder is read, as its first file has it.

    Attributes:
        keys: of the arrays that are read; each file has all of them.
        shapes: [S, H, W] that images of each kind get.
    """

    layout: Layout
    keys: frozenset[str]
    shapes: Mapping[str, _Shape]

    @classmethod
    def like(cls, content: bytes, size: ImageSize) -> Reading:
        """Read as this file has it.

        Raises:
            DataError: if it is damaged, or in no known layout.
        """
        first = Npz(content)
        layout = next((layout for layout in LAYOUTS if layout.marks & first.keys), None)
        if layout is None:
            raise unknown_layout("arrays of other names")
        keys = layout.keys & first.keys
        kinds = sorted(layout.images.keys() & keys)
        return cls(layout, keys, {key: _shape(first, key, layout.images[key], size) for key in kinds})

    def row(self, content: bytes) -> tuple[Cells, dict[str, NDArray[np.uint8]]]:
        """One file's cells, and those of its images [S, H, W] that it has.

        Raises:
            DataError: if the file is damaged, lacks an array, or one of them is not as declared.
        """
        npz = Npz(content)
        self._require_keys(npz)
        cells: Cells = {
            key: self.layout.cell(key, npz.value(key)) for key in sorted(self.keys - self.shapes.keys())
        }
        pixels = {key: npz.pixels(key, self.layout.images[key]) for key in self.shapes}
        return cells, {key: _resized(own, self.shapes[key]) for key, own in pixels.items() if own.size}

    def _require_keys(self, npz: Npz) -> None:
        own = npz.keys & self.layout.keys
        if own != self.keys:
            lacking = self.keys - own
            named = ", ".join(f'"{key}"' for key in sorted(lacking or own - self.keys))
            raise DataError(
                "archive",
                expected="the arrays of the first file",
                found=f"one {'without' if lacking else 'with'} {named}",
                remedy="Bring together only files of one dataset.",
            )


def unknown_layout(found: str) -> DataError:
    """What is said of a folder in no known layout."""
    layouts = " or ".join(layout.name for layout in LAYOUTS)
    return DataError(
        "folder",
        expected=f"npz files in the layout of {layouts}, with an outcome such as glaucoma",
        found=found,
        remedy="Choose the folder that holds train, validation and test.",
    )


def _shape(first: Npz, key: str, axes: int, size: ImageSize) -> _Shape:
    """Of slices as many as the first file has, up to the most that are kept."""
    slices = (len(first.pixels(key, axes)) or size.slices) if axes == _VOLUME else 1
    return min(slices, size.slices), size.side, size.side


def _resized(pixels: NDArray[np.uint8], shape: _Shape) -> NDArray[np.uint8]:
    volume = pixels.reshape(-1, *pixels.shape[-2:])
    return area_mean(even_slices(volume, shape[0]), shape[1])
