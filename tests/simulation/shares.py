"""How often tests find something and limits hold the truth, counted over repetitions."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np

from tests.simulation.results import ScenarioResult, Share

ALPHA: Final = 0.05


class Outcome(NamedTuple):
    """One judgement: what was judged, and whether it held the truth, or found something."""

    recipe: str
    hit: bool


def count(name: str, judge: Callable[[int], Iterable[Outcome]], repetitions: int) -> ScenarioResult:
    """Judge every repetition of a scenario, and count."""
    began = time.perf_counter()
    made: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for repetition in range(repetitions):
        for outcome in judge(repetition):
            made[outcome.recipe] += 1
            hits[outcome.recipe] += bool(outcome.hit)
    return ScenarioResult(
        name=name,
        repetitions=repetitions,
        seconds=round(time.perf_counter() - began, 1),
        shares={recipe: Share(of=made[recipe], hits=hits[recipe]) for recipe in sorted(made)},
    )


def holds(limits: tuple[float, float], truth: float) -> bool:
    """Whether limits hold the truth."""
    return limits[0] <= truth <= limits[1]


def generator(name: str, repetition: int) -> np.random.Generator:
    """Chance of one repetition of a scenario, always the same and of no other."""
    return np.random.default_rng([crc32(name.encode()), repetition])
