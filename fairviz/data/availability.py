"""Which rows have which modality.

Axis letters: N rows, M modalities.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.specs import ModalitySpec
from fairviz.data.values import missing_cells


def available_modalities(frame: pd.DataFrame, modalities: Sequence[ModalitySpec]) -> NDArray[np.bool_]:
    """Return bool [N, M], False where a row lacks a modality: all of its columns are missing."""
    return np.column_stack(
        [~np.all([missing_cells(frame[name]) for name in own.columns], axis=0) for own in modalities]
    )
