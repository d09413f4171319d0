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
    available = np.zeros((len(frame), len(modalities)), dtype=np.bool_)
    for place, own in enumerate(modalities):
        for name in own.columns:
            available[:, place] |= ~missing_cells(frame[name])
    return available
