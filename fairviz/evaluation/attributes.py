"""Sensitive attributes as an evaluation takes them: checked, and turned into partitions of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from fairviz.errors import MetricError
from fairviz.metrics.inputs import Groups, IntArray, check_same_length


class Grouped(Protocol):
    """A sensitive attribute of N rows: its name, its groups and the group of each row."""

    @property
    def name(self) -> str:
        """Name of the attribute, such as a column's."""

    @property
    def values(self) -> tuple[str, ...]:
        """Names of its groups, [G]."""

    @property
    def codes(self) -> IntArray:
        """[N] position of each row's group in ``values``; -1 where the value is missing."""


def partitions(attributes: Sequence[Grouped], rows: int) -> list[Groups]:
    """All rows as one group, then the groups of each attribute."""
    groups = [Groups(attribute.codes, len(attribute.values)) for attribute in attributes]
    return [Groups(np.zeros(rows, dtype=np.int64), 1), *groups]


def check_attributes(attributes: Sequence[Grouped], rows: int) -> None:
    """Names are different, and codes are those of groups, one for each of the rows."""
    names = [attribute.name for attribute in attributes]
    if len(set(names)) < len(names):
        raise MetricError(
            "attributes",
            expected="a different name for each",
            found=", ".join(names),
            remedy="Name every sensitive attribute once.",
        )
    for attribute in attributes:
        check_same_length(labels=range(rows), **{f"attribute {attribute.name}": attribute.codes})
        _check_codes(attribute)


def _check_codes(attribute: Grouped) -> None:
    known = (attribute.codes >= -1) & (attribute.codes < len(attribute.values))
    if not known.all():
        raise MetricError(
            f"attribute {attribute.name}",
            expected=f"codes from -1 to {len(attribute.values) - 1}",
            found=f"{attribute.codes[~known][0]} at row {known.argmin()}",
            remedy="Give a name to every group, and -1 where the value is missing.",
        )
