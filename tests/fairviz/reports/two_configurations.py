"""A configuration and the baseline on test rows; one of two attributes has a group too small to test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairviz.data.groups import Attribute
from fairviz.metrics.inputs import IntArray
from fairviz.reports.comparing import ScoredRuns


@dataclass(frozen=True)
class TwoConfigurations:
    """Test rows, and the runs of both on them."""

    labels: IntArray
    attributes: tuple[Attribute, ...]
    new: ScoredRuns
    old: ScoredRuns


def two_configurations(
    seed: int = 0, *, seeds: int = 2, harmed: bool = False, lots: bool = False
) -> TwoConfigurations:
    """400 rows. With ``harmed`` the configuration ranks group "b" at random and no other worse."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(400) < 0.35).astype(np.int64)
    race = rng.integers(0, 2, 400)
    # One value is missing, and "z" has 3 rows.
    ward = np.where(np.arange(400) < 3, 1, 0)
    ward[-1] = -1
    logits = rng.normal(1.5 * labels - 0.7) + rng.normal(0, 0.4, (2, seeds, 400))
    if harmed:
        logits[0][:, race == 1] = rng.normal(size=(seeds, int((race == 1).sum())))
    old, new = (
        ScoredRuns(
            seeds=tuple(range(seeds)),
            scores=1 / (1 + np.exp(-own)),
            thresholds=(None if drawn else 0.4,) * seeds,
        )
        for own, drawn in zip(logits[::-1], (False, lots), strict=True)
    )
    attributes = (Attribute("race", ("a", "b"), race), Attribute("ward", ("x", "z"), ward))
    return TwoConfigurations(labels, attributes, new, old)
