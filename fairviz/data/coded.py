"""Encoded rows that are kept small: which features are 1, and the numbers; dense for those of a batch only.

A table of 1.5 million rows and 50 categories takes 1.5 GB one-hot, and 75 MB as the places of its ones.
Dense rows made of coded ones are equal to those that the encoder makes at once, bit by bit.

Axis letters: N rows, D features, K categories, Q numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.encode import CategoryColumn, NumberColumn, TableEncoder
from fairviz.data.text import TextEncoder

DENSE_BYTES: Final = 256 * 2**20
"""Tables whose inputs take no more are kept dense, which costs a batch nothing."""
_FLOAT: Final = 4


class Rows(Protocol):
    """Inputs of one modality, dense or coded: an array [N, D] as far as its rows are asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """N and D."""

    def __getitem__(self, rows: Any, /) -> NDArray[np.float32]:
        """Some rows, dense."""

    def __array__(self, dtype: Any = None, /, *, copy: bool | None = None) -> NDArray[Any]:
        """All rows, dense."""


@dataclass(frozen=True)
class CodedRows:
    """Rows of one modality.

    Attributes:
        ones: [N, K], of each category and each missing indicator the feature that is 1; ``width`` where none
            is.
        numbers: float32 [N, Q].
        places: [Q], the feature that each number is.
        width: D.
    """

    ones: NDArray[np.unsignedinteger]
    numbers: NDArray[np.float32]
    places: tuple[int, ...]
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """N and D."""
        return len(self.ones), self.width

    def __getitem__(self, rows: Any, /) -> NDArray[np.float32]:
        """Dense rows of an index, a slice or numbers of rows [..., D]."""
        ones, numbers = self.ones[rows], self.numbers[rows]
        # One feature more than there are takes the ones of what has none.
        dense = np.zeros((*ones.shape[:-1], self.width + 1), dtype=np.float32)
        np.put_along_axis(dense, ones.astype(np.intp), 1.0, axis=-1)
        dense[..., list(self.places)] = numbers
        return dense[..., : self.width]

    def __array__(self, dtype: Any = None, /, *, copy: bool | None = None) -> NDArray[Any]:
        """All rows, dense."""
        if copy is False:
            raise ValueError("coded rows are dense in a copy only")
        return np.asarray(self[:], dtype=dtype)


def encoded(frame: pd.DataFrame, encoders: Sequence[TableEncoder | TextEncoder]) -> tuple[Rows, ...]:
    """Inputs of every modality, dense where all of them side by side are small, or they are of text."""
    widest = max(len(encoder.feature_names) for encoder in encoders)
    if len(frame) * len(encoders) * widest * _FLOAT <= DENSE_BYTES:
        return tuple(encoder.transform(frame) for encoder in encoders)
    return tuple(
        coded(frame, encoder) if isinstance(encoder, TableEncoder) else encoder.transform(frame)
        for encoder in encoders
    )


def coded(frame: pd.DataFrame, encoder: TableEncoder) -> CodedRows:
    """Encode the columns of one modality without making them dense."""
    width, columns = len(encoder.feature_names), encoder.columns
    numbers = [column for column in columns if isinstance(column, NumberColumn) and column.sd]
    marked = [column for column in columns if isinstance(column, CategoryColumn) or column.indicator]
    rows = CodedRows(
        ones=np.empty((len(frame), len(marked)), dtype=np.min_scalar_type(width)),
        numbers=np.empty((len(frame), len(numbers)), dtype=np.float32),
        places=tuple(encoder.feature_names.index(column.name) for column in numbers),
        width=width,
    )
    start, one, number = 0, 0, 0
    for column in columns:
        if isinstance(column, CategoryColumn):
            codes = column.codes(frame[column.name])
            has_none = codes >= len(column.features)
            codes += start
            codes[has_none] = width
            rows.ones[:, one] = codes
            one += 1
        else:
            dense = column.encode(frame[column.name])
            if column.sd:
                rows.numbers[:, number] = dense[:, 0]
                number += 1
            if column.indicator:
                rows.ones[:, one] = np.where(dense[:, -1] == 1, start + len(column.features) - 1, width)
                one += 1
        start += len(column.features)
    return rows
