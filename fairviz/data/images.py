"""Images of all rows in one array on disk, read a window at a time and never all at once.

Axis letters: N rows, S slices (1 of a 2-D image), H height, W width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final, Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from fairviz.errors import DataError

Shape = tuple[int, int, int, int]

_AXES: Final = 4


@dataclass(frozen=True)
class ImageStack:
    """The images of one modality, a .npy file of uint8 [N, S, H, W]; row i is row i of the table.

    What stands for a row without an image is not looked at.
    """

    path: Path
    shape: Shape

    @classmethod
    def at(cls, path: Path) -> ImageStack:
        """The stack in a file, whatever its shape.

        Raises:
            DataError: if the file is not a whole array of uint8 [N, S, H, W].
        """
        array = _mapped(path)
        if array.ndim != _AXES or 0 in array.shape:
            raise _unusable(path, "an array of four axes: rows, slices, height, width", _words(array.shape))
        rows, slices, height, width = array.shape
        return cls(path, (rows, slices, height, width))

    def open(self) -> np.memmap[Shape, np.dtype[np.uint8]]:
        """The array [N, S, H, W], read-only; what is not touched is not read.

        Raises:
            DataError: if the file is gone, cut short, or not an array of uint8 of this shape.
        """
        array = _mapped(self.path)
        if array.shape != self.shape:
            raise _unusable(self.path, f"images of shape {_words(self.shape)}", _words(array.shape))
        return array


Images = Mapping[str, ImageStack]
"""The stacks of image modalities, by the column that names the images."""

NO_IMAGES: Final[Images] = MappingProxyType({})


class ImageStackWriter:
    """Fills the file of a stack, rows in order; the file appears whole or not at all.

    ::

        with ImageStackWriter(path, shape) as writer:
            for block in blocks:
                writer.write(block)
        stack = writer.stack
    """

    def __init__(self, path: Path, shape: Shape) -> None:
        """Write images of ``shape`` [N, S, H, W] to ``path``, in a folder that exists."""
        self.stack = ImageStack(path, shape)
        # A name of its own: two visitors may bring the same images at once.
        self._unfinished = path.with_suffix(f".{uuid4().hex}.part")
        self._rows = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._file = self._unfinished.open("wb")
        header = {"descr": "|u1", "fortran_order": False, "shape": self.stack.shape}
        np.lib.format.write_array_header_1_0(self._file, header)
        return self

    def write(self, block: NDArray[np.uint8]) -> None:
        """Add the next rows [rows, S, H, W].

        Raises:
            DataError: for numbers other than uint8, images of another size, or more rows than there are.
        """
        assert self._file is not None
        rows, *size = self.stack.shape
        fits = block.ndim == _AXES and list(block.shape[1:]) == size and self._rows + len(block) <= rows
        if block.dtype != np.uint8 or not fits:
            raise DataError(
                f"images from row {self._rows + 1}",
                expected=f"at most {rows - self._rows} uint8 images of {_words(tuple(size))}",
                found=f"{block.dtype} {_words(block.shape)}",
                remedy="Bring all images of a modality to one size, and give each row once.",
            )
        self._file.write(np.ascontiguousarray(block).data)
        self._rows += len(block)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Put the file in its place.

        Raises:
            DataError: if rows are still to come.
        """
        assert self._file is not None
        self._file.close()
        if kind is None and self._rows == self.stack.shape[0]:
            self._unfinished.replace(self.stack.path)
            return
        self._unfinished.unlink()
        if kind is None:
            raise DataError(
                str(self.stack.path),
                expected=f"{self.stack.shape[0]} rows of images",
                found=f"{self._rows}",
                remedy="Give an image, or zeros, for every row.",
            )


def _mapped(path: Path) -> np.memmap[Shape, np.dtype[np.uint8]]:
    """The array in a file, read-only."""
    expected = "a whole .npy file of uint8"
    try:
        # What numpy.load does for mmap_mode, for .npy alone: never an archive, never a pickle.
        array = np.lib.format.open_memmap(path, mode="r")
    except FileNotFoundError as error:
        raise _unusable(path, expected, "no such file") from error
    except (ValueError, OSError) as error:  # cut short, or something else altogether
        raise _unusable(path, expected, str(error)) from error
    if array.dtype != np.uint8:
        raise _unusable(path, expected, str(array.dtype))
    return array


def _unusable(path: Path, expected: str, found: str) -> DataError:
    return DataError(
        f"images {path.name}",
        expected=expected,
        found=found,
        remedy="Load the dataset with its images again.",
    )


def _words(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a single number"
