from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.simulation.results import Share
from tests.simulation.shares import Outcome, count, generator, holds


def _judge(repetition: int) -> Iterator[Outcome]:
    yield Outcome("even", repetition % 2 == 0)
    if repetition > 2:
        yield Outcome("late", True)
    yield Outcome("never", False)


def test_hits_and_chances_are_counted() -> None:
    found = count("made-up", _judge, 5)
    assert found.shares == {
        "even": Share(of=5, hits=3),
        "late": Share(of=2, hits=2),
        "never": Share(of=5, hits=0),
    }
    assert (found.name, found.repetitions, found.recipes) == ("made-up", 5, {})


def test_limits_hold_what_lies_on_them() -> None:
    assert holds((0.1, 0.3), 0.1)
    assert holds((0.1, 0.3), 0.3)
    assert not holds((0.1, 0.3), 0.31)
    assert not holds((0.1, 0.3), 0.09)


def test_chance_is_a_repetitions_own() -> None:
    draws = [generator(*own).random(3).tolist() for own in (("a", 0), ("a", 0), ("a", 1), ("b", 0))]
    assert draws[0] == draws[1]
    assert len(np.unique(draws)) == 9
