"""What shares are expected, and where those that were found stand beside it. All in percent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fairviz.metrics import wilson_interval
from tests.simulation.results import Share

TOLERANCE: Final = 2.0
# Below, chance alone moves a share by more than what is judged here.
FEWEST: Final = 100


class Source(StrEnum):
    """Who says so."""

    EARLIER = "earlier"
    NOMINAL = "nominal"


@dataclass(frozen=True)
class Expected:
    """A figure, or a range of figures.

    Attributes:
        low: smallest share; 0 where there is a maximum alone.
        high: largest share; 100 where there is a minimum alone.
        source: an earlier simulation of the same recipes, or what the recipe promises.
    """

    low: float
    high: float
    source: Source = Source.EARLIER

    @classmethod
    def figure(cls, share: float, source: Source = Source.EARLIER) -> Expected:
        """One share, and no other."""
        return cls(share, share, source)

    @property
    def is_figure(self) -> bool:
        """Whether it is one share."""
        return self.low == self.high

    def __str__(self) -> str:
        if self.is_figure:
            return f"{self.low:.1f}".removesuffix(".0")
        if self.low == 0:
            return f"at most {self.high:g}"
        return f"at least {self.low:g}" if self.high == 100 else f"{self.low:g} to {self.high:g}"


def verdict(found: Sequence[float], expected: Expected | None) -> str:
    """Where the share lies that is furthest outside what is expected."""
    if not found:
        return "not run"
    if expected is None:
        return "not judged"
    above = round(max(found) - expected.high, 1)
    below = round(expected.low - min(found), 1)
    if max(above, below) <= TOLERANCE:
        return f"within {TOLERANCE:g} points"
    return f"**{above:.1f} points above**" if above > below else f"**{below:.1f} points below**"


def percent(share: Share) -> float:
    """How often it happened."""
    return 100 * share.hits / share.of


def pooled(shares: Sequence[Share]) -> Share:
    """All of them together."""
    return Share(of=sum(own.of for own in shares), hits=sum(own.hits for own in shares))


def monte_carlo_error(share: Share) -> float:
    """About two standard errors of a share of independent repetitions: half of Wilson's interval."""
    low, high = wilson_interval(share.hits, share.of)
    return float(100 * (high - low) / 2)
