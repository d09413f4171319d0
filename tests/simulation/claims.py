"""What may be claimed of a share: the words, the counts it is made of, and the figure."""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulation.expected import Expected


@dataclass(frozen=True)
class Line:
    """One share.

    Attributes:
        label: what it is a share of, in words.
        recipe: its name in the results.
        scenarios: those it is counted over.
        expected: what is claimed of it; None where nothing is.
        told: what was found of it elsewhere, where that depends on the population and is no claim.
    """

    label: str
    recipe: str
    scenarios: tuple[str, ...]
    expected: Expected | None = None
    told: str = ""


@dataclass(frozen=True)
class Family:
    """Recipes that belong together: one table."""

    title: str
    words: str
    lines: tuple[Line, ...]
