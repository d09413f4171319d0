"""How often a gate on the gap of group AUCs opens by chance alone, in batches whose groups are equal.

Batches are drawn from the rows that a method trains on, so that their groups' sizes and shares of the outcome
are the batches' own. Risks are drawn by the binormal model, alike in every group: two normal distributions,
one per outcome, as far apart as the AUC says. Axis letters: N rows, B batches, S rows of a batch, G groups.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

import numpy as np

from fairviz.metrics.inputs import FloatArray, IntArray

BATCHES: Final = 500
"""How many are drawn."""

_FURTHEST: Final = 1 - 1e-6
# A count times 1 / length is a hair under 1.
_FULL: Final = 1 - 1e-9


def gate_chance(
    labels: IntArray,
    codes: IntArray,
    *,
    batch_size: int,
    auc: float,
    tau: float,
    memory: float = 0.0,
    seed: int = 0,
) -> float:
    """Share of batches in which the largest less the smallest group AUC reaches tau though groups are equal.

    Groups count as a gate counts them: one without both outcomes in the batch does not enter, and a batch
    with fewer than two others has a gap of 0.

    Args:
        labels: [N] outcomes 0 or 1 of the training rows.
        codes: [N] group of each row, -1 where it is missing.
        batch_size: rows of a batch.
        auc: of every group.
        tau: gap from which the gate is open.
        memory: s of the moving average over batches that the gate looks at; 0 for single batches.
        seed: of the draws.

    Returns:
        NaN where no batch has two groups with both outcomes: there is nothing for chance to act on.
    """
    aucs = _batch_aucs(labels, codes, batch_size=batch_size, auc=auc, rng=np.random.default_rng(seed))
    if memory > 0:
        aucs = _averaged(aucs, memory)
    compared = np.isfinite(aucs).sum(axis=1) > 1
    if not compared.any():
        return math.nan
    gaps = np.nanmax(aucs[compared], axis=1) - np.nanmin(aucs[compared], axis=1)
    return float((gaps >= tau).sum() / len(aucs))


def _batch_aucs(
    labels: IntArray, codes: IntArray, *, batch_size: int, auc: float, rng: np.random.Generator
) -> FloatArray:
    """AUCs [B, G] of the groups in batches of equal groups; NaN where a group lacks an outcome."""
    size = min(batch_size, len(labels))
    rows = np.stack([rng.choice(len(labels), size, replace=False) for _ in range(BATCHES)])
    apart = math.sqrt(2) * NormalDist().inv_cdf(min(max(auc, 1 - _FURTHEST), _FURTHEST))
    risks = rng.standard_normal(rows.shape) + apart * labels[rows]
    order = np.argsort(risks, axis=1)
    ranked = np.take_along_axis(rows, order, axis=1)
    y, group = labels[ranked], codes[ranked]
    return np.stack([_aucs(y, group == g) for g in range(codes.max() + 1)], axis=1)


def _aucs(labels: IntArray, member: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> FloatArray:
    """AUC [B] of the members [B, S] of one group, rows in order of rising risk: pairs that are in order."""
    positives, negatives = member & (labels == 1), member & (labels == 0)
    below = np.cumsum(negatives, axis=1)
    won = np.where(positives, below, 0).sum(axis=1)
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    return np.where(pairs > 0, won / np.maximum(pairs, 1), np.nan)


def _averaged(aucs: FloatArray, memory: float) -> FloatArray:
    """The moving average [B, G] over batches that models.modulation.AveragedAUC takes, without its torch."""
    seen = np.isfinite(aucs)
    total, count = np.zeros(aucs.shape[1]), np.zeros(aucs.shape[1])
    averaged = np.full_like(aucs, np.nan)
    for batch, (values, there) in enumerate(zip(aucs, seen, strict=True)):
        total = np.where(there, memory * total + (1 - memory) * values, total)
        count += there
        known = count * (1 - memory) >= _FULL
        averaged[batch, known] = total[known] / (1 - memory ** count[known])
    return averaged
