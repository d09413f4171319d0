"""Noise floor of the gap that a method sees while it trains: that of one batch, not of a test set."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from fairviz.metrics.floor import DRAWS
from fairviz.metrics.hanley_mcneil import hanley_mcneil_variance


def batch_noise_floor(
    labels: NDArray[np.int64],
    groupings: Iterable[NDArray[np.int64]],
    *,
    batch_size: int,
    auc: float,
    memory: float = 0.0,
) -> float | None:
    """The gap of group AUCs that chance alone exceeds in one batch of twenty if groups were equal.

    With several attributes the largest of their floors: a tau above it is above all of them. Variance of
    an AUC from Hanley and McNeil 1982, at the mean size of a batch's groups; a moving mean keeps a share
    of the noise that follows from its memory.

    Args:
        labels: [N] of the training rows.
        groupings: codes [N] of each attribute, -1 where missing.
        batch_size: rows of a batch.
        auc: of the model, about.
        memory: of the moving mean that the gap is taken from; 0 where it is the batch's own.

    Returns:
        None where no attribute has two groups with both outcomes in a mean batch.
    """
    share = min(1.0, batch_size / len(labels))
    floors = [floor for codes in groupings if (floor := _null_gap(labels, codes, share, auc)) is not None]
    return max(floors) * math.sqrt((1 - memory) / (1 + memory)) if floors else None


def _null_gap(labels: NDArray[np.int64], codes: NDArray[np.int64], share: float, auc: float) -> float | None:
    positives = share * np.bincount(codes[(codes >= 0) & (labels == 1)], minlength=codes.max() + 1)
    negatives = share * np.bincount(codes[(codes >= 0) & (labels == 0)], minlength=codes.max() + 1)
    both = (positives >= 1) & (negatives >= 1)
    if both.sum() < 2:
        return None
    m, n = positives[both], negatives[both]
    errors = np.sqrt(hanley_mcneil_variance(auc, m, n))
    draws = np.random.default_rng(0).standard_normal((DRAWS, len(m))) * errors
    return float(np.quantile(np.ptp(draws, axis=1), 0.95))
