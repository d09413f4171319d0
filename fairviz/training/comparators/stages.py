"""What a comparator tells while it is fitted.

Axis letters: N rows of the dataset, D columns of all modalities side by side, C score columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairviz.data.prepare import PreparedData
from fairviz.errors import SettingError
from fairviz.training.events import Tick


@dataclass(frozen=True)
class Model:
    """A fitted model, as far as it can be told apart from others: the end of an epoch.

    Attributes:
        scores: of every row [N, C]: of two classes the probability of the positive one.
        decisions: 0 or 1 of every row [N] where the method itself decides; its scores are then the
            probability of a positive decision. None where decisions are made at a threshold.
        weights: the model as named arrays, where it is one; nothing is ever pickled.
    """

    scores: NDArray[np.float32]
    decisions: NDArray[np.int64] | None = None
    weights: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


Stage = Tick | Model
"""A part of the fitting is done, or a model can be judged."""


def columns(data: PreparedData) -> NDArray[np.float64]:
    """Inputs of every row, all modalities side by side [N, D].

    Where a row lacks a modality they are what the encoder makes of missing values. Double precision, since
    solvers stop too early in single.

    Raises:
        SettingError: if the task has images.
    """
    if data.images:
        names = ", ".join(f'"{data.task.modalities[place].name}"' for place in data.images)
        raise SettingError(
            "method",
            expected="one that reads images: a comparator reads tables only",
            found=f"a task with images ({names})",
            remedy="Leave comparators out, or compare them on a task of its tables alone.",
        )
    return np.concatenate(data.inputs, axis=1, dtype=np.float64)
