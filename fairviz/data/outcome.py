"""The outcome column as class codes."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.values import text_codes

FEWEST_CLASSES: Final = 3
"""With two values one of them is the positive one: classes of their own begin with three."""
MOST_CLASSES: Final = 10
"""Beyond this each class holds few rows of a group, and a network would need a score for every one."""


def outcome_labels(frame: pd.DataFrame, column: str, positive: str | None) -> NDArray[np.int64]:
    """Return class codes int64 [N].

    With a `positive` value 1 where the outcome's text is that value, else 0. Without one every
    value is a class: the place of the text among the sorted texts, -1 where it is missing.
    """
    levels, codes = text_codes(frame[column])
    if positive is None:
        return codes
    return np.asarray(codes == levels.index(positive), dtype=np.int64)


def outcome_classes(frame: pd.DataFrame, column: str, positive: str | None) -> tuple[str, ...]:
    """Return the names of the classes in the order of their codes: (other, positive) or every value.

    Where the positive value stands against several others, these are called "not" it.
    """
    levels, _ = text_codes(frame[column])
    if positive is None:
        return levels
    others = [level for level in levels if level != positive]
    return (others[0] if len(others) == 1 else f"not {positive}", positive)
