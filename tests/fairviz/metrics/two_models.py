"""Two models on the same rows for the tests of comparisons: related by what both know of a patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairviz.metrics.inputs import FloatArray, IntArray


@dataclass(frozen=True)
class TwoModels:
    """Labels [N] and scores [S, N] of both."""

    labels: IntArray
    a: FloatArray
    b: FloatArray

    @property
    def arrays(self) -> tuple[IntArray, FloatArray, FloatArray]:
        return self.labels, self.a, self.b


def two_models(
    rng: np.random.Generator,
    positives: int,
    negatives: int,
    *,
    seeds: int = 1,
    lift: float = 0.0,
    seed_sd: float = 0.0,
) -> TwoModels:
    """Models of equal skill, but that ``lift`` moves the positives' scores of the first.

    ``seed_sd`` is the standard deviation over seeds of how far a run sets positives apart.
    """
    labels = np.repeat([1, 0], [positives, negatives])
    shared = rng.normal(1.2 * labels)

    def scores(moved: float) -> FloatArray:
        luck = rng.normal(moved, seed_sd, (seeds, 1))
        return np.asarray(shared + luck * labels + rng.normal(0, 0.6, (seeds, len(labels))))

    return TwoModels(labels, scores(lift), scores(0.0))
