"""Dataclasses of a report as plain JSON and back, by what their fields are annotated to hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from functools import cache, partial
from typing import Any, Final, NamedTuple, Self, get_args, get_type_hints

from fairviz.metrics.estimable import Grade

Json = Mapping[str, Any]

_Convert = Callable[[Any], Any]

_GRADES: Final = {grade.value: grade for grade in Grade}


class Record:
    """A part of a report: a dataclass with fields of these kinds.

    - ``float``: NaN where it is not estimable or withheld, which is null in JSON.
    - ``int | None``: a count, None where it is withheld. One that has a default is left out while it is None.
    - ``Mapping[str, ...]`` to plain values, grades or other records. One that has a default is left out of
      the JSON while it is empty, so that a new one leaves older records as they are.

    A subclass writes and reads fields of any other kind itself.
    """

    def value(self, metric: str) -> float | None:
        """A number by its name; None where it is not estimable or withheld."""
        return null(getattr(self, metric))

    def to_json(self) -> dict[str, Any]:
        """Plain types, nested like the report."""
        record: dict[str, Any] = {}
        for name, kind in self._kinds().items():
            value = getattr(self, name)
            if not (kind.left_out_if_empty and value in (None, {})):
                record[name] = kind.write(value)
        return record

    @classmethod
    def from_json(cls, record: Json) -> Self:
        """The report that a record is the JSON of; NaN where it has null.

        An older record may lack what came later: a number is then NaN, without a reason, and a mapping with a
        default empty. Keys that this version does not know are not read.

        Raises:
            KeyError: a count, or a mapping without a default, is not there: it is no such record.
        """
        return cls(**cls._read(record))

    @classmethod
    def _read(cls, record: Json) -> dict[str, Any]:
        """What a record holds of the fields of these kinds."""
        return {
            name: kind.read(record[name] if kind.is_required else record.get(name, kind.absent))
            for name, kind in cls._kinds().items()
        }

    @classmethod
    def _kinds(cls) -> dict[str, _Kind]:
        # A class is hashable; mypy asks its instances.
        return _kinds_of(cls)  # type: ignore[arg-type]


def null(value: float) -> float | None:
    """A number as JSON has it."""
    return None if math.isnan(value) else value


def number(value: float | None) -> float:
    """A number from JSON; always the same NaN, so that reports read from the same JSON are equal."""
    return math.nan if value is None else value


class _Kind(NamedTuple):
    """What a field holds.

    Attributes:
        write: to JSON.
        read: from JSON.
        is_required: whether every record has it.
        absent: in JSON, what a record means that does not have it.
        left_out_if_empty: whether a record without any does not have it.
    """

    write: _Convert
    read: _Convert
    is_required: bool = False
    absent: Any = None
    left_out_if_empty: bool = False


@cache
def _kinds_of(record: type[Any]) -> dict[str, _Kind]:
    """By field, in their order; without those that a subclass writes and reads itself."""
    hints = get_type_hints(record)
    kinds = {field.name: _kind(field, hints[field.name]) for field in fields(record)}
    return {name: kind for name, kind in kinds.items() if kind is not None}


def _kind(field: Field[Any], hint: Any) -> _Kind | None:
    if hint is float:
        return _Kind(null, number)
    if hint == int | None:
        required = field.default is MISSING
        return _Kind(_same, _same, is_required=required, left_out_if_empty=not required)
    converts = _of_values(*get_args(hint))
    if converts is None:
        return None
    if field.default_factory is MISSING:
        return _Kind(*converts, is_required=True)
    return _Kind(*converts, absent={}, left_out_if_empty=True)


def _of_values(*arguments: Any) -> tuple[_Convert, _Convert] | None:
    """How a mapping from names to this type is written and read; None where it is none or of others."""
    if len(arguments) != 2 or arguments[0] is not str:
        return None
    value = arguments[1]
    if value in (int, str):
        return dict, dict
    if value is Grade:
        return partial(_each, str), partial(_each, _GRADES.__getitem__)
    if issubclass(value, Record):
        return partial(_each, value.to_json), partial(_each, value.from_json)
    return None


def _each(convert: _Convert, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: convert(value) for name, value in values.items()}


def _same(value: Any) -> Any:
    return value
