"""What pretrained models made of datasets, an array each beside the dataset's table."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray


class FeatureFiles:
    """A folder of .npy files, named by the dataset and by what was read with which model."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, made where it is missing."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, dataset_id: str, key: str, features: NDArray[np.float32]) -> None:
        """Write features; their file appears whole or not at all."""
        path = self._path(dataset_id, key)
        unfinished = path.with_suffix(f".{uuid4().hex}.part")
        with unfinished.open("wb") as file:
            np.save(file, features, allow_pickle=False)
        unfinished.replace(path)

    def read(self, dataset_id: str, key: str) -> NDArray[np.float32] | None:
        """Features that are kept; None where there are none."""
        try:
            features: NDArray[np.float32] = np.load(self._path(dataset_id, key), allow_pickle=False)
        except FileNotFoundError:
            return None
        return features

    def delete(self, dataset_id: str) -> None:
        """Remove all features of a dataset."""
        for path in self._folder.glob(f"{dataset_id}.*.features.npy"):
            path.unlink(missing_ok=True)

    def _path(self, dataset_id: str, key: str) -> Path:
        return self._folder / f"{dataset_id}.{key}.features.npy"
