from __future__ import annotations

from collections import Counter

from tests.simulation.few_positives import ALIKE, FAR_BETTER, POSITIVES, judge


def test_groups_have_the_positives_that_recipes_are_named_after() -> None:
    assert tuple(ALIKE.positives) == POSITIVES
    assert tuple(ALIKE.negatives) == tuple(5 * positives for positives in POSITIVES)
    made = Counter(own.recipe for repetition in range(30) for own in judge(ALIKE, repetition))
    for positives in POSITIVES:
        assert made[f"differs_{positives}"] == made[f"difference_covered_{positives}"]
        assert 25 <= made[f"differs_{positives}"] <= 30


def test_more_positives_find_more() -> None:
    hits = Counter(own.recipe for repetition in range(60) for own in judge(FAR_BETTER, repetition) if own.hit)
    assert hits["differs_5"] < hits["differs_20"]
