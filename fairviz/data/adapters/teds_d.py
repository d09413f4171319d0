"""TEDS-D, the yearly public-use file of discharges from substance-use treatment.

A file of 2015 or later has a row per discharge and 76 columns of whole numbers (see ``teds_d_codes``). Codes
become words, -9 becomes missing, a code that the code book does not list stays "code 7". A column "completed"
is made of REASON: "yes" where treatment was completed, "no" for every other reason, death and transfer among
them. Discharges are not people: one may appear several times, and nothing tells which rows are theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from fairviz.data.adapters.known import Format
from fairviz.data.adapters.teds_d_codes import FLAGS, MISSING, WORDS

OUTCOME: Final = "completed"

_TOLD_BY: Final = frozenset({"CASEID", "STFIPS", "SERVICES", "SERVICES_D", "REASON", "LOS", "SUB1", "SUB1_D"})
_COMPLETED: Final = 1
_AREAS: Final = ("CBSA2010", "CBSA2020")
_AT_DISCHARGE: Final = "recorded at discharge, when the outcome is known"
_CODES: Final = 256


def _recognises(columns: Collection[str]) -> bool:
    return frozenset(columns) >= _TOLD_BY


def _adapt(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with words for codes and the outcome; columns are replaced one after the other."""
    if OUTCOME not in frame.columns:
        frame[OUTCOME] = _outcome(frame["REASON"])
    for name in map(str, frame.columns):
        if name in WORDS and pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = in_words(frame[name], WORDS[name])
        elif name in _AREAS and pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = in_words(frame[name], {}, unlisted="area")
    return frame


def _outcome(reason: pd.Series) -> pd.Categorical:
    """Whether treatment was completed, by code or by word; missing where the reason is."""
    completed = (reason == _COMPLETED) | (reason == WORDS["REASON"][_COMPLETED])
    absent = reason.isna() | (reason == MISSING)
    codes = np.where(absent, -1, completed.to_numpy(dtype=np.int8)).astype(np.int8)
    return pd.Categorical.from_codes(codes, ["no", "yes"])


def in_words(column: pd.Series, words: Mapping[int, str], *, unlisted: str = "code") -> pd.Categorical:
    """Codes as categories, those that occur, in the order of their numbers.

    Args:
        column: numbers; missing ones and ``MISSING`` are missing.
        words: of the codes that are listed.
        unlisted: what a code without words is called, before its number.
    """
    if column.dtype == np.int8:
        found, positions = _narrow_codes(column.to_numpy())
    else:
        positions, raw = pd.factorize(column, sort=True)
        found = [float(value) for value in raw]
    occurring = [code for code in found if code != MISSING]
    place = {code: at for at, code in enumerate(occurring)}
    kind = np.int8 if len(occurring) < _CODES // 2 else np.int32
    # One slot more: a position of -1 is a missing number.
    lookup = np.array([place.get(code, -1) for code in found] + [-1], dtype=kind)
    names = [words.get(int(code)) if code == int(code) else None for code in occurring]
    categories = [name or f"{unlisted} {code:g}" for name, code in zip(names, occurring, strict=True)]
    return pd.Categorical.from_codes(lookup[positions], categories)


def _narrow_codes(values: NDArray[np.int8]) -> tuple[list[float], NDArray[np.uint8]]:
    """Numbers that occur, ascending, and the place of each row's among them [N]: nothing is sorted."""
    bytes_ = values.view(np.uint8)
    occurs = np.zeros(_CODES, dtype=bool)
    occurs[bytes_] = True
    found = np.sort(np.flatnonzero(occurs).astype(np.uint8).view(np.int8))
    place = np.zeros(_CODES, dtype=np.uint8)
    place[found.view(np.uint8)] = np.arange(len(found))
    return [float(code) for code in found], place[bytes_]


TEDS_D: Final = Format(
    name="TEDS-D",
    recognises=_recognises,
    adapt=_adapt,
    note="This is TEDS-D: its codes were turned into words by the public code book (SAMHSA; from 2015 on), "
    f'-9 is missing, and "{OUTCOME}" is "yes" where REASON is 1, treatment completed. Rows are discharges, '
    "not people. Columns that describe the discharge (those that end in _D, REASON, LOS) tell the outcome: "
    "they are not proposed as inputs.",
    left_out={
        "CASEID": "identifies a row or a place",
        "DISYR": "the year of discharge",
        "REASON": "the outcome is made of it",
        "LOS": "time until the outcome or discharge",
        **{name: _AT_DISCHARGE for name in WORDS if name.endswith("_D")},
        **dict.fromkeys(_AREAS, "identifies a row or a place"),
    },
    outcome=(OUTCOME, "yes"),
    sensitive=("RACE", "SEX", "GENDER"),
    modalities={
        "demographics": ("AGE", "SEX", "GENDER", "RACE", "ETHNIC", "MARSTAT", "EDUC", "PREG", "VET"),
        "social": ("EMPLOY", "DETNLF", "LIVARAG", "PRIMINC", "ARRESTS", "PSOURCE", "DETCRIM", "HLTHINS",
                   "PRIMPAY"),
        "place": ("STFIPS", "REGION", "DIVISION"),
        "substances": (*(f"{name}{n}" for n in (1, 2, 3) for name in ("SUB", "ROUTE", "FREQ", "FRSTUSE")),
                       "IDU", *FLAGS, "ALCDRUG"),
        "treatment": ("SERVICES", "METHUSE", "DAYWAIT", "NOPRIOR", "FREQ_ATND_SELF_HELP"),
        "diagnosis": ("DSMCRIT", "PSYPROB"),
    },
    types={
        **dict.fromkeys(WORDS, pa.int8()),
        "CASEID": pa.int64(),
        "DISYR": pa.int16(),
        **dict.fromkeys(_AREAS, pa.int32()),
    },
)  # fmt: skip
