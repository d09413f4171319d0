"""Single arrays out of an npz archive: type and shape are checked before they are read; never a pickle."""

from __future__ import annotations

import io
import math
import tokenize
import zipfile
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from fairviz.data.unpack import DAMAGED, inflate, opened
from fairviz.errors import DataError

MAX_BYTES: Final = 2**28
"""Of an archive, and of one array in it; slices of FairVision have 8 MB."""

LONGEST_TEXT: Final = 200_000
"""Characters; a note has some thousands."""

LONGEST_AXIS: Final = 4_096
"""Pixels or slices."""

_WHITE: Final = 255
_MAX_HEADER: Final = 10_000
_AGAIN: Final = "Download the file again, or take it out of the folder."
# A header is a Python literal, which can be wrong in any way.
_DAMAGED = (*DAMAGED, ValueError, TypeError, SyntaxError, MemoryError, tokenize.TokenError)
_Header = tuple[tuple[int, ...], bool, "np.dtype[Any]"]


class Npz:
    """The arrays of one archive; each is read where it is asked for."""

    def __init__(self, content: bytes) -> None:
        """Read the list of arrays.

        Raises:
            DataError: if it is no whole archive, or made to do harm.
        """
        self._archive = opened(content)
        self._members = {member.filename: member for member in self._archive.infolist()}
        if len(self._members) < len(self._archive.infolist()):
            raise _refused("archive", "arrays of different names", "two of one name")

    @property
    def keys(self) -> frozenset[str]:
        """Names of its arrays."""
        return frozenset(name.removesuffix(".npy") for name in self._members if name.endswith(".npy"))

    def value(self, key: str) -> int | float | str:
        """A single number or text.

        Raises:
            DataError: if the array is something else.
        """
        member = self._members[f"{key}.npy"]
        shape, _, dtype = self._header(key, member)
        if math.prod(shape) != 1 or dtype.kind not in "biufU" or dtype.itemsize > 4 * LONGEST_TEXT:
            raise _refused(
                f'"{key}"',
                f"one number, or one text of at most {LONGEST_TEXT:,} characters",
                f"{_type(dtype)} of shape {shape}",
            )
        array = self._array(key, member)
        if dtype.kind == "U":
            return _text(key, array)
        return int(array.item()) if dtype.kind in "biu" else float(array.item())

    def pixels(self, key: str, axes: int) -> NDArray[np.uint8]:
        """An image [H, W], or slices [S, H, W]; empty where the archive has none.

        Raises:
            DataError: if the array has another shape, or is not of numbers from 0 to 255.
        """
        member = self._members[f"{key}.npy"]
        shape, _, dtype = self._header(key, member)
        if 0 in shape:
            return np.empty((0,) * axes, dtype=np.uint8)
        if len(shape) != axes or max(shape) > LONGEST_AXIS or dtype.kind not in "uif":
            raise _refused(
                f'"{key}"',
                f"numbers with {axes} axes of at most {LONGEST_AXIS:,}",
                f"{_type(dtype)} of shape {shape}",
            )
        return _as_bytes(key, self._array(key, member))

    def _header(self, key: str, member: zipfile.ZipInfo) -> _Header:
        """Shape, order and type that an array declares, which fit the size that the archive declares."""
        try:
            with self._archive.open(member) as file:
                header = _read_header(file)
                start = file.tell()
        except _DAMAGED as error:
            raise _refused(f'"{key}"', "a whole array", "a damaged one") from error
        shape, _, dtype = header
        if dtype.hasobject:
            raise _refused(f'"{key}"', "plain numbers or text", "Python objects, which are never loaded")
        size = math.prod(shape) * dtype.itemsize
        if size > MAX_BYTES or start + size != member.file_size:
            raise _refused(
                f'"{key}"',
                f"a whole array of at most {MAX_BYTES >> 20} MiB",
                "a larger one" if size > MAX_BYTES else "another size than it declares",
            )
        return header

    def _array(self, key: str, member: zipfile.ZipInfo) -> NDArray[Any]:
        content = inflate(self._archive, member, max_bytes=MAX_BYTES + _MAX_HEADER)
        try:
            array: NDArray[Any] = np.load(
                io.BytesIO(content), allow_pickle=False, max_header_size=_MAX_HEADER
            )
        except (ValueError, EOFError) as error:
            raise _refused(f'"{key}"', "a whole array", "a damaged one") from error
        return array


def _read_header(file: IO[bytes]) -> _Header:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file, max_header_size=_MAX_HEADER)
    if version == (2, 0):
        return np.lib.format.read_array_header_2_0(file, max_header_size=_MAX_HEADER)
    raise ValueError


def _as_bytes(key: str, array: NDArray[Any]) -> NDArray[np.uint8]:
    """Pixels as uint8: rounded, never stretched; images of one modality share their scale."""
    if array.dtype == np.uint8:
        return array
    low, high = float(array.min()), float(array.max())
    # The comparison is false for what is not a number.
    in_range = low >= 0 and high <= _WHITE
    if not in_range or (array.dtype.kind == "f" and 0 < high <= 1):
        raise _refused(f'"{key}"', "pixels from 0 to 255", "numbers on another scale, or missing ones")
    return np.round(array).astype(np.uint8)


def _text(key: str, array: NDArray[Any]) -> str:
    """The text in an array; numpy itself does not look whether its characters exist."""
    coding = "utf-32-be" if array.dtype.str.startswith(">") else "utf-32-le"
    try:
        return array.tobytes().decode(coding).rstrip("\0")
    except UnicodeDecodeError as error:
        raise _refused(f'"{key}"', "text", "characters that no text has") from error


def _type(dtype: np.dtype[Any]) -> str:
    return {"U": "text", "S": "bytes"}.get(dtype.kind, dtype.name)


def _refused(argument: str, expected: str, found: str) -> DataError:
    return DataError(argument, expected=expected, found=found, remedy=_AGAIN)
