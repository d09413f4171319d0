"""What it means to know a format of tables, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa


@dataclass(frozen=True)
class Format:
    """A published format of tables, recognised by the names of columns alone.

    Recognition holds before and after ``adapt``, so that a kept table is known for what it is.

    Attributes:
        name: as messages tell it.
        recognises: whether a table with these columns is of the format.
        adapt: the table with its values in words, and with columns that are made of others; a column that
            is there already is not made again.
        note: what was done to the table, for a person who looks at it.
        left_out: by column, why it is no input unless a modality names it.
        types: of columns in a file of text, narrower than their texts would be read; where a file does not
            keep to them it is read as any other.
        outcome: the column to predict, and its positive value.
        sensitive: attributes to compare between.
        modalities: by name, columns that belong together; those that a table has and may be inputs are taken.
        group_id: column of the patient.
    """

    name: str
    recognises: Callable[[Collection[str]], bool]
    adapt: Callable[[pd.DataFrame], pd.DataFrame]
    note: str
    left_out: Mapping[str, str]
    outcome: tuple[str, str]
    sensitive: tuple[str, ...]
    types: Mapping[str, pa.DataType] = field(default_factory=dict)
    modalities: Mapping[str, Collection[str]] = field(default_factory=dict)
    group_id: str | None = None
