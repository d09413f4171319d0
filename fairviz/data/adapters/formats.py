"""The known formats of tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fairviz.data.adapters.known import Format
from fairviz.data.adapters.mimic_sepsis import MIMIC_SEPSIS
from fairviz.data.adapters.teds_d import TEDS_D

FORMATS: Final = (TEDS_D, MIMIC_SEPSIS)


def known_format(columns: Iterable[object]) -> Format | None:
    """The format that a table with these columns is of; None where it is of none that is known."""
    names = frozenset(map(str, columns))
    return next((own for own in FORMATS if own.recognises(names)), None)
