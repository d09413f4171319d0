"""What a caller gives, checked once and turned into plain arrays.

Axis letters: N rows, G groups. Everything below the public functions trusts these types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from fairviz.errors import MetricError

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
# One value per row; unlike other arrays it may hold None.
GroupValues: TypeAlias = npt.ArrayLike | Sequence[object]


@dataclass(frozen=True)
class Groups:
    """A partition of rows.

    Attributes:
        codes: [N] group of each row in 0..count-1; -1 where it has none.
        count: G, groups without any row included.
    """

    codes: IntArray
    count: int

    def sums(self, values: npt.NDArray[Any] | None = None) -> FloatArray:
        """Sum of ``values`` [N] (of ones where not given) over the rows of each group, [G]."""
        return np.bincount(self.codes + 1, values, self.count + 1)[1:].astype(np.float64)

    def means(self, values: npt.NDArray[Any]) -> FloatArray:
        """Mean of ``values`` [N] in each group, [G]; NaN where a group has no rows."""
        return ratio(self.sums(values), self.sums())

    def rows(self) -> list[IntArray]:
        """Indices of the rows of each group, in their order."""
        sizes = np.bincount(self.codes + 1, minlength=self.count + 1)
        return np.split(np.argsort(self.codes, kind="stable"), np.cumsum(sizes)[:-1])[1:]


def ratio(numerators: npt.NDArray[Any], denominators: npt.NDArray[Any]) -> FloatArray:
    """Elementwise quotient; NaN, without a warning, where the denominator is 0."""
    safe = np.where(denominators == 0, np.nan, denominators)
    return np.asarray(numerators / safe, dtype=np.float64)


def check_labels(values: npt.ArrayLike, argument: str) -> IntArray:
    """Labels [N] as integers; refuses anything but 0 and 1 (or False and True)."""
    numbers = _numbers(values, argument)
    wrong = (numbers != 0) & (numbers != 1)
    if wrong.any():
        row = int(wrong.argmax())
        raise MetricError(
            argument,
            expected="only labels 0 and 1",
            found=f"{numbers[row]:g} at row {row}",
            remedy="Write 1 for the positive class and 0 for the other; leave out rows without.",
        )
    return numbers.astype(np.int64)


def check_classes(values: npt.ArrayLike, argument: str, count: int) -> IntArray:
    """Class codes [N] as integers; refuses anything but 0, 1, ... ``count`` - 1."""
    numbers = _numbers(values, argument)
    wrong = ~np.isin(numbers, np.arange(count))
    if wrong.any():
        row = int(wrong.argmax())
        raise MetricError(
            argument,
            expected=f"class codes from 0 to {count - 1}, one for each column of scores",
            found=f"{numbers[row]:g} at row {row}",
            remedy="Number the classes in the order of the columns; leave out rows without a class.",
        )
    return numbers.astype(np.int64)


def check_scores(values: npt.ArrayLike, argument: str) -> FloatArray:
    """Scores [N] of any scale; refuses NaN and infinities."""
    numbers = _numbers(values, argument)
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        row = int(wrong.argmax())
        raise MetricError(
            argument,
            expected="finite numbers",
            found=f"{numbers[row]:g} at row {row}",
            remedy="Leave out rows that have no score.",
        )
    return numbers


def check_probabilities(values: npt.ArrayLike, argument: str) -> FloatArray:
    """Scores [N] that are probabilities of the positive class."""
    numbers = check_scores(values, argument)
    wrong = (numbers < 0) | (numbers > 1)
    if wrong.any():
        row = int(wrong.argmax())
        raise MetricError(
            argument,
            expected="probabilities between 0 and 1",
            found=f"{numbers[row]:g} at row {row}",
            remedy="Pass a logit through the logistic function first.",
        )
    return numbers


def check_same_length(**rows: Sequence[Any] | npt.NDArray[Any]) -> None:
    """Refuse arrays that do not describe the same rows; keywords name the arguments."""
    (first, reference), *others = rows.items()
    for argument, values in others:
        if len(values) != len(reference):
            raise MetricError(
                argument,
                expected=f"{len(reference)} values, one for each of {first}",
                found=str(len(values)),
                remedy="Take all arrays from the same rows.",
            )


def check_groups(
    sensitive_features: GroupValues, argument: str = "sensitive_features"
) -> tuple[Groups, pd.Index]:
    """Groups of rows and the value that names each of them, in sorted order.

    Values may be text, numbers or anything hashable; None and NaN belong to no group.
    """
    column = _one_axis(np.asarray(sensitive_features, dtype=object), argument)
    codes, values = pd.factorize(column)
    order = _sorted_positions(list(values))
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = -1  # factorize's code of a missing value, -1, points here
    names = pd.Index([values[i] for i in order], name=getattr(sensitive_features, "name", None))
    return Groups(rank[codes], len(order)), names


def check_level(level: float) -> float:
    """A confidence level strictly between 0 and 1."""
    if not 0 < level < 1:
        raise MetricError(
            "level",
            expected="a share between 0 and 1",
            found=f"{level:g}",
            remedy="Use 0.95 for a 95 % interval.",
        )
    return level


def _sorted_positions(values: list[Any]) -> list[int]:
    try:
        return sorted(range(len(values)), key=values.__getitem__)
    except TypeError:  # values of several types have no order of their own
        return sorted(range(len(values)), key=lambda i: str(values[i]))


def _numbers(values: npt.ArrayLike, argument: str) -> FloatArray:
    array = _one_axis(np.asarray(values), argument)
    if array.dtype.kind == "O":
        array = np.asarray(array.tolist())  # numbers boxed one by one, as pandas may do
    if array.dtype.kind not in "biuf":
        raise MetricError(
            argument,
            expected="numbers",
            found=f"values of type {array.dtype}",
            remedy="Convert them, and leave out rows where they are missing.",
        )
    return array.astype(np.float64)


def _one_axis(array: npt.NDArray[Any], argument: str) -> npt.NDArray[Any]:
    if array.ndim != 1:
        raise MetricError(
            argument,
            expected="one value per row",
            found=f"an array of shape {array.shape}",
            remedy="Pass one column at a time.",
        )
    return array
