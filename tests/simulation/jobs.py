"""Everything that the long run does, the longest first so that none is left for the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from tests.simulation import coverage, evidence, few_positives, rates, seeds, splits
from tests.simulation.results import ScenarioResult
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.shares import Outcome, count


@dataclass(frozen=True)
class Job:
    """One scenario.

    Attributes:
        name: that of its results.
        repetitions: how many it is run with where no other number is asked for.
        run: makes the results of a number of repetitions.
    """

    name: str
    repetitions: int
    run: Callable[[int], ScenarioResult]


def _jobs() -> list[Job]:
    largest_first = sorted(SCENARIOS, key=lambda own: sum(own.sizes), reverse=True)
    return [
        *(Job(own.name, 600, partial(coverage.simulate, own)) for own in largest_first),
        *(_counted(own.name, 1000, partial(evidence.judge, own)) for own in evidence.SCENARIOS),
        *(_counted(own.name, 2000, partial(seeds.judge, own)) for own in seeds.SCENARIOS),
        *(_counted(own.name, 2000, partial(splits.judge, own)) for own in splits.SCENARIOS),
        *(_counted(own.name, 2000, partial(few_positives.judge, own)) for own in few_positives.SCENARIOS),
        _counted(rates.NAME, 10_000, rates.judge),
    ]


def _counted(name: str, repetitions: int, judge: Callable[[int], Iterable[Outcome]]) -> Job:
    return Job(name, repetitions, partial(count, name, judge))


JOBS: Final = tuple(_jobs())
