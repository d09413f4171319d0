"""Percentile bootstrap of group AUCs, each replicate one weighting of the rows.

Only for AUCs of single groups: percentile limits of a *gap* never cover the case of equal groups.
Axis letters: N rows, B replicates, G groups.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from fairviz.errors import MetricError
from fairviz.metrics.inputs import (
    FloatArray,
    GroupValues,
    IntArray,
    check_groups,
    check_labels,
    check_level,
    check_same_length,
    check_scores,
)
from fairviz.metrics.ranking import Placements
from fairviz.metrics.weighted_ranking import WeightedRanking

# Weights held at a time; 4 million doubles are 32 MB.
_WEIGHTS_AT_ONCE = 4_000_000


def bootstrap_group_auc(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    *,
    sensitive_features: GroupValues,
    n_boot: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Percentile bootstrap interval of each group's AUC, rows drawn once for all groups.

    Args:
        y_true: [N] labels 0 or 1.
        y_score: [N] scores on any scale.
        sensitive_features: [N] group of each row; missing values belong to no group.
        n_boot: replicates.
        level: nominal coverage.
        seed: of the draws.

    Returns:
        A row for each group in sorted order, which also labels it: group, estimate, low, high.
        NaN where a group lacks a class; replicates in which it does are left out.

    Raises:
        MetricError: lengths differ, a label is not 0 or 1, a score is not finite, no replicates.
    """
    if n_boot < 1:
        raise MetricError(
            "n_boot",
            expected="at least 1 replicate",
            found=str(n_boot),
            remedy="Use 1000 for a 95 % interval.",
        )
    labels, scores = check_labels(y_true, "y_true"), check_scores(y_score, "y_score")
    groups, names = check_groups(sensitive_features)
    check_same_length(y_true=labels, y_score=scores, sensitive_features=groups.codes)
    rows = [_by_score(members, scores) for members in groups.rows()]
    tail = (1 - check_level(level)) / 2
    replicates = _replicates(labels, scores, rows, n_boot, seed)
    limits = np.reshape([_quantiles(aucs, (tail, 1 - tail)) for aucs in replicates], (-1, 2))
    estimates = [Placements.of(labels[r], scores[r]).auc for r in rows]
    columns = {"group": names, "estimate": estimates, "low": limits[:, 0], "high": limits[:, 1]}
    return pd.DataFrame(columns, index=names.rename(None))


def _replicates(
    labels: IntArray, scores: FloatArray, rows: list[IntArray], n_boot: int, seed: int
) -> FloatArray:
    """AUC of each group in each replicate, [G, B]; ``rows`` of a group are sorted by score."""
    blocks = [
        np.reshape([weighted_auc(labels[r], scores[r], weights[:, r]) for r in rows], (-1, len(weights)))
        for weights in _row_weights(len(labels), n_boot, seed)
    ]
    return np.concatenate(blocks, axis=1)


def weighted_auc(labels: IntArray, scores: FloatArray, weights: FloatArray) -> FloatArray:
    """AUC under each of B weightings from one sort.

    Args:
        labels: [N] labels of rows sorted by score.
        scores: [N] their scores, ascending.
        weights: [B, N] weights of the rows.

    Returns:
        [B]; NaN where a class has no weight.
    """
    positive = labels == 1
    ranking = WeightedRanking.of(scores[positive], scores[~positive])
    return ranking.aucs(weights[:, positive], weights[:, ~positive])


def _by_score(rows: IntArray, scores: FloatArray) -> IntArray:
    return rows[np.argsort(scores[rows], kind="stable")]


def _row_weights(rows: int, replicates: int, seed: int) -> Iterator[FloatArray]:
    """How often each row is drawn in each replicate, [B, N] in blocks that fit in memory."""
    rng = np.random.default_rng(seed)
    block = max(1, _WEIGHTS_AT_ONCE // max(rows, 1))
    for start in range(0, replicates, block):
        size = min(block, replicates - start)
        draws = rng.integers(0, rows, (size, rows)) + rows * np.arange(size)[:, None]
        counts = np.bincount(draws.ravel(), minlength=size * rows)
        yield counts.reshape(size, rows).astype(np.float64)


def _quantiles(values: FloatArray, shares: tuple[float, float]) -> FloatArray:
    defined = values[~np.isnan(values)]
    return np.quantile(defined, shares) if defined.size else np.full(len(shares), np.nan)
