"""When a number may be shown: how many cases it rests on, and what to say where it may not."""

from __future__ import annotations

from enum import StrEnum

# Half-widths of a 95 % interval at AUC .8 by positives: 5 +-.19, 10 +-.14, 20 +-.10, 50 +-.06.
MINIMUM_FOR_INTERVAL = 5
MINIMUM_FOR_NUMBER = 10
MINIMUM_FOR_PRECISION = 20


class Grade(StrEnum):
    """What may be shown of an estimate."""

    NONE = "none"
    INTERVAL = "interval"
    IMPRECISE = "imprecise"
    NORMAL = "normal"


def grade(cases: int) -> Grade:
    """Grade of an estimate by the cases it rests on: for an AUC, the fewer of both classes."""
    if cases < MINIMUM_FOR_INTERVAL:
        return Grade.NONE
    if cases < MINIMUM_FOR_NUMBER:
        return Grade.INTERVAL
    return Grade.IMPRECISE if cases < MINIMUM_FOR_PRECISION else Grade.NORMAL


def undefined_reason(positives: int, negatives: int, *, minimum: int = 1) -> str | None:
    """Why an AUC among these rows cannot be given, or None where it can.

    Args:
        positives: rows with label 1.
        negatives: rows with label 0.
        minimum: rows of each class that are asked for; 1 is what the definition needs.
    """
    rows = positives + negatives
    return shortage(positives, "positives", rows, minimum=minimum) or shortage(
        negatives, "negatives", rows, minimum=minimum
    )


def shortage(cases: int, noun: str, rows: int, *, minimum: int = 1) -> str | None:
    """Why ``cases`` are too few to estimate from, or None where they suffice.

    Args:
        cases: rows that the estimate rests on.
        noun: what they are, in the plural.
        rows: rows of the group.
        minimum: cases that are asked for.
    """
    if cases >= minimum:
        return None
    if noun == "patients":
        return (
            f"not estimable: too few patients ({cases}; at least {minimum} needed)"
            if cases
            else "not estimable: no patients"
        )
    if cases == 0:
        return f"not estimable: no {noun} among {rows} patients"
    found = f"{cases} among {rows} patients"
    return f"not estimable: too few {noun} ({found}; at least {minimum} needed)"
