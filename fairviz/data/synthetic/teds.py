"""A made-up file in the shape of TEDS-D's public-use file, of any length: what large files cost.

No row describes a person. Names of columns and their codes are those of the public code book (see
``fairviz.data.adapters.teds_d_codes``); shares are near the published ones, rounded; everything that ties
columns together is invented.

How a row is made:

1. Race by `SHARES`. Hardship u ~ N(0, 1), .6 higher for Black patients; severity c ~ N(0, 1).
2. Every column of `SHARES` cuts z = load_u u + load_c c + noise, noise of the variance that leaves 1, at the
   points that give its shares, so that codes later in the list are commoner where z is high.
3. log odds of completion = `INTERCEPT` + strength * sum over `EFFECTS` of the effect of the row's code, -.15
   for Black patients, where strength is 1, and .6 for Black patients: the columns tell less of them.
4. The column of the discharge repeats that of the admission in 85 % of rows, and is drawn by itself else.
5. What follows from other columns is made of them: flags from substances, region from state.
6. By column a share of rows is -9, missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from fairviz.data.adapters.teds_d_codes import FLAGS, MISSING, WORDS

ROWS: Final = 1_500_000
YEAR: Final = 2023
INTERCEPT: Final = -0.35
BLACK: Final = 4
BLACK_HARDSHIP: Final = 0.6
BLACK_STRENGTH: Final = 0.6
BLACK_EFFECT: Final = -0.15
CHUNK: Final = 50_000

# By column: shares of its codes in the order of the code book, loads of hardship and severity, share missing.
_SUBSTANCES: Final = (2, 31, 6, 11, 21, 0.3, 8, 0.3, 0.2, 15, 0.7, 0.2, 1.1, 0.1, 0.1, 0.2, 0.1, 0.1, 2)
_SECOND: Final = (46, 9, 12, 14, 4, 0.2, 4, 0.2, 0.2, 7, 0.6, 0.3, 3, 0.1, 0.1, 0.3, 0.1, 0.1, 2)
_THIRD: Final = (78, 4, 4, 6, 1, 0.1, 2, 0.1, 0.3, 2, 0.4, 0.3, 2, 0.1, 0.1, 0.2, 0.1, 0.1, 2)
_ROUTES: Final = (40, 25, 12, 21, 2)
SHARES: Final[Mapping[str, tuple[tuple[float, ...], tuple[float, float], float]]] = {
    "AGE": ((0.5, 2.2, 2.7, 7.6, 16.8, 17.4, 14.5, 10.3, 8.8, 8.2, 9.6, 1.4), (0.0, 0.1), 0.0),
    "SEX": ((64, 36), (0.0, 0.0), 0.0004),
    "ETHNIC": ((3.5, 3.8, 3.2, 86.8, 2.7), (0.0, 0.0), 0.035),
    "MARSTAT": ((66, 12, 6, 16), (-0.2, 0.0), 0.21),
    "EDUC": ((6, 21, 47, 20, 6), (-0.4, 0.0), 0.10),
    "EMPLOY": ((18, 7, 40, 35), (0.5, 0.2), 0.09),
    "DETNLF": ((3, 8, 23, 5, 61), (0.1, 0.0), 0.1),
    "PREG": ((3, 97), (0.0, 0.0), 0.05),
    "VET": ((3, 97), (0.0, 0.0), 0.10),
    "LIVARAG": ((17, 17, 66), (-0.5, -0.2), 0.10),
    "PRIMINC": ((30, 8, 7, 17, 38), (0.5, 0.1), 0.39),
    "ARRESTS": ((92, 7, 1), (0.3, 0.1), 0.11),
    "SERVICES": ((2.5, 14.3, 0.3, 10.5, 7.1, 13.7, 50.8, 0.8), (0.1, -0.3), 0.0),
    "METHUSE": ((14, 86), (0.1, -0.3), 0.10),
    "DAYWAIT": ((68, 22, 4, 4, 2), (0.3, 0.0), 0.53),
    "PSOURCE": ((45, 9, 8, 0.5, 0.5, 11, 26), (0.1, -0.2), 0.07),
    "DETCRIM": ((17, 9, 42, 7, 4, 2, 9, 10), (0.0, 0.0), 0.2),
    "NOPRIOR": ((41, 59), (0.1, 0.5), 0.08),
    "SUB1": (_SUBSTANCES, (0.1, 0.4), 0.06),
    "SUB2": (_SECOND, (0.0, 0.4), 0.04),
    "SUB3": (_THIRD, (0.0, 0.4), 0.11),
    **{f"ROUTE{n}": (_ROUTES, (0.1, 0.5), 0.03) for n in (1, 2, 3)},
    **{f"FREQ{n}": ((26, 28, 46), (0.1, 0.6), 0.05) for n in (1, 2, 3)},
    **{f"FRSTUSE{n}": ((6, 18, 24, 18, 12, 9, 13), (-0.1, -0.3), 0.04) for n in (1, 2, 3)},
    "DSMCRIT": (
        (1, 3, 2, 22, 29, 4, 6, 11, 4, 3, 2, 1.5, 0.6, 0.2, 0.4, 0.1, 0.2, 0.1, 9.9),
        (0.0, 0.2),
        0.24,
    ),
    "PSYPROB": ((45, 55), (-0.1, -0.3), 0.13),
    "HLTHINS": ((8, 52, 8, 32), (0.3, 0.1), 0.50),
    "PRIMPAY": ((7, 6, 3, 53, 22, 3, 6), (0.1, 0.0), 0.57),
    "FREQ_ATND_SELF_HELP": ((74, 7.5, 4.5, 9, 5), (-0.2, 0.0), 0.19),
}
RACES: Final = (0.3, 2.6, 0.1, 18.5, 67.8, 0.6, 7.6, 1.9, 0.6)
RACE_MISSING: Final = 0.034
EFFECTS: Final[Mapping[str, Mapping[int, float]]] = {
    "SERVICES": {1: 0.9, 2: 0.9, 4: 0.7, 5: 0.3, 7: -0.5},
    "EMPLOY": {1: 0.5, 2: 0.3, 4: -0.2},
    "LIVARAG": {1: -0.3, 3: 0.1},
    "PSOURCE": {1: -0.2, 7: 0.6},
    "SUB1": {2: 0.5, 5: -0.5, 10: -0.2},
    "FREQ1": {1: 0.5, 3: -0.4},
    "METHUSE": {1: -0.6},
    "NOPRIOR": {1: -0.2},
    "FREQ_ATND_SELF_HELP": {3: 0.4, 4: 0.7},
    "PSYPROB": {1: -0.1},
}
"""By column, change in log odds of completion by code; 0 for the others and for missing ones."""

_STATE_OF: Final = {
    1: (9, 23, 25, 33, 44, 50), 2: (34, 36, 42), 3: (17, 18, 26, 39, 55), 4: (19, 20, 27, 29, 31, 38, 46),
    5: (10, 11, 12, 13, 24, 37, 45, 51), 6: (1, 21, 28, 47), 7: (5, 22, 40, 48),
    8: (4, 8, 16, 30, 32, 35, 49, 56), 9: (2, 6, 15, 41, 53), 0: (72,),
}  # fmt: skip
_REGION_OF: Final = {0: 0, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 3, 8: 4, 9: 4}
_OTHER_REASONS: Final = (43.4, 9.6, 37, 2.6, 0.4, 7)
_AT_DISCHARGE: Final = ("EMPLOY", "DETNLF", "LIVARAG", "ARRESTS", "SERVICES", "SUB1", "SUB2", "SUB3", "FREQ1",
                        "FREQ2", "FREQ3", "FREQ_ATND_SELF_HELP")  # fmt: skip
_REPEATED: Final = 0.85

Codes = dict[str, NDArray[np.int64]]


def write_teds(path: Path, rows: int = ROWS, seed: int = 0) -> None:
    """Write a file of ``rows`` discharges as CSV, a chunk at a time: memory does not grow with it."""
    writer: arrow_csv.CSVWriter | None = None
    with path.open("wb") as file:
        for chunk in chunks(rows, seed):
            table = pa.Table.from_pandas(chunk, preserve_index=False)
            if writer is None:
                options = arrow_csv.WriteOptions(quoting_style="none", quoting_header="none")
                writer = arrow_csv.CSVWriter(file, table.schema, write_options=options)
            writer.write_table(table)
        if writer is not None:
            writer.close()


def make_teds(rows: int, seed: int = 0) -> pd.DataFrame:
    """Draw the same discharges as ``write_teds``, as a table of codes."""
    return pd.concat(list(chunks(rows, seed)), ignore_index=True)


def chunks(rows: int, seed: int = 0) -> Iterator[pd.DataFrame]:
    """Discharges, at most ``CHUNK`` at a time, in the columns of the public-use file."""
    rng = np.random.default_rng(seed)
    for start in range(0, rows, CHUNK):
        yield _chunk(start, min(CHUNK, rows - start), rng)


def _chunk(start: int, rows: int, rng: np.random.Generator) -> pd.DataFrame:
    race = _drawn(RACES, rng.normal(size=rows)) + 1
    traits = rng.normal(size=(rows, 2))
    traits[:, 0] += BLACK_HARDSHIP * (race == BLACK)
    codes: Codes = {
        name: _answers(name, shares, loads, traits, rng) for name, (shares, loads, _) in SHARES.items()
    }
    completed = rng.random(rows) < 1 / (1 + np.exp(-_log_odds(codes, race)))
    codes |= {f"{name}_D": _at_discharge(name, codes[name], rng) for name in _AT_DISCHARGE}
    codes["REASON"] = np.where(completed, 1, _drawn(_OTHER_REASONS, rng.normal(size=rows)) + 2)
    codes["LOS"] = np.clip(rng.gamma(np.where(completed, 4.0, 2.0), 6.0).astype(np.int64) + 1, 1, 37)
    _forget(codes, rng)
    codes["RACE"] = np.where(rng.random(rows) < RACE_MISSING, MISSING, race)
    codes |= _places(rows, rng) | _what_follows(codes)
    codes["CASEID"] = 20_230_000_000 + np.arange(start, start + rows)
    codes["DISYR"] = np.full(rows, YEAR)
    return pd.DataFrame({name: codes[name] for name in columns()})


def columns() -> list[str]:
    """The 76 columns of the public-use file of 2023, in the order of the code book."""
    coded = [name for name in WORDS if name != "GENDER"]
    coded.insert(coded.index("REGION"), "CBSA2020")
    return ["CASEID", "DISYR", *coded]


def _drawn(shares: tuple[float, ...], z: NDArray[np.float64]) -> NDArray[np.int64]:
    """Positions of codes [N] with these shares, in percent, where z [N] is standard normal."""
    cuts = [NormalDist().inv_cdf(share) for share in np.cumsum(shares[:-1]) / np.sum(shares)]
    return np.asarray(np.searchsorted(cuts, z), dtype=np.int64)


def _answers(
    name: str,
    shares: tuple[float, ...],
    loads: tuple[float, float],
    traits: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    noise = rng.normal(size=len(traits)) * np.sqrt(1 - np.square(loads).sum())
    return np.array(list(WORDS[name]))[_drawn(shares, traits @ loads + noise)]


def _log_odds(codes: Codes, race: NDArray[np.int64]) -> NDArray[np.float64]:
    told = np.zeros(len(race))
    for name, effects in EFFECTS.items():
        for code, effect in effects.items():
            told += effect * (codes[name] == code)
    black = race == BLACK
    return np.asarray(INTERCEPT + np.where(black, BLACK_STRENGTH, 1.0) * told + BLACK_EFFECT * black)


def _at_discharge(name: str, before: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    other = np.array(list(WORDS[name]))[_drawn(SHARES[name][0], rng.normal(size=len(before)))]
    return np.where(rng.random(len(before)) < _REPEATED, before, other)


def _forget(codes: Codes, rng: np.random.Generator) -> None:
    """Make -9 of what is unknown, and of what has no answer: the route of no substance."""
    for name, (_, _, missing) in SHARES.items():
        codes[name][rng.random(len(codes[name])) < missing] = MISSING
    for name in _AT_DISCHARGE:
        codes[f"{name}_D"][rng.random(len(codes[name])) < 0.1] = MISSING
    codes["DETNLF"][codes["EMPLOY"] != 4] = MISSING
    codes["PREG"][codes["SEX"] != 2] = MISSING
    codes["DETCRIM"][codes["PSOURCE"] != 7] = MISSING
    for n in (1, 2, 3):
        for name in (f"ROUTE{n}", f"FREQ{n}", f"FRSTUSE{n}"):
            codes[name][codes[f"SUB{n}"] <= 1] = MISSING


def _places(rows: int, rng: np.random.Generator) -> Codes:
    """States in equal shares, and the division and region they are in; metropolitan areas by number."""
    division_of = {state: division for division, states in _STATE_OF.items() for state in states}
    states = np.array(sorted(division_of))[rng.integers(len(division_of), size=rows)]
    division = np.array([division_of.get(state, MISSING) for state in range(100)])[states]
    area = 10_000 + 20 * states + 1_000 * rng.integers(8, size=rows)
    return {
        "STFIPS": states,
        "DIVISION": division,
        "REGION": np.array(list(_REGION_OF.values()))[division],
        "CBSA2020": np.where(rng.random(rows) < 0.1, MISSING, area),
    }


def _what_follows(codes: Codes) -> Codes:
    """What is made of the three substances and their routes."""
    substances = np.stack([codes[f"SUB{n}"] for n in (1, 2, 3)])
    routes = np.stack([codes[f"ROUTE{n}"] for n in (1, 2, 3)])
    alcohol, drugs = (substances == 2).any(axis=0), (substances > 2).any(axis=0)
    injects = (routes == 4).any(axis=0)
    flags = {
        name: (substances == code).any(axis=0).astype(np.int64) for code, name in enumerate(FLAGS, start=2)
    }
    return {
        **flags,
        "IDU": np.where(alcohol | drugs, injects, MISSING),
        "ALCDRUG": alcohol + 2 * drugs,
    }
