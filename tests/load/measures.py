"""From what was recorded to a few numbers; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True, slots=True)
class Ticks:
    """How steadily live charts were refreshed, over all sessions.

    Attributes:
        count: refreshes that were seen to end.
        p50: median seconds from one to the next.
        p95: so many seconds or fewer, of 95 in 100.
        missed: refreshes that were due but did not come.
    """

    count: int
    p50: float
    p95: float
    missed: int


def ticks(ended: Sequence[Sequence[float]], interval: float, window: tuple[float, float]) -> Ticks:
    """Steadiness of the refreshes inside a window of time.

    Args:
        ended: by session, when each refresh ended, ascending.
        interval: seconds between refreshes as the page asks for them.
        window: start and end; what lies outside is not counted.
    """
    start, end = window
    inside = [[moment for moment in own if start <= moment <= end] for own in ended]
    gaps = [later - earlier for own in inside for earlier, later in pairwise(own)]
    due = int((end - start) / interval)
    missed = sum(max(0, due - len(own)) for own in inside)
    middle, high = np.quantile(gaps, [0.5, 0.95]).tolist() if gaps else (float("nan"), float("nan"))
    return Ticks(sum(map(len, inside)), middle, high, missed)


def slope(seconds: Sequence[float], values: Sequence[float]) -> float:
    """How much values grow in a minute: least squares.

    Args:
        seconds: [T], at least two different ones.
        values: [T].
    """
    return float(np.polyfit(np.asarray(seconds) / 60, values, deg=1)[0])
