"""What each gap would be by chance.

Axis letters: G groups, D draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import compress
from typing import Final

import numpy as np

from fairviz.metrics.floor import DRAWS, NoiseFloor, null_aucs, null_rates, ranges
from fairviz.metrics.inputs import BoolArray, FloatArray
from fairviz.metrics.measured import Measured

FLOOR_SEED: Final = 0
"""Floors need no new seed: the same draws for every run make runs comparable."""


def noise_floors(measured: Measured) -> dict[str, NoiseFloor]:
    """Noise floors of the gaps that have one, each part over the groups that have it."""
    gaps = null_gaps(null_parts(measured))
    return {gap: NoiseFloor.of(values) for gap, values in gaps.items()}


def null_parts(measured: Measured) -> dict[str, FloatArray]:
    """Draws [D, G] of the parts of these gaps in groups that are equal; NaN in groups without the part."""
    rng = np.random.default_rng(FLOOR_SEED)
    parts: dict[str, FloatArray] = {}
    for name in ("tpr", "fpr", "auc", "selection_rate"):
        enters = ~np.isnan(measured.columns[name])
        parts[name] = np.full((DRAWS, len(enters)), np.nan)
        if enters.sum() > 1:  # one group alone makes no gap
            parts[name][:, enters] = _draws(name, measured, enters, rng)
    return parts


def _draws(name: str, measured: Measured, enters: BoolArray, rng: np.random.Generator) -> FloatArray:
    """Draws of one part in the groups that have it."""
    if name == "auc":
        return null_aucs(list(compress(measured.placements, enters)), rng)
    successes, trials = measured.counts(name)
    return null_rates(successes[enters], trials[enters], rng)


def null_gaps(parts: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Draws [D] of every gap that has a floor, from draws [D, G] of its parts."""
    auc, tpr, fpr, selected = (ranges(parts[name]) for name in ("auc", "tpr", "fpr", "selection_rate"))
    return {
        "auc_gap": auc,
        "demographic_parity_difference": selected,
        "equal_opportunity_difference": tpr,
        "equalized_odds_difference": np.maximum(tpr, fpr),
        "equalized_odds_difference_mean": (tpr + fpr) / 2,
    }
