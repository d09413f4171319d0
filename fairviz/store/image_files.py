"""The images of datasets, a folder of arrays each, named by the hash of what was brought."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path


class ImageFiles:
    """A folder of folders of .npy files; each file is named after its column of the table."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, made where it is missing."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, dataset_id: str, made: Path) -> None:
        """Move a folder of arrays into its place, whole or not at all; one that is there stays."""
        try:
            made.rename(self._path(dataset_id))
        except OSError:
            # Somebody else brought the same images: a folder with files in it is never replaced.
            if not self._path(dataset_id).is_dir():
                raise

    def paths(self, dataset_id: str) -> Mapping[str, Path]:
        """Files of a dataset's images by column; none where it has no images."""
        return {path.stem: path for path in sorted(self._path(dataset_id).glob("*.npy"))}

    def delete(self, dataset_id: str) -> None:
        """Remove the images of a dataset, if there are any."""
        if self._path(dataset_id).is_dir():
            shutil.rmtree(self._path(dataset_id))

    def _path(self, dataset_id: str) -> Path:
        return self._folder / f"{dataset_id}.images"
