"""Interval of the equity-scaled AUC.

Its denominator is one plus the distances of the groups' AUCs from the AUC of all rows. Noise makes these
distances larger, never smaller, so that a bootstrap is right below and far too low above: where groups are
equal it hardly ever reaches the true value. Distances up to what equal groups show are therefore taken to be
noise by the upper limit.

Axis letters: N rows, m positives, n negatives, U units, G groups, B draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final, NamedTuple

import numpy as np

from fairviz.metrics.dealt_ranking import DealtRanking, Names
from fairviz.metrics.equity import equity_scaled
from fairviz.metrics.equity_normal import normal_null_distances, normal_replicates
from fairviz.metrics.inputs import BoolArray, FloatArray, Groups, IntArray
from fairviz.metrics.intervals import Interval
from fairviz.metrics.ranking import Placements
from fairviz.metrics.units import BOTH, Units
from fairviz.metrics.weighted_ranking import WeightedRanking

DRAWS: Final = 500
MOST_DRAWN: Final = 50_000
"""Rows; a bootstrap of more takes longer the more they are, and tells no more than the normal law."""
_TAIL: Final = 0.025
_NULL_LEVEL: Final = 0.95
_SEED: Final = 0
_OUTCOMES: Final = (1, 0, BOTH)
# Weights held at a time; half a million doubles are 4 MB and stay near the processor.
_WEIGHTS_AT_ONCE: Final = 500_000
# Of at most half a megabyte: as many as two attributes and their intersection take with 2,000 test rows.
_DEALS_KEPT: Final = 40


class _Block(NamedTuple):
    """So many draws of all, numbered."""

    number: int
    draws: int


@dataclass(frozen=True)
class _Class:
    """The rows of one outcome.

    Attributes:
        scores: ascending.
        units: of each row.
        groups: of each row; -1 where it is in none that enters.
    """

    scores: FloatArray
    units: IntArray
    groups: IntArray

    @classmethod
    def of(cls, scores: FloatArray, units: Units, rows: BoolArray) -> _Class:
        own = np.flatnonzero(rows)
        ordered = own[np.argsort(scores[own], kind="stable")]
        codes = units.codes[ordered]
        return cls(scores[ordered], codes, units.group[codes])


@dataclass(frozen=True)
class _Sample:
    """All rows.

    Attributes:
        positives: those with the outcome.
        negatives: those without it.
        units: what is drawn and dealt.
        groups: how many enter.
    """

    positives: _Class
    negatives: _Class
    units: Units
    groups: int

    @classmethod
    def of(cls, labels: IntArray, scores: FloatArray, groups: Groups, patients: IntArray | None) -> _Sample:
        units = Units.of(labels, groups, patients).by_score(scores)
        positives, negatives = (_Class.of(scores, units, labels == outcome) for outcome in (1, 0))
        return cls(positives, negatives, units, groups.count)


def equity_scaled_interval(
    labels: IntArray,
    scores: FloatArray,
    groups: Groups,
    auc_high: float,
    patients: IntArray | None = None,
) -> Interval | None:
    """95 % interval of the AUC divided by one plus the distances of the groups' AUCs from it.

    The lower limit is a percentile of a bootstrap stratified by group and outcome. The upper one is the
    larger of the same and of what the upper limit of the AUC makes with the distances less those that
    equal groups show: the 95th percentile with names of groups dealt out anew within each outcome.
    Patients with several rows in a group are drawn, and names dealt to them, with all of these; those with
    rows of both outcomes among themselves. Of more rows than ``MOST_DRAWN``, each a patient, both are drawn
    from the normal law that they then follow (``fairviz.metrics.equity_normal``).

    Args:
        labels: [N] outcomes 0 or 1.
        scores: [N] on any scale.
        groups: of these rows, only those that enter, each with both outcomes; all others are -1.
        auc_high: upper 95 % limit of the AUC of all rows.
        patients: [N] patient of each row; None where each row is its own.

    Returns:
        None for fewer than two groups.
    """
    if groups.count < 2:
        return None
    everyone = Placements.of(labels, scores)
    inside = [Placements.of(labels[rows], scores[rows]) for rows in groups.rows()]
    overall, aucs = everyone.auc, np.array([own.auc for own in inside])
    if patients is None and len(labels) > MOST_DRAWN:
        null = normal_null_distances(labels, scores, groups, overall)
        replicates = normal_replicates(labels, groups, everyone, inside)
    else:
        sample = _Sample.of(labels, scores, _canonical(labels, groups, aucs), patients)
        null, replicates = _null_distances(sample, overall), _replicates(sample)
    by_chance = np.quantile(null, _NULL_LEVEL)
    low, high = np.quantile(replicates, (_TAIL, 1 - _TAIL))
    beyond_chance = max(0.0, float(np.abs(aucs - overall).sum() - by_chance))
    estimate = equity_scaled(overall, aucs)
    return Interval(min(float(low), estimate), max(float(high), auc_high / (1 + beyond_chance)))


def _canonical(labels: IntArray, groups: Groups, aucs: FloatArray) -> Groups:
    """Groups in an order that their names do not decide: draws are then the same for any."""
    order = np.lexsort((aucs, groups.sums(), groups.sums(labels)))
    place = np.empty(groups.count + 1, dtype=np.int64)
    place[order] = np.arange(groups.count)
    place[-1] = -1
    return Groups(place[groups.codes], groups.count)


def _null_distances(sample: _Sample, overall: float) -> FloatArray:
    """Sum [B] of the groups' distances from the AUC of all rows, names dealt out anew within each outcome."""
    entering = [rows.groups >= 0 for rows in (sample.positives, sample.negatives)]
    ranking = DealtRanking.of(
        sample.positives.scores[entering[0]], sample.negatives.scores[entering[1]], sample.groups
    )
    distances = []
    for block in _blocks(int(entering[0].sum() + entering[1].sum())):
        dealt = _names_dealt(sample, block)
        of_positives, of_negatives = (
            dealt[:, rows.units[own]]
            for rows, own in zip((sample.positives, sample.negatives), entering, strict=True)
        )
        distances.append(np.abs(ranking.aucs(of_positives, of_negatives) - overall).sum(axis=1))
    return np.concatenate(distances)


