"""Variance of an AUC from its size and the numbers of rows alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from fairviz.metrics.inputs import FloatArray


def hanley_mcneil_variance(
    auc: float, positives: npt.NDArray[Any], negatives: npt.NDArray[Any]
) -> FloatArray:
    """Variance of the AUCs of groups that share one true AUC (Hanley & McNeil 1982, Radiology 143:29).

    Args:
        auc: of each of the groups.
        positives: [G] counts, each at least 1.
        negatives: [G] counts, each at least 1.

    Returns:
        [G].
    """
    # Beside single pairs: two positives against one negative, and one positive against two negatives.
    shared_rows = (positives - 1) * (1 - auc) / (2 - auc) + (negatives - 1) * auc / (1 + auc)
    return np.asarray(auc * (1 - auc) * (1 + shared_rows) / (positives * negatives))
