"""Rows of patients who have several, for the tests of what counts patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairviz.metrics.inputs import FloatArray, IntArray


@dataclass(frozen=True)
class Visits:
    """Labels, scores of two models [2, N], and patients of N rows."""

    labels: IntArray
    scores: FloatArray
    patients: IntArray


def visits(
    rng: np.random.Generator, patients: int, *, each: int = 3, alike: float = 0.7, lift: float = 0.0
) -> Visits:
    """One to ``2 each - 1`` rows of each patient, whose outcomes and scores resemble each other.

    Some patients have rows of both outcomes. True positives of the first model are raised by ``lift``.
    """
    ids = np.repeat(np.arange(patients), rng.integers(1, 2 * each, patients))

    def normal() -> FloatArray:
        own = rng.standard_normal(patients)[ids]
        return np.asarray(np.sqrt(alike) * own + np.sqrt(1 - alike) * rng.standard_normal(len(ids)))

    labels = (normal() < -0.3).astype(np.int64)
    shared = 1.2 * labels + normal()
    scores = np.stack([shared + lift * labels + 0.7 * normal(), shared + 0.7 * normal()])
    return Visits(labels, scores, rng.permutation(patients)[ids])
