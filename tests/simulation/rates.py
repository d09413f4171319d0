"""Intervals of rates among few patients: Wilson's, and Wald's for contrast."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from fairviz.metrics import wilson_interval
from fairviz.metrics.intervals import normal_quantile
from tests.simulation.shares import Outcome, generator, holds

NAME: Final = "rates"
PATIENTS: Final = (5, 20)
LOWEST, HIGHEST = 0.05, 0.95


def judge(repetition: int) -> Iterator[Outcome]:
    """A rate drawn evenly, and how many of some patients have it."""
    rng = generator(NAME, repetition)
    for patients in PATIENTS:
        rate = rng.uniform(LOWEST, HIGHEST)
        having = int(rng.binomial(patients, rate))
        low, high = map(float, wilson_interval(having, patients))
        yield Outcome(f"wilson_{patients}", holds((low, high), rate))
        yield Outcome(f"wald_{patients}", holds(_wald(having, patients), rate))


def _wald(having: int, patients: int) -> tuple[float, float]:
    share = having / patients
    half = normal_quantile(0.95) * np.sqrt(share * (1 - share) / patients)
    return share - half, share + half
