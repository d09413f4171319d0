"""Interval of the equity-scaled AUC.

Its denominator is one plus the distances of the groups' AUCs from the AUC of all rows. Noise makes these
distances larger, never smaller, so that a bootstrap is right below and far too low above: where groups are
equal it hardly ever reaches the true value. Distances up to what equal groups show are therefore taken to be
noise by the upper limit.

Axis letters: N rows, m positives, n negatives, G groups, B draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from fairviz.metrics.dealt_ranking import DealtRanking
from fairviz.metrics.equity import equity_scaled
from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.intervals import Interval
from fairviz.metrics.ranking import Placements
from fairviz.metrics.weighted_ranking import WeightedRanking

DRAWS: Final = 500
_TAIL: Final = 0.025
_NULL_LEVEL: Final = 0.95
_SEED: Final = 0
# Weights held at a time; half a million doubles are 4 MB and stay near the processor.
_WEIGHTS_AT_ONCE: Final = 500_000


@dataclass(frozen=True)
class _Class:
    """The rows of one outcome.

    Attributes:
        scores: ascending.
        codes: of each row the group; G where it is in none that enters.
        members: by group, and last for the others, the rows' positions.
    """

    scores: FloatArray
    codes: IntArray
    members: list[IntArray]

    @classmethod
    def of(cls, scores: FloatArray, codes: IntArray, groups: int) -> _Class:
        order = np.argsort(scores, kind="stable")
        own = codes[order]
        return cls(scores[order], own, [np.flatnonzero(own == group) for group in range(groups + 1)])


def equity_scaled_interval(
    labels: IntArray, scores: FloatArray, groups: Groups, auc_high: float
) -> Interval | None:
    """95 % interval of the AUC divided by one plus the distances of the groups' AUCs from it.

    The lower limit is a percentile of a bootstrap stratified by group and outcome. The upper one is the
    larger of the same and of what the upper limit of the AUC makes with the distances less those that
    equal groups show: the 95th percentile with names of groups dealt out anew within each outcome.

    Args:
        labels: [N] outcomes 0 or 1.
        scores: [N] on any scale.
        groups: of these rows, only those that enter, each with both outcomes; all others are -1.
        auc_high: upper 95 % limit of the AUC of all rows.

    Returns:
        None for fewer than two groups.
    """
    if groups.count < 2:
        return None
    overall = Placements.of(labels, scores).auc
    aucs = np.array([Placements.of(labels[rows], scores[rows]).auc for rows in groups.rows()])
    codes = _canonical(labels, groups, aucs)
    positives, negatives = (
        _Class.of(scores[labels == outcome], codes[labels == outcome], groups.count) for outcome in (1, 0)
    )
    by_chance = np.quantile(_null_distances(positives, negatives, groups.count, overall), _NULL_LEVEL)
    low, high = np.quantile(_replicates(positives, negatives), (_TAIL, 1 - _TAIL))
    beyond_chance = max(0.0, float(np.abs(aucs - overall).sum() - by_chance))
    estimate = equity_scaled(overall, aucs)
    return Interval(min(float(low), estimate), max(float(high), auc_high / (1 + beyond_chance)))


def _canonical(labels: IntArray, groups: Groups, aucs: FloatArray) -> IntArray:
    """Codes [N] in an order of groups that their names do not decide: draws are then the same for any."""
    order = np.lexsort((aucs, groups.sums(), groups.sums(labels)))
    place = np.empty(groups.count + 1, dtype=np.int64)
    place[order] = np.arange(groups.count)
    place[-1] = groups.count
    return place[groups.codes]


def _null_distances(positives: _Class, negatives: _Class, groups: int, overall: float) -> FloatArray:
    """Sum [B] of the groups' distances from the AUC of all rows, names dealt out anew within each outcome."""
    rng = np.random.default_rng(_SEED)
    entering = [rows.codes < groups for rows in (positives, negatives)]
    sizes = [np.array([len(own) for own in rows.members[:-1]]) for rows in (positives, negatives)]
    ranking = DealtRanking.of(
        positives.scores[entering[0]], negatives.scores[entering[1]], (sizes[0], sizes[1])
    )
    # In order: the first deal is then the same whatever rows the groups have. Small: sorted in linear time.
    names = [np.repeat(np.arange(groups, dtype=np.min_scalar_type(groups)), own) for own in sizes]
    blocks = []
    for size in _block_sizes(len(names[0]) + len(names[1])):
        dealt = [rng.permuted(np.tile(own, (size, 1)), axis=1) for own in names]
        blocks.append(np.abs(ranking.aucs(dealt[0], dealt[1]) - overall).sum(axis=1))
    return np.concatenate(blocks)


def _replicates(positives: _Class, negatives: _Class) -> FloatArray:
    """Equity-scaled AUC [B] of rows drawn again within each group and outcome."""
    rng = np.random.default_rng(_SEED)
    everyone = WeightedRanking.of(positives.scores, negatives.scores)
    members = list(zip(positives.members, negatives.members, strict=True))[:-1]
    rankings = [WeightedRanking.of(positives.scores[p], negatives.scores[n]) for p, n in members]
    blocks = []
    for size in _block_sizes(len(positives.scores) + len(negatives.scores)):
        of_positives, of_negatives = (_times_drawn(rows, size, rng) for rows in (positives, negatives))
        overall = everyone.aucs(of_positives, of_negatives)
        distances = [
            np.abs(ranking.aucs(of_positives[:, p], of_negatives[:, n]) - overall)
            for ranking, (p, n) in zip(rankings, members, strict=True)
        ]
        blocks.append(overall / (1 + np.sum(distances, axis=0)))
    return np.concatenate(blocks)


def _times_drawn(rows: _Class, draws: int, rng: np.random.Generator) -> FloatArray:
    """How often each row of one outcome is drawn, as many in each group as there are, [B, m]."""
    times = np.empty((draws, len(rows.scores)))
    for own in rows.members:
        drawn = rng.integers(0, max(len(own), 1), (draws, len(own))) + len(own) * np.arange(draws)[:, None]
        times[:, own] = np.bincount(drawn.ravel(), minlength=draws * len(own)).reshape(draws, len(own))
    return times


def _block_sizes(rows: int) -> Iterator[int]:
    """Draws to make at a time, so that their weights fit."""
    block = max(1, _WEIGHTS_AT_ONCE // rows)
    for start in range(0, DRAWS, block):
        yield min(block, DRAWS - start)
