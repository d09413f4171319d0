"""Columns as numbers for a network, by what the training rows alone say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.values import rows_per_code, text_places

RARE_BELOW: Final = 10
"""A category seen in fewer training rows shares one "rare" feature: its own weight would be noise."""

FARTHEST: Final = 100.0
"""Standard deviations at which a number is cut: one typing error must not drive training out of range."""


def is_number(column: pd.Series) -> bool:
    """Tell whether a column is read as a quantity; booleans and texts are categories."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


@dataclass(frozen=True)
class NumberColumn:
    """A quantity: (value - mean) / sd, missing 0, and a missing indicator where training had any."""

    name: str
    mean: float
    sd: float
    indicator: bool

    @classmethod
    def fit(cls, column: pd.Series) -> NumberColumn:
        """Learn mean and standard deviation (divisor n) from training rows; sd 0 means constant."""
        values = _numbers(column)
        known = values[~np.isnan(values)]
        mean, sd = (float(known.mean()), float(known.std())) if known.size else (0.0, 0.0)
        # A sum of equal numbers may differ from n times the number in its last digit.
        varies = known.size > 0 and known.min() < known.max()
        return cls(str(column.name), mean, sd if varies else 0.0, known.size < values.size)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features this column gives; none where training rows were all alike."""
        value = (self.name,) if self.sd else ()
        return (*value, f"{self.name} missing") if self.indicator else value

    def encode(self, column: pd.Series) -> NDArray[np.float32]:
        """Return float32 [N, features]."""
        values = _numbers(column)
        absent = np.isnan(values)
        scaled = np.clip((values - self.mean) / self.sd, -FARTHEST, FARTHEST) if self.sd else values
        parts = [np.where(absent, 0.0, scaled)] if self.sd else []
        if self.indicator:
            parts.append(absent.astype(np.float64))
        return _stack(parts, len(values))


@dataclass(frozen=True)
class CategoryColumn:
    """One feature per level, one for rare and unseen levels, one for missing where training had any."""

    name: str
    levels: tuple[str, ...]
    indicator: bool

    @classmethod
    def fit(cls, column: pd.Series) -> CategoryColumn:
        """Keep the levels that at least `RARE_BELOW` training rows have."""
        texts, lookup, places = text_places(column)
        of_values = rows_per_code(places, len(lookup) - 1)
        codes = lookup[:-1]
        rows = np.bincount(codes[codes >= 0], of_values[codes >= 0], len(texts))
        kept = tuple(text for text, count in zip(texts, rows, strict=True) if count >= RARE_BELOW)
        return cls(str(column.name), kept, bool(rows.sum() < len(places)))

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features this column gives."""
        names = (*(f"{self.name} = {level}" for level in self.levels), f"{self.name} rare")
        return (*names, f"{self.name} missing") if self.indicator else names

    def encode(self, column: pd.Series) -> NDArray[np.float32]:
        """Return float32 [N, features]; a missing value unknown to training gives zeros."""
        missing = len(self.levels) + 1
        return np.eye(missing + 1, dtype=np.float32)[self.codes(column)][:, : missing + self.indicator]

    def codes(self, column: pd.Series) -> NDArray[np.int32]:
        """Return per row [N] which of `features` is 1; their number where none is."""
        texts, lookup, places = text_places(column)
        rare, missing = len(self.levels), len(self.levels) + 1
        position = {level: index for index, level in enumerate(self.levels)}
        features = np.array([position.get(text, rare) for text in texts] + [missing], dtype=np.int32)
        return np.asarray(features[lookup][places])


_KINDS: Final[dict[str, type[NumberColumn] | type[CategoryColumn]]] = {
    "number": NumberColumn,
    "category": CategoryColumn,
}


@dataclass(frozen=True)
class TableEncoder:
    """Encodes the columns of one modality; fitted on training rows, then fixed."""

    columns: tuple[NumberColumn | CategoryColumn, ...]

    @classmethod
    def fit(
        cls, frame: pd.DataFrame, columns: Sequence[str], training: NDArray[np.int64] | None = None
    ) -> TableEncoder:
        """Learn means, deviations and levels from training rows only: those numbered, or the whole table."""
        own = (frame[name] if training is None else frame[name].iloc[training] for name in columns)
        return cls(tuple((NumberColumn if is_number(c) else CategoryColumn).fit(c) for c in own))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the D features, in order."""
        return tuple(name for column in self.columns for name in column.features)

    def transform(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Return float32 [N, D]."""
        parts = [column.encode(frame[column.name]) for column in self.columns]
        return np.concatenate([np.empty((len(frame), 0), np.float32), *parts], axis=1, dtype=np.float32)

    def to_json(self) -> str:
        """Return everything `transform` needs as JSON."""
        kinds = {value: key for key, value in _KINDS.items()}
        return json.dumps([{"kind": kinds[type(column)], **asdict(column)} for column in self.columns])

    @classmethod
    def from_json(cls, text: str) -> TableEncoder:
        """Read what `to_json` wrote."""
        return cls(tuple(_column_from(entry) for entry in json.loads(text)))


def _column_from(entry: dict[str, Any]) -> NumberColumn | CategoryColumn:
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    return _KINDS[fields.pop("kind")](**fields)


def _numbers(column: pd.Series) -> NDArray[np.float64]:
    numbers = pd.to_numeric(column, errors="coerce")
    return np.asarray(numbers.to_numpy(dtype=np.float64, na_value=np.nan))


def _stack(parts: list[NDArray[np.float64]], rows: int) -> NDArray[np.float32]:
    if not parts:
        return np.empty((rows, 0), dtype=np.float32)
    return np.column_stack(parts).astype(np.float32)
