"""Gaps of several runs on the same rows, under rows drawn again.

Rows, or patients with all of theirs, are drawn with replacement within each group and class of an attribute,
the same draws for every run. For *changes* between two models alone: percentile limits of a gap itself never
cover the case of equal groups.

Axis letters: S seeds, N rows, B + 1 weightings (the first weighs every row once), G groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from fairviz.metrics.estimable import MINIMUM_FOR_NUMBER
from fairviz.metrics.inputs import FloatArray, Groups, IntArray, ratio
from fairviz.metrics.units import BOTH, Units

_SEED: Final = 0

Weights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Strata:
    """Rows of each group and class of one attribute, and their weights.

    Attributes:
        labels: [N].
        rows: by (group, label), row numbers; group -1 holds the rows without a value.
        groups: G.
        weights: [N, B + 1], how often each row is drawn.
        patients: [N] patient of each row; None where each row is its own.
    """

    labels: IntArray
    rows: Mapping[tuple[int, int], IntArray]
    groups: int
    weights: Weights
    patients: IntArray | None = None

    @classmethod
    def draw(
        cls,
        labels: IntArray,
        groups: Groups,
        replicates: int,
        patients: IntArray | None = None,
        *,
        part: int = 0,
    ) -> Strata:
        """Draw the rows, or the patients, of each stratum again and again; other draws for another part.

        Patients with rows of both classes are a stratum of their own. One who has rows in several groups
        is drawn in each on its own.
        """
        rng = np.random.default_rng([_SEED, part] if part else _SEED)
        rows = {
            (group, label): np.flatnonzero((groups.codes == group) & (labels == label))
            for group in range(-1, groups.count)
            for label in (0, 1)
        }
        units = Units.of(labels, groups, patients)
        weights = np.ones((len(units.group), replicates + 1), dtype=np.float32)
        for group, outcome in product(range(-1, groups.count), (0, 1, BOTH)):
            members = units.members(group, outcome)
            weights[members, 1:] = _counts(len(members), replicates, rng)
        return cls(labels, rows, groups.count, weights[units.codes], patients)

    def large_enough(self, *labels: int) -> list[int]:
        """Groups with enough patients with each of these labels for a number."""
        return [
            group
            for group in range(self.groups)
            if all(self.enough(self.rows[group, label]) for label in labels)
        ]

    def enough(self, rows: IntArray) -> bool:
        """Whether these rows are of enough patients for a number."""
        return len(rows if self.patients is None else np.unique(self.patients[rows])) >= MINIMUM_FOR_NUMBER


def _counts(rows: int, replicates: int, rng: np.random.Generator) -> Weights:
    """How often each of some rows, or patients, is drawn in each replicate, [rows, B]."""
    drawn = rng.integers(0, rows, (replicates, rows)) if rows else np.empty((replicates, 0), dtype=np.int64)
    counts = np.bincount((drawn + rows * np.arange(replicates)[:, None]).ravel(), minlength=rows * replicates)
    return counts.reshape(replicates, rows).T.astype(np.float32)


def resampled_metrics(strata: Strata, scores: FloatArray, decisions: FloatArray) -> dict[str, FloatArray]:
    """Every metric of S runs [S, B + 1] under each weighting; a gap over fewer than two groups is left out.

    Args:
        strata: the rows.
        scores: [S, N] probabilities.
        decisions: [S, N] 1 where a row is decided positive; or the chance of it.
    """
    overall = overall_auc(strata, scores)
    return (
        {"auc": overall}
        | auc_gaps(strata, scores, overall)
        | odds_gaps(strata, decisions)
        | soft_gap(strata, scores)
        | parity_gap(strata, decisions)
        | accuracy_disparity(strata, decisions)
    )


def overall_auc(strata: Strata, scores: FloatArray) -> FloatArray:
    """AUC of all rows [S, B + 1] from scores [S, N]."""
    everyone = [np.flatnonzero(strata.labels == label) for label in (0, 1)]
    return np.stack([_auc(strata.weights, run, *everyone) for run in scores])


def auc_gaps(strata: Strata, scores: FloatArray, overall: FloatArray) -> dict[str, FloatArray]:
    """What is made of group AUCs, from scores [S, N] and the AUC of all rows [S, B + 1]."""
    ranked = strata.large_enough(0, 1)
    if len(ranked) < 2:
        return {}
    aucs = np.stack([_group_aucs(strata, run, ranked) for run in scores], axis=1)
    return {
        "auc_gap": np.ptp(aucs, axis=0),
        "worst_group_auc": aucs.min(axis=0),
        "es_auc": overall / (1 + np.abs(aucs - overall).sum(axis=0)),
    }


def _auc(weights: Weights, scores: FloatArray, negatives: IntArray, positives: IntArray) -> FloatArray:
    """AUC [B + 1] of one run under each weighting, ties one half."""
    ordered = negatives[np.argsort(scores[negatives], kind="stable")]
    below = np.zeros((len(ordered) + 1, weights.shape[1]), dtype=np.float32)
    np.cumsum(weights[ordered], axis=0, out=below[1:])
    first, behind = (
        np.searchsorted(scores[ordered], scores[positives], side=side) for side in ("left", "right")
    )
    wins = np.einsum("pb,pb->b", weights[positives], below[first] + below[behind], dtype=np.float64)
    return np.asarray(wins / 2 / (_drawn(weights, positives) * _drawn(weights, negatives)))


def _drawn(weights: Weights, rows: IntArray) -> FloatArray:
    """How many of these rows there are under each weighting, [B + 1]."""
    return np.asarray(weights[rows].sum(axis=0, dtype=np.float64))


def _group_aucs(strata: Strata, scores: FloatArray, groups: list[int]) -> FloatArray:
    """AUC [G, B + 1] of one run in some groups."""
    return np.stack(
        [_auc(strata.weights, scores, strata.rows[group, 0], strata.rows[group, 1]) for group in groups]
    )


def _rates(strata: Strata, values: FloatArray) -> dict[int, FloatArray]:
    """By label, the mean of ``values`` [S, N] in each group that is large enough, [G, S, B + 1]."""
    return {
        label: np.stack([_mean(strata, values, strata.rows[group, label]) for group in groups])
        for label in (0, 1)
        if len(groups := strata.large_enough(label)) > 1
    }


def _mean(strata: Strata, values: FloatArray, rows: IntArray) -> FloatArray:
    drawn = strata.weights[rows].astype(np.float64)
    return np.asarray(values[:, rows] @ drawn / drawn.sum(axis=0))


def odds_gaps(strata: Strata, decisions: FloatArray) -> dict[str, FloatArray]:
    """Equal opportunity and both forms of the equalized-odds difference, from decisions [S, N]."""
    gaps = {label: np.ptp(rates, axis=0) for label, rates in _rates(strata, decisions).items()}
    found = {"equal_opportunity_difference": gaps[1]} if 1 in gaps else {}
    if len(gaps) < 2:
        return found
    both = np.stack([gaps[0], gaps[1]])
    return found | {
        "equalized_odds_difference": both.max(axis=0),
        "equalized_odds_difference_mean": both.mean(axis=0),
    }


def soft_gap(strata: Strata, scores: FloatArray) -> dict[str, FloatArray]:
    """Soft equalized-odds gap from the mean scores [S, N] of groups and classes."""
    means = _rates(strata, scores)
    if len(means) < 2:
        return {}
    distances = []
    for label in (0, 1):
        first, second = np.triu_indices(len(means[label]), k=1)
        distances.append(np.abs(means[label][first] - means[label][second]).mean(axis=0))
    return {"soft_equalized_odds_gap": (distances[0] + distances[1]) / 2}


def parity_gap(strata: Strata, decisions: FloatArray) -> dict[str, FloatArray]:
    """Demographic parity difference from the shares of positive decisions [S, N]."""
    shares = _group_means(strata, decisions)
    return {"demographic_parity_difference": np.ptp(shares, axis=0)} if len(shares) > 1 else {}


def accuracy_disparity(strata: Strata, decisions: FloatArray) -> dict[str, FloatArray]:
    """Predictive quality disparity from decisions [S, N]; NaN where none is right in any group."""
    right = np.where(strata.labels == 1, decisions, 1 - decisions)
    shares = _group_means(strata, right)
    if len(shares) < 2:
        return {}
    return {"predictive_quality_disparity": ratio(np.min(shares, axis=0), np.max(shares, axis=0))}


def _group_means(strata: Strata, values: FloatArray) -> list[FloatArray]:
    """Mean of ``values`` [S, N] in each group with enough patients, [S, B + 1]."""
    members = [
        np.concatenate([strata.rows[group, 0], strata.rows[group, 1]]) for group in range(strata.groups)
    ]
    return [_mean(strata, values, rows) for rows in members if strata.enough(rows)]


def mean_over_seeds(values: FloatArray) -> FloatArray:
    """Mean over seeds [S, B + 1]: over all of them first, then over seeds drawn anew in each replicate.

    The draws depend on S and B alone, so that both sides of a comparison get the same.
    """
    seeds, columns = values.shape
    drawn = np.random.default_rng(_SEED).integers(0, seeds, (seeds, columns))
    drawn[:, 0] = np.arange(seeds)
    return np.asarray(np.take_along_axis(values, drawn, axis=0).mean(axis=0))
