"""The paired test of two AUCs inside groups that have few positives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fairviz.metrics import paired_auc_test
from fairviz.metrics.estimable import MINIMUM_FOR_INTERVAL
from tests.simulation.shares import ALPHA, Outcome, holds
from tests.simulation.two_models import TwoModels

POSITIVES: Final = (5, 6, 8, 12, 20)
_NEGATIVES_PER_POSITIVE: Final = 5


def judge(scenario: TwoModels, repetition: int) -> Iterator[Outcome]:
    """Every group by itself; its recipes are named after its positives."""
    drawn = scenario.draw(repetition)
    for group, positives in enumerate(scenario.positives):
        own = drawn.codes == group
        found = paired_auc_test(
            drawn.labels[own], drawn.new[:, own], drawn.old[:, own], minimum=MINIMUM_FOR_INTERVAL
        )
        if found.reason is None:
            truth = scenario.new[group] - scenario.old[group]
            yield Outcome(f"differs_{positives}", found.p_value < ALPHA)
            yield Outcome(f"difference_covered_{positives}", holds(found.interval, truth))


def _few(name: str, old: float, new: float) -> TwoModels:
    sizes = tuple(positives * (1 + _NEGATIVES_PER_POSITIVE) for positives in POSITIVES)
    each = len(sizes)
    return TwoModels(name, sizes, 1 / (1 + _NEGATIVES_PER_POSITIVE), (old,) * each, (new,) * each)


ALIKE: Final = _few("few-positives-alike", 0.8, 0.8)
BETTER: Final = _few("few-positives-better", 0.75, 0.8)
FAR_BETTER: Final = _few("few-positives-far-better", 0.7, 0.85)
SCENARIOS: Final = (ALIKE, BETTER, FAR_BETTER)
