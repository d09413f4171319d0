"""Patients of a table, where a task names a column that tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fairviz.data.specs import TaskSpec


def patients_of(frame: pd.DataFrame, spec: TaskSpec) -> NDArray[np.int64] | None:
    """Patient of each row, int64 [N], numbered as they appear; None where each row is its own."""
    column = spec.split.group_id
    return None if column is None else np.asarray(pd.factorize(frame[column])[0], dtype=np.int64)


def once_per_patient(codes: NDArray[np.int64], patients: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Codes of rows [N], each once for every patient with such rows; all where each row is its own."""
    return codes if patients is None else np.unique(np.column_stack([codes, patients]), axis=0)[:, 0]
