"""Finished MultiFair runs over a grid of tau and delta, made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np

from fairviz.reports.run import Run
from fairviz.training.runs import BASELINE
from tests.fairviz.ui.sweeps import swept_run

TAUS, DELTAS = (0.01, 0.02, 0.04, 0.07), (0.3, 0.5, 0.6)
POINTS = tuple(product(TAUS, DELTAS))


def grid_runs(
    slope: float = 0.02, points: Iterable[tuple[float, float]] = POINTS, seeds: int = 3, first: int = 100
) -> list[Run]:
    """The AUC falls with the logarithm of tau by ``slope``, and each seed adds its own noise; a baseline."""
    rng = np.random.default_rng(0)
    own = [
        swept_run(
            first + number * seeds + seed,
            "multifair",
            seed,
            parameters={"tau": tau, "delta": delta},
            auc=0.9 - slope * float(np.log(tau / 0.01)) + 0.001 * float(rng.normal()) + 0.01 * seed,
            gap=0.1 + 0.001 * float(rng.normal()),
        )
        for number, (tau, delta) in enumerate(points)
        for seed in range(seeds)
    ]
    return [*(swept_run(seed, BASELINE, seed, auc=0.9) for seed in range(seeds)), *own]
