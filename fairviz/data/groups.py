"""A sensitive attribute: every row's group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.values import text_codes

MISSING_GROUP: Final = "(missing)"


@dataclass(frozen=True)
class Attribute:
    """One sensitive attribute k of N rows.

    Attributes:
        name: of the column, or of the grouping (`fairviz.data.grouping`).
        values: texts of its groups g = 0..G_k-1, sorted; bands of a number from the lowest up.
        codes: int64 [N], the group of each row, -1 where it has none. Such a row counts
            in the task loss and overall metrics, never in a group term.
    """

    name: str
    values: tuple[str, ...]
    codes: NDArray[np.int64]

    @property
    def missing(self) -> int:
        """Number of rows without a group."""
        return int(np.count_nonzero(self.codes < 0))

    def counts(self) -> NDArray[np.int64]:
        """Return the rows per group, int64 [G_k]."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).astype(np.int64)


def attribute(frame: pd.DataFrame, column: str) -> Attribute:
    """Read a sensitive attribute whose groups are the values of a column."""
    values, codes = text_codes(frame[column])
    return Attribute(column, values, codes)
