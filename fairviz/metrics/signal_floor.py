"""Noise floor of the signals that MultiFair's gate and factors are made of, from a model's own predictions.

In batches drawn from the rows, groups are made equal by dealing their names out anew among the rows of each
outcome. What gap the signal still shows, chance alone shows. Axis letters: N rows, G groups.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, Literal

import numpy as np

from fairviz.metrics.floor import NoiseFloor
from fairviz.metrics.inputs import FloatArray, IntArray
from fairviz.metrics.ranking import Placements

Signal = Literal["auc", "surrogate"]
_BATCHES: Final = 500


def signal_noise_floor(
    labels: IntArray,
    scores: FloatArray,
    codes: IntArray,
    *,
    batch_size: int,
    signal: Signal = "auc",
    memory: float = 0.0,
    seed: int = 0,
) -> NoiseFloor:
    """Largest less smallest of the groups' signals that batches of equal groups show.

    Arguments as for ``signal_null_gaps``.

    Returns:
        NaN where no batch has two groups with both outcomes.
    """
    gaps = signal_null_gaps(
        labels, scores, codes, batch_size=batch_size, signal=signal, memory=memory, seed=seed
    )
    return NoiseFloor.of(gaps) if len(gaps) else NoiseFloor(math.nan, math.nan)


def signal_null_gaps(
    labels: IntArray,
    scores: FloatArray,
    codes: IntArray,
    *,
    batch_size: int,
    signal: Signal = "auc",
    memory: float = 0.0,
    seed: int = 0,
) -> FloatArray:
    """Largest less smallest of the groups' signals in batches of equal groups, one by one.

    A gate on the batch's own AUCs is "auc" without memory; one on averaged AUCs, and MultiFair+, "auc" with
    the average's memory s; the group factors are made of the "surrogate" with theirs. A moving average keeps
    sqrt((1 - s) / (1 + s)) of the noise of independent batches.

    Args:
        labels: [N] outcomes 0 or 1.
        scores: [N] probabilities of outcome 1; for a modality's own signal those of its classifier.
        codes: [N] group of each row, -1 where it is missing.
        batch_size: rows of a batch.
        signal: exact AUC, or MultiFair's smooth stand-in: 1 less the mean over pairs of a positive i and a
            negative j of log(1 + exp(p_j - p_i)).
        memory: s of the moving average; 0 for none.
        seed: of the draws.

    Returns:
        [draws], of those with two groups or more that have both outcomes; at most 500.
    """
    rng = np.random.default_rng(seed)
    of = _SIGNALS[signal]
    size = min(batch_size, len(labels))
    gaps = []
    for _ in range(_BATCHES):
        rows = rng.choice(len(labels), size, replace=False)
        y, p = labels[rows], scores[rows]
        dealt = _dealt_within_outcomes(y, codes[rows], rng)
        values = [of(y[dealt == g], p[dealt == g]) for g in range(codes.max() + 1)]
        defined = [value for value in values if not math.isnan(value)]
        if len(defined) > 1:
            gaps.append(max(defined) - min(defined))
    return np.array(gaps) * math.sqrt((1 - memory) / (1 + memory))


def _dealt_within_outcomes(labels: IntArray, codes: IntArray, rng: np.random.Generator) -> IntArray:
    """The same codes [N], shuffled among the rows of each outcome."""
    dealt = codes.copy()
    for outcome in (0, 1):
        rows = np.flatnonzero(labels == outcome)
        dealt[rows] = codes[rng.permutation(rows)]
    return dealt


def _auc(labels: IntArray, scores: FloatArray) -> float:
    if not 0 < labels.sum() < len(labels):
        return math.nan
    return Placements.of(labels, scores).auc


def _surrogate(labels: IntArray, scores: FloatArray) -> float:
    positives, negatives = scores[labels == 1], scores[labels == 0]
    if not (positives.size and negatives.size):
        return math.nan
    return float(1 - np.log1p(np.exp(negatives[:, None] - positives)).mean())


_SIGNALS: Final[dict[str, Callable[[IntArray, FloatArray], float]]] = {"auc": _auc, "surrogate": _surrogate}
