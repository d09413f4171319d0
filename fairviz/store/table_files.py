"""The tables of datasets, one Parquet file each, named by the hash of what was brought."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from fairviz.errors import NotFoundError

_READ_AS: Final = b"fairviz.read_as"


class TableFiles:
    """A folder of tables."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, made where it is missing."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, dataset_id: str, frame: pd.DataFrame, read_as: str) -> None:
        """Write a table, and how it was read, unless it is there; its file appears whole or not at all."""
        path = self._path(dataset_id)
        if path.exists():
            return
        # A name of its own: two visitors may bring the same file at once.
        unfinished = path.with_suffix(f".{uuid4().hex}.part")
        table = pa.Table.from_pandas(frame, preserve_index=False)
        told = {**(table.schema.metadata or {}), _READ_AS: read_as.encode()}
        parquet.write_table(table.replace_schema_metadata(told), unfinished)
        unfinished.replace(path)

    def read(self, dataset_id: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The table of a dataset, or some of its columns.

        Raises:
            NotFoundError: if its file is gone.
        """
        path = self._existing(dataset_id)
        return pd.read_parquet(path, columns=None if columns is None else list(columns))

    def read_as(self, dataset_id: str) -> str | None:
        """How a table was read, in words; None of one that was kept before this was written down.

        Raises:
            NotFoundError: if its file is gone.
        """
        told = (parquet.read_schema(self._existing(dataset_id)).metadata or {}).get(_READ_AS)
        return None if told is None else told.decode()

    def delete(self, dataset_id: str) -> None:
        """Remove a table, if it is there."""
        self._path(dataset_id).unlink(missing_ok=True)

    def _existing(self, dataset_id: str) -> Path:
        path = self._path(dataset_id)
        if not path.is_file():
            raise NotFoundError(
                f"table of dataset {dataset_id[:12]}",
                expected=f"its file in {self._folder}",
                found="none",
                remedy="Load the dataset again.",
            )
        return path

    def _path(self, dataset_id: str) -> Path:
        return self._folder / f"{dataset_id}.parquet"
