"""The outcome column as labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.values import text_codes


def outcome_labels(frame: pd.DataFrame, column: str, positive: str) -> NDArray[np.int64]:
    """Return labels y int64 [N]: 1 where the outcome's text is `positive`, else 0."""
    levels, codes = text_codes(frame[column])
    return np.asarray(codes == levels.index(positive), dtype=np.int64)
