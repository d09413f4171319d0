from __future__ import annotations

from math import sqrt

import pytest

from tests.simulation.expected import Expected, Source, monte_carlo_error, percent, pooled, verdict
from tests.simulation.results import Share

NINETY_FIVE = Expected.figure(95)


@pytest.mark.parametrize(
    ("found", "expected", "said"),
    [
        ([95.5], NINETY_FIVE, "within 2 points"),
        ([97.0], NINETY_FIVE, "within 2 points"),
        ([92.9], NINETY_FIVE, "**2.1 points below**"),
        ([98.0], NINETY_FIVE, "**3.0 points above**"),
        ([-1.0, 6.0], Expected(1, 4), "within 2 points"),
        ([2.0, 6.1], Expected(1, 4), "**2.1 points above**"),
        ([0.0], Expected(0, 3), "within 2 points"),
        ([1.0, 5.5], Expected(0, 3), "**2.5 points above**"),
        ([92.0, 99.9], Expected(95, 100), "**3.0 points below**"),
        ([80.0, 99.0], Expected(90, 96), "**10.0 points below**"),
        ([], NINETY_FIVE, "not run"),
        ([], None, "not run"),
        ([96.0], None, "not judged"),
    ],
)
def test_verdicts(found: list[float], expected: Expected | None, said: str) -> None:
    assert verdict(found, expected) == said


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (NINETY_FIVE, "95"),
        (Expected.figure(96.5, Source.NOMINAL), "96.5"),
        (Expected(1, 4), "1 to 4"),
        (Expected(0, 3), "at most 3"),
        (Expected(95, 100), "at least 95"),
    ],
)
def test_words(expected: Expected, said: str) -> None:
    assert str(expected) == said


def test_shares_are_pooled_by_their_counts() -> None:
    both = pooled([Share(of=100, hits=10), Share(of=300, hits=90)])
    assert both == Share(of=400, hits=100)
    assert percent(both) == 25
    assert pooled([]) == Share(of=0, hits=0)


def test_the_error_is_two_standard_errors_and_never_none() -> None:
    assert monte_carlo_error(Share(of=600, hits=300)) == pytest.approx(196 * sqrt(0.25 / 600), rel=0.01)
    assert monte_carlo_error(Share(of=600, hits=0)) > 0
