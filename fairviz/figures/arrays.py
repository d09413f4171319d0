"""Arrays made fit for a chart: fewer points, smoother lines, means over what is defined."""

from __future__ import annotations

import numpy as np

from fairviz.figures.series import Floats, Ints

# A line needs no more points than the pixels it crosses; a live chart pays for each one.
MOST_POINTS = 300
# One of several panels beside each other is some 250 pixels wide.
PANEL_POINTS = 100


def mean_of_defined(values: Floats, axis: int) -> Floats:
    """Mean over the entries that are not NaN; NaN where there are none."""
    defined = ~np.isnan(values)
    count = defined.sum(axis=axis)
    total = np.where(defined, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def range_of_defined(values: Floats, axis: int) -> tuple[Floats, Floats]:
    """Smallest and largest of the entries that are not NaN; NaN where there are none."""
    low = np.where(np.isnan(values), np.inf, values).min(axis=axis)
    high = np.where(np.isnan(values), -np.inf, values).max(axis=axis)
    empty = np.isnan(values).all(axis=axis)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def smooth(values: Floats, window: int) -> Floats:
    """Centred moving mean [T] of the defined entries; the window shrinks at the ends."""
    defined = ~np.isnan(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(defined, values, 0.0), dtype=np.float64)])
    count = np.concatenate([[0], np.cumsum(defined)])
    steps = np.arange(len(values))
    first = np.maximum(steps - window // 2, 0)
    last = np.minimum(steps + window // 2 + 1, len(values))
    inside = count[last] - count[first]
    return np.where(inside > 0, (total[last] - total[first]) / np.maximum(inside, 1), np.nan)


def window_for(length: int) -> int:
    """Steps of the moving mean for a trace of this length: a twenty-fifth, at least five."""
    return max(5, length // 25)


def single(values: Floats) -> Floats:
    """The same in single precision: six digits, more than a screen shows, in half the bytes."""
    return values.astype(np.float32)


def even_places(length: int, most: int = MOST_POINTS) -> Ints:
    """At most ``most`` places of a smooth line, evenly spread, both ends among them."""
    return np.unique(np.linspace(0, length - 1, min(length, most)).round().astype(np.int64))


def extreme_places(values: Floats, most: int = MOST_POINTS) -> Ints:
    """At most ``most`` places of a noisy line [T] that keep every block's least and greatest value.

    Even thinning would make noise look smaller than it is.
    """
    if len(values) <= most:
        return np.arange(len(values))
    # Two places a block, and both ends; the last block is filled up with its last value.
    width = -(-len(values) // (most // 2 - 1))
    blocks = np.minimum(np.arange(-(-len(values) // width) * width), len(values) - 1).reshape(-1, width)
    inside = values[blocks]
    low = np.where(np.isnan(inside), np.inf, inside).argmin(axis=1)
    high = np.where(np.isnan(inside), -np.inf, inside).argmax(axis=1)
    block = np.arange(len(blocks))
    return np.unique(np.concatenate([[0, len(values) - 1], blocks[block, low], blocks[block, high]]))
