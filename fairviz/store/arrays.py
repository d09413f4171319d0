"""Named arrays as one compact blob, and back. Nothing is ever unpickled."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


def pack_arrays(arrays: Arrays) -> bytes:
    """Compress named arrays into one blob."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpack_arrays(blob: bytes) -> dict[str, NDArray[Any]]:
    """The named arrays of a blob."""
    with np.load(io.BytesIO(blob), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
