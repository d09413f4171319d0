from __future__ import annotations

from fairviz.evaluation import PARTS
from fairviz.evaluation.intervals import NO_INTERVAL
from tests.simulation.coverage import Judged, simulate, tally
from tests.simulation.scenarios import Scenario

SMALL = Scenario("small", (150, 60, 40), 0.3, (0.8, 0.8, 0.8))


def test_a_tally_counts_limits_that_hold_the_truth() -> None:
    found = tally(
        [
            Judged("auc_gap", 0.0, 0.2, 0.0, False),
            Judged("auc_gap", 0.1, 0.2, 0.0, True),
            Judged("auc_gap", 0.1, 0.3, 0.2, True),
            Judged("auc_gap", 0.0, 0.1, 0.2, False),
        ]
    )
    assert (found.intervals, found.covered, found.too_high, found.detected) == (4, 2, 1, 2)
    assert found.width == 0.15


def test_ten_repetitions_judge_every_recipe() -> None:
    result = simulate(SMALL, 10)
    assert set(PARTS) - set(NO_INTERVAL) <= set(result.recipes)
    assert {"auc_of_a_small_group", "auc_of_a_group", "tpr_of_a_group"} <= set(result.recipes)
    for recipe in set(PARTS) - set(NO_INTERVAL):
        own = result.recipes[recipe]
        assert 0 < own.covered <= own.intervals <= 10
    gap = result.recipes["auc_gap"]
    # Of a gap that is 0, an interval is wrong exactly where it detects a difference.
    assert gap.detected == gap.too_high == gap.intervals - gap.covered


def test_the_same_repetitions_make_the_same_counts() -> None:
    assert simulate(SMALL, 2).recipes == simulate(SMALL, 2).recipes
