"""What a report is about."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fairviz.metrics.inputs import FloatArray, IntArray


class Question(NamedTuple):
    """What is predicted: outcomes 0 or 1 of N rows, their probabilities, and where a decision turns.

    Attributes:
        labels: [N].
        scores: [N].
        threshold: probability from which a row is decided positive.
        patients: [N] patient of each row; None where each row is its own.
        decisions: [N] 0 or 1, where they are given; the threshold is then NaN.
    """

    labels: IntArray
    scores: FloatArray
    threshold: float
    patients: IntArray | None = None
    decisions: IntArray | None = None

    @property
    def decided(self) -> IntArray:
        """[N] 0 or 1."""
        if self.decisions is not None:
            return self.decisions
        return (self.scores >= self.threshold).astype(np.int64)
