"""The one partition of the rows between whose parts fairlearn makes error rates equal."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairviz.data.groups import MISSING_GROUP
from fairviz.data.prepare import PreparedData
from fairviz.errors import SettingError
from fairviz.metrics.estimable import MINIMUM_FOR_NUMBER

_FEWEST_GROUPS: Final = 2


def partition(data: PreparedData, rows: NDArray[np.int64], *, method: str, part: str) -> NDArray[np.int64]:
    """Part of each row of the dataset [N] by the task's first sensitive attribute.

    Rows without a value are a group of their own. A group with under ten rows of either outcome among
    ``rows`` is counted with the largest that has them: its error rates, which no report gives either, would
    be chance, and making everybody's equal to them would cost all others.

    Args:
        data: the task.
        rows: those on which error rates are made equal.
        method: who asks, for the error message.
        part: what ``rows`` are called.

    Raises:
        SettingError: the outcome has more than two classes, or fewer than two groups are large enough.
    """
    _require_two_classes(data, method)
    attribute = data.attributes[0]
    names = (*attribute.values, MISSING_GROUP)
    codes = np.where(attribute.codes < 0, len(attribute.values), attribute.codes)
    cases = np.zeros((len(names), 2), dtype=np.int64)
    np.add.at(cases, (codes[rows], data.labels[rows]), 1)
    large = cases.min(axis=1) >= MINIMUM_FOR_NUMBER
    if large.sum() < _FEWEST_GROUPS:
        fits = ", ".join(name for name, is_large in zip(names, large, strict=True) if is_large)
        raise SettingError(
            f'{method}, groups of "{attribute.name}"',
            expected=f"two with at least {MINIMUM_FOR_NUMBER} {part} rows of either outcome",
            found=fits or "none",
            remedy="Put another sensitive attribute first, merge small groups, or leave the method out.",
        )
    largest = np.where(large, cases.sum(axis=1), -1).argmax()
    return np.where(large[codes], codes, largest)


def _require_two_classes(data: PreparedData, method: str) -> None:
    if len(data.classes) > 2:
        raise SettingError(
            f'{method}, outcome "{data.task.outcome}"',
            expected="two classes",
            found=f"{len(data.classes)} ({', '.join(data.classes)})",
            remedy="Name one value to be predicted against all others, or leave the method out.",
        )
