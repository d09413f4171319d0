"""Small folders in known layouts, and the parts that malformed ones are made of."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fairviz.data.adapters.npz_folder import FolderBounds, FolderData, read_folder
from fairviz.data.adapters.resize import ImageSize

SMALL = ImageSize(side=16, slices=4)
BOUNDS = FolderBounds(max_bytes=2**30, max_table_bytes=2**20, size=SMALL)
SECRET = "Zwiebelmann"
"""What no message may quote."""


def eye(**changes: Any) -> dict[str, Any]:
    """The arrays of one FairVision file."""
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {
        "slo_fundus": rng.integers(0, 256, (40, 40), dtype=np.uint8),
        "oct_bscans": rng.integers(0, 256, (6, 20, 20), dtype=np.uint8),
        "race": 1,
        "male": 0,
        "hispanic": 0,
        "language": 2,
        "maritalstatus": 3,
        "glaucoma": 1,
    }
    return {key: value for key, value in (arrays | changes).items() if value is not None}


def noted_eye(**changes: Any) -> dict[str, Any]:
    """The arrays of one FairVLMed file."""
    arrays = eye(male=None, hispanic=None, oct_bscans=None)
    own = {"gender": 1, "ethnicity": -1, "age": 61.5, "note": "No cupping seen.", "md": -7.0}
    return {key: value for key, value in (arrays | own | changes).items() if value is not None}


def save(path: Path, arrays: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
    return path


def write_eyes(folder: Path, *eyes: dict[str, Any], part: str = "train") -> Path:
    """Write data_00001.npz and so on."""
    for number, arrays in enumerate(eyes, start=1):
        save(folder / part / f"data_{number:05d}.npz", arrays)
    return folder


def read(folder: Path, into: Path, bounds: FolderBounds = BOUNDS) -> FolderData:
    into.mkdir(parents=True, exist_ok=True)
    return read_folder(folder, into, bounds)


def frame_of(folder: Path, into: Path) -> pd.DataFrame:
    return read(folder, into).frame


def npy(array: Any, *, allow_pickle: bool = False) -> bytes:
    out = io.BytesIO()
    np.save(out, np.asarray(array), allow_pickle=allow_pickle)
    return out.getvalue()


def header(descr: str, shape: tuple[int, ...]) -> bytes:
    """What a .npy file begins with, whatever follows."""
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": descr, "fortran_order": False, "shape": shape})
    return out.getvalue()


def npz_of(*members: tuple[str, bytes]) -> bytes:
    """An archive of these members, as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def npz_with(key: str, content: bytes) -> bytes:
    """A whole FairVision file but for one member."""
    others = [(f"{name}.npy", npy(value)) for name, value in eye().items() if name != key]
    return npz_of((f"{key}.npy", content), *others)
