"""What a pretrained model makes of a modality, on a scale that training rows tell.

Axis letters: N rows, F numbers that the model gives, D of them that tell training rows apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairviz.data.encode import FARTHEST

Features = Mapping[str, NDArray[np.float32]]
"""What pretrained models give [N, F], by the name of the modality."""

NO_FEATURES: Final[Features] = MappingProxyType({})

_ALIKE: Final = 1e-5
"""Share of a number's size below which differences are those of rounding: equal texts beside longer ones."""


@dataclass(frozen=True, eq=False)
class FeatureScale:
    """Features with mean 0 and standard deviation 1 over training rows; those that are alike are left out.

    Attributes:
        name: of the model.
        kept: int64 [D], places of the features that are kept.
        mean: float32 [D].
        sd: float32 [D].
    """

    name: str
    kept: NDArray[np.int64]
    mean: NDArray[np.float32]
    sd: NDArray[np.float32]

    @classmethod
    def fit(cls, name: str, training: NDArray[np.float32]) -> FeatureScale:
        """Learn the scale from the training rows [rows, F] that have the modality; of none, keep nothing."""
        if not len(training):
            return cls(name, np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.float32))
        mean, sd = training.mean(axis=0, dtype=np.float64), training.std(axis=0, dtype=np.float64)
        kept = np.flatnonzero(sd > _ALIKE * np.abs(training).max(axis=0))
        return cls(name, kept, mean[kept].astype(np.float32), sd[kept].astype(np.float32))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the D features."""
        return tuple(f"{self.name}: feature {place + 1}" for place in self.kept)

    def transform(self, features: NDArray[np.float32], available: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return float32 [N, D] of features [N, F]; zeros for rows that are not ``available`` [N]."""
        scaled = np.clip((features[:, self.kept] - self.mean) / self.sd, -FARTHEST, FARTHEST)
        return np.where(available[:, np.newaxis], scaled, 0).astype(np.float32)
