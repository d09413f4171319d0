"""Columns that may identify a person, by what they are called and by how their values look.

The kinds are those of the HIPAA Safe Harbor list (45 CFR 164.514(b)(2)) that a table can hold. This finds
what is written in the usual ways; it cannot prove that a table is anonymous.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import pandas as pd

from fairviz.data.encode import is_number
from fairviz.data.vocabulary import is_named

_LOOKED_AT: Final = 200
_MOST_OF: Final = 0.5

_NAMES: Final = (
    (r"((first|last|middle|full|given|family|maiden|patient|person|mother|father)_?)names?|surname|forename|name",
     "names of persons"),
    (r"\w*e_?mail\w*", "email addresses"),
    (r"(tele|mobile|cell|home|work)?_?phone(_?(no|nr|number))?|mobile|fax(_?(no|nr|number))?",
     "telephone or fax numbers"),
    (r"(home_|street_|postal_)?address(_?(line)?_?\d)?|street(_name)?", "addresses"),
    (r"zip(_?code)?|post(al)?_?code|postcode", "postal codes"),
    (r"ssn|social_security\w*|national_id\w*|nhs_(no|number)|nino|passport\w*|driver\w*_licen[cs]e\w*",
     "official numbers of persons"),
    (r"mrn|medical_record\w*|(health_)?(plan|insurance)_(id|no|number)|account_(no|number)|beneficiary\w*",
     "record, account or insurance numbers"),
    (r"dob|(date_of_|birth_?)(birth|date|day)|birth_?date", "dates of birth"),
    (r"ip(_address)?|url|web_?site|device_(id|serial)\w*|serial_(no|number)|licen[cs]e_plate",
     "addresses or numbers of devices"),
)  # fmt: skip
_VALUES: Final = (
    (re.compile(r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}"), "email addresses"),
    (re.compile(r"\d{3}-\d{2}-\d{4}"), "official numbers of persons"),
    (re.compile(r"(\+\d{1,3}[ .-]?)?(\(\d{2,4}\)[ .-]?|\d{2,4}[ .-])\d{3,4}[ .-]?\d{3,4}"),
     "telephone or fax numbers"),
    (re.compile(r"\d{1,3}(\.\d{1,3}){3}|https?://\S+"), "addresses or numbers of devices"),
)  # fmt: skip


def personal_data(column: pd.Series) -> str | None:
    """What a column seems to hold that may identify a person, in words; None where nothing shows."""
    by_name = next((what for pattern, what in _NAMES if is_named(str(column.name), pattern)), None)
    return by_name or _by_values(column)


def personal_columns(frame: pd.DataFrame, columns: Iterable[str] | None = None) -> dict[str, str]:
    """Columns that may identify a person, and by what."""
    names = frame.columns if columns is None else columns
    return {str(name): what for name in names if (what := personal_data(frame[name])) is not None}


def _by_values(column: pd.Series) -> str | None:
    types = pd.api.types
    if is_number(column) or types.is_bool_dtype(column) or types.is_datetime64_any_dtype(column):
        return None
    texts = column.dropna().head(_LOOKED_AT).astype(str).str.strip()
    for pattern, what in _VALUES:
        if len(texts) and sum(pattern.fullmatch(text) is not None for text in texts) > _MOST_OF * len(texts):
            return what
    return None
