"""How often intervals hold the truth, and how often a difference is detected."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fairviz.evaluation import AttributeReport, FairnessReport, evaluate
from fairviz.metrics.estimable import MINIMUM_FOR_PRECISION
from fairviz.metrics.gap_intervals import GapInterval
from fairviz.metrics.inputs import IntArray
from tests.simulation.results import ScenarioResult, Tally
from tests.simulation.scenarios import ATTRIBUTE, Drawn, Scenario

THRESHOLD = 0.5


@dataclass(frozen=True)
class _Attribute:
    name: str
    values: tuple[str, ...]
    codes: IntArray


class Judged(NamedTuple):
    """One interval beside what it is an interval of."""

    recipe: str
    low: float
    high: float
    truth: float
    detected: bool


def simulate(scenario: Scenario, repetitions: int) -> ScenarioResult:
    """Draw tables, report on each, and count what their intervals do."""
    began = time.perf_counter()
    judged: dict[str, list[Judged]] = defaultdict(list)
    for repetition in range(repetitions):
        for own in judge(scenario, reported(scenario.draw(repetition), len(scenario.sizes))):
            judged[own.recipe].append(own)
    return ScenarioResult(
        name=scenario.name,
        repetitions=repetitions,
        seconds=round(time.perf_counter() - began, 1),
        recipes={recipe: tally(found) for recipe, found in sorted(judged.items())},
    )


def reported(drawn: Drawn, groups: int, *, floor: bool = True) -> FairnessReport:
    """The report of a table, without intervals where floors are not asked for."""
    attribute = _Attribute(ATTRIBUTE, tuple(map(str, range(groups))), drawn.codes)
    return evaluate(
        drawn.labels,
        drawn.scores,
        threshold=THRESHOLD,
        attributes=[attribute],
        floor=floor,
        patients=drawn.patients,
    )


def judge(scenario: Scenario, report: FairnessReport) -> Iterator[Judged]:
    """Every interval of a report beside the true value."""
    found = report.attributes[ATTRIBUTE]
    truth = scenario.truth(found)
    for gap, interval in found.intervals.items():
        detected = isinstance(interval, GapInterval) and interval.detected
        yield Judged(gap, interval.low, interval.high, truth[gap], detected)
    yield from _groups(scenario, found)


def _groups(scenario: Scenario, report: AttributeReport) -> Iterator[Judged]:
    """Intervals of single groups: of AUCs, apart where a class is small, and of true positive rates."""
    for group, auc, tpr in zip(report.groups.values(), scenario.aucs, scenario.tprs, strict=True):
        if not math.isnan(group.auc_low):
            small = min(group.positives or 0, group.negatives or 0) < MINIMUM_FOR_PRECISION
            recipe = "auc_of_a_small_group" if small else "auc_of_a_group"
            yield Judged(recipe, group.auc_low, group.auc_high, auc, False)
        if not math.isnan(group.tpr_low):
            yield Judged("tpr_of_a_group", group.tpr_low, group.tpr_high, float(tpr), False)


def tally(judged: list[Judged]) -> Tally:
    """Counts over intervals of one recipe."""
    return Tally(
        intervals=len(judged),
        covered=sum(own.low <= own.truth <= own.high for own in judged),
        too_high=sum(own.low > own.truth for own in judged),
        detected=sum(own.detected for own in judged),
        width=round(sum(own.high - own.low for own in judged) / len(judged), 4),
    )
