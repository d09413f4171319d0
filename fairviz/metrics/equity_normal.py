"""What a bootstrap of the equity-scaled AUC would draw of many rows, by the normal law that it then follows.

Of many rows the AUCs of a bootstrap are normal: each is a mean over positives and one over negatives of
placements (DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44:837), and what is drawn of a stratum has the
covariance of its placements over its size. So are AUCs of groups whose names are dealt out anew, by the
law of sampling without replacement. Drawing from these laws takes no longer for a million rows than for a
thousand.

Axis letters: N rows, m positives, n negatives, G groups, B draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.ranking import Placements

DRAWS: Final = 4_000
_SEED: Final = 0


def normal_replicates(
    labels: IntArray, groups: Groups, everyone: Placements, inside: Sequence[Placements]
) -> FloatArray:
    """Equity-scaled AUC [B] of rows drawn again within each group and outcome.

    Args:
        labels: [N] outcomes 0 or 1.
        groups: of these rows; -1 where they are in none that enters.
        everyone: placements of all rows.
        inside: of the rows of each group, [G].
    """
    rng = np.random.default_rng(_SEED)
    overall = np.full(DRAWS, everyone.auc)
    aucs = np.tile([own.auc for own in inside], (DRAWS, 1))
    for outcome, among_all in ((1, everyone.positives), (0, everyone.negatives)):
        codes = groups.codes[labels == outcome]
        for group in range(-1, groups.count):
            placed = among_all[codes == group]
            if not placed.size:
                continue
            share, first, second = placed.size / codes.size, *rng.standard_normal((2, DRAWS))
            overall += share * first * _error(placed)
            if group >= 0:
                within = (inside[group].negatives, inside[group].positives)[outcome]
                aucs[:, group] += _with(placed, within, first, second)
    return np.asarray(overall / (1 + np.abs(aucs - overall[:, np.newaxis]).sum(axis=1)))


def _error(placed: FloatArray) -> float:
    """Standard error of a mean under drawing with replacement."""
    return float(placed.std() / np.sqrt(placed.size))


def _with(placed: FloatArray, within: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """Errors [B] of the mean of ``within`` that go along with those of the mean of ``placed``.

    Args:
        placed: placements of some rows among all.
        within: of the same rows in their group.
        first: [B] standard normal, what the error of the mean of ``placed`` is made of.
        second: [B] the same, independent.
    """
    spread = placed.std() * within.std()
    centred = (placed - placed.mean()) @ (within - within.mean()) / placed.size
    correlation = float(np.clip(centred / spread, -1, 1)) if spread > 0 else 0.0
    return np.asarray(_error(within) * (correlation * first + np.sqrt(1 - correlation**2) * second))


def normal_null_distances(labels: IntArray, scores: FloatArray, groups: Groups, overall: float) -> FloatArray:
    """Sum [B] of the groups' distances from the AUC of all rows, names dealt out anew within each outcome.

    Args:
        labels: [N] outcomes 0 or 1.
        scores: [N] on any scale.
        groups: of these rows; those of -1 get no name.
        overall: AUC of all rows.
    """
    rng = np.random.default_rng(_SEED)
    entering = groups.codes >= 0
    placed = Placements.of(labels[entering], scores[entering])
    codes = groups.codes[entering]
    positive = labels[entering] == 1
    errors = _dealt(placed.positives, codes[positive], groups.count, rng)
    errors += _dealt(placed.negatives, codes[~positive], groups.count, rng)
    return np.asarray(np.abs(placed.auc + errors - overall).sum(axis=1))


def _dealt(placed: FloatArray, codes: IntArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Errors [B, G] of the means of groups of these sizes that are drawn without replacement."""
    sizes = np.bincount(codes, minlength=count)
    alone = rng.standard_normal((DRAWS, count)) / np.sqrt(sizes)
    return np.asarray(placed.std() * (alone - (alone @ sizes / len(codes))[:, np.newaxis]))