def _names_dealt(sample: _Sample, block: _Block) -> Names:
    """Groups of the units [B, U], shuffled within each outcome; what units without one get means nothing."""
    units = sample.units
    dealt = np.zeros((block.draws, len(units.group)), dtype=np.min_scalar_type(sample.groups))
    for outcome in _OUTCOMES:
        own = np.flatnonzero((units.outcome == outcome) & (units.group >= 0))
        sizes = np.bincount(units.group[own], minlength=sample.groups)
        dealt[:, own] = _shuffled_names(tuple(sizes.tolist()), outcome, block)
    return dealt


@lru_cache(_DEALS_KEPT)
def _shuffled_names(sizes: tuple[int, ...], outcome: int, block: _Block) -> Names:
    """Names of groups of these sizes in random orders [B, sum of sizes].

    Small numbers: they are sorted in linear time. The same for all models on the same rows, and so kept.
    """
    names = np.repeat(np.arange(len(sizes), dtype=np.min_scalar_type(len(sizes))), sizes)
    rng = np.random.default_rng([_SEED, outcome, block.number])
    shuffled = rng.permuted(np.tile(names, (block.draws, 1)), axis=1)
    shuffled.flags.writeable = False  # shared: nobody may change it
    return shuffled


def _replicates(sample: _Sample) -> FloatArray:
    """Equity-scaled AUC [B] of units drawn again within each group and outcome."""
    positives, negatives = sample.positives, sample.negatives
    everyone = WeightedRanking.of(positives.scores, negatives.scores)
    members = [
        (np.flatnonzero(positives.groups == group), np.flatnonzero(negatives.groups == group))
        for group in range(sample.groups)
    ]
    rankings = [WeightedRanking.of(positives.scores[p], negatives.scores[n]) for p, n in members]
    replicates = []
    for block in _blocks(len(positives.scores) + len(negatives.scores)):
        times = _times_drawn(sample, block)
        of_positives, of_negatives = times[:, positives.units], times[:, negatives.units]
        overall = everyone.aucs(of_positives, of_negatives)
        distances = [
            np.abs(ranking.aucs(of_positives[:, p], of_negatives[:, n]) - overall)
            for ranking, (p, n) in zip(rankings, members, strict=True)
        ]
        replicates.append(overall / (1 + np.sum(distances, axis=0)))
    return np.concatenate(replicates)


def _times_drawn(sample: _Sample, block: _Block) -> IntArray:
    """How often each unit is drawn, as many of each group and outcome as there are, [B, U]."""
    strata = [
        sample.units.members(group, outcome)
        for outcome, group in product(_OUTCOMES, (*range(sample.groups), -1))
    ]
    times = np.empty((block.draws, len(sample.units.group)), dtype=np.int64)
    times[:, np.concatenate(strata)] = _times_of_strata(tuple(map(len, strata)), block)
    return times


def _times_of_strata(sizes: tuple[int, ...], block: _Block) -> Names:
    """How often each unit of strata of these sizes is drawn [B, sum of sizes]."""
    rng = np.random.default_rng([_SEED, block.number])
    each = []
    for size in sizes:
        drawn = rng.integers(0, max(size, 1), (block.draws, size)) + size * np.arange(block.draws)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=block.draws * size)
        each.append(counts.reshape(block.draws, size).astype(np.uint16))
    return np.concatenate(each, axis=1)


def _blocks(rows: int) -> Iterator[_Block]:
    """Draws to make at a time, so that their weights fit."""
    draws = max(1, _WEIGHTS_AT_ONCE // rows)
    for number, start in enumerate(range(0, DRAWS, draws)):
        yield _Block(number, min(draws, DRAWS - start))
