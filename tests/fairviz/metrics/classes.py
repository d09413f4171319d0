"""Random predictions of several classes for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairviz.metrics.inputs import FloatArray, IntArray


@dataclass(frozen=True)
class ClassCase:
    """Class codes [N], probabilities [N, C] that add to 1, groups [N]."""

    labels: IntArray
    scores: FloatArray
    groups: IntArray

    @property
    def thresholds(self) -> list[float]:
        """Share of each class [C]."""
        return class_shares(self.labels, self.scores.shape[1])


def class_shares(labels: IntArray, count: int) -> list[float]:
    """Share of each of ``count`` classes among labels [N]."""
    return [float(share) for share in np.bincount(labels, minlength=count) / len(labels)]


def class_case(
    seed: int,
    rows: int,
    shares: Sequence[float],
    *,
    groups: Sequence[float] = (1.0,),
    skill: float = 1.0,
    decimals: int = 6,
) -> ClassCase:
    """Draw classes and groups, independent of each other, with these shares; all groups fare alike."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(len(shares), rows, p=shares)
    logits = rng.normal(size=(rows, len(shares)))
    logits[np.arange(rows), labels] += skill
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return ClassCase(labels, np.round(scores, decimals), rng.choice(len(groups), rows, p=groups))
