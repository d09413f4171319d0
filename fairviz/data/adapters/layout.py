"""What a layout of npz files is: which arrays mean what. A layout is data; one reader serves all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from fairviz.data.values import value_text

Words = Mapping[int | float | str, str | None]
"""What published codes, or longer words, stand for; None where they say that nothing is known."""


@dataclass(frozen=True)
class Layout:
    """One layout.

    Attributes:
        name: as published.
        marks: arrays that this layout has and others lack: one of them tells it.
        labels: outcomes; a file has at least one, or a table beside the files.
        words: of coded attributes.
        numbers: arrays of one number that are columns as they are.
        texts: arrays of one text that are columns as they are.
        images: axes of each array of images: 2 for one image, 3 for slices.
        finish: what remains to be made of the columns, such as a label of a diagnosis.
    """

    name: str
    marks: frozenset[str]
    labels: frozenset[str]
    words: Mapping[str, Words]
    numbers: frozenset[str]
    texts: frozenset[str]
    images: Mapping[str, int]
    finish: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame

    @property
    def keys(self) -> frozenset[str]:
        """Names of all arrays that are read; others are never touched."""
        return frozenset((*self.labels, *self.words, *self.numbers, *self.texts, *self.images))

    def cell(self, key: str, value: int | float | str) -> int | float | str | None:
        """What stands in the table for a value; an unknown code stays a number, written as text."""
        if key not in self.words:
            return value
        # 1.0 finds what 1 does.
        return self.words[key].get(value, value_text(value))
