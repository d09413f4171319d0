"""Mean AUC, and difference of mean AUCs, over several seeds on one test set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fairviz.metrics import mean_auc, paired_auc_test
from fairviz.metrics.seeds import SeedAveraged
from fairviz.metrics.student import Estimate
from tests.simulation.shares import Outcome, holds
from tests.simulation.two_models import TwoModels

_LEVEL: Final = 0.95
NUMBERS: Final = (3, 5, 10)
SEED_SDS: Final = (0.01, 0.03, 0.06)


def judge(scenario: TwoModels, repetition: int) -> Iterator[Outcome]:
    """Limits that count rows and seeds, and for contrast limits that count rows alone."""
    drawn = scenario.draw(repetition)
    auc, difference = scenario.new[0], scenario.new[0] - scenario.old[0]
    runs = drawn.labels, drawn.new, drawn.old
    yield Outcome("mean", holds(mean_auc(drawn.labels, drawn.new).interval, auc))
    yield Outcome("difference", holds(paired_auc_test(*runs).interval, difference))
    yield Outcome("mean_rows_alone", holds(_rows_alone(SeedAveraged.of(drawn.labels, drawn.new)), auc))
    yield Outcome("difference_rows_alone", holds(_rows_alone(SeedAveraged.difference(*runs)), difference))


def _rows_alone(averaged: SeedAveraged) -> tuple[float, float]:
    return Estimate(averaged.estimate.value, averaged.rows).interval(_LEVEL)


def scenario_of(seeds: int, seed_sd: float) -> TwoModels:
    """500 rows without groups, a difference of 0.02, and seeds that differ by ``seed_sd`` in AUC."""
    name = f"seeds-{seeds}-sd-{seed_sd:.2f}".replace("0.", "")
    return TwoModels(name, (500,), 0.3, (0.78,), (0.80,), seeds=seeds, seed_sd=seed_sd)


SCENARIOS: Final = tuple(scenario_of(seeds, seed_sd) for seeds in NUMBERS for seed_sd in SEED_SDS)
