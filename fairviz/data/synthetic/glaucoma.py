"""Synthetic glaucoma with three modalities and a real, partly reducible gap between groups.

No row describes a person. Race r is White, Black or Asian with .72 / .18 / .10, sex a fair coin,
glaucoma y ~ Bernoulli(.40, .46, .40 by r), t = 2y - 1. Directions q, v, w are random orthonormal
and fixed per seed; noise is N(0, I). Angles are in degrees.

- cup (20 numbers, "cup size", easy): noise + (a t/2 cos th + kappa N(0,1)) q1 + (a t/2 sin th) q2
  + s q3, with a = 2.2 / 1.6 / 2.0 (x .9 for women), kappa = 0 / 1 / .3 (physiological cup size
  varies more), th = 0 / 60 / 20, s = 0 / 1 / .5 by r.
- field (30 numbers, "which hemifield is thin", a product of two signs, learned late): k = +-1 at random;
  noise + b k (cos ph v1 + sin ph v3) + b k t (cos ph v2 + sin ph v4), with b = .9 / 1.3 / .9 and
  ph = 0 / 70 / 0 by r.
- record (8 numbers): noise + .6 t/2 w.

The null control gives every row the parameters of White men, prevalence included: what a method
then reports as a gap is chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RACES: Final = ("White", "Black", "Asian")
RACE_SHARES: Final = (0.72, 0.18, 0.10)
CUP, FIELD, RECORD = 20, 30, 8

# By race, in the order of RACES.
_PREVALENCE: Final = np.array([0.40, 0.46, 0.40])
_CUP_SIGNAL: Final = np.array([2.2, 1.6, 2.0])
_CUP_SPREAD: Final = np.array([0.0, 1.0, 0.3])
_CUP_ANGLE: Final = np.deg2rad([0.0, 60.0, 20.0])
_CUP_SHIFT: Final = np.array([0.0, 1.0, 0.5])
_FIELD_SIGNAL: Final = np.array([0.9, 1.3, 0.9])
_FIELD_ANGLE: Final = np.deg2rad([0.0, 70.0, 0.0])
_WOMEN: Final = 0.9
_RECORD_SIGNAL: Final = 0.6


@dataclass(frozen=True)
class GlaucomaRows:
    """N made-up patients.

    Attributes:
        race: int64 [N], index into `RACES`.
        female: bool [N].
        labels: int64 [N], 1 for glaucoma.
        cup, field, record: float64 [N, 20], [N, 30], [N, 8].
        hemifield: float64 [N], +1 or -1: the half that is thin (k).
        cup_size: float64 [N], the cup along its own direction q1, before noise.
    """

    race: NDArray[np.int64]
    female: NDArray[np.bool_]
    labels: NDArray[np.int64]
    cup: NDArray[np.float64]
    field: NDArray[np.float64]
    record: NDArray[np.float64]
    hemifield: NDArray[np.float64]
    cup_size: NDArray[np.float64]


def make_glaucoma(rows: int, seed: int, null: bool = False) -> pd.DataFrame:
    """Draw patients as a table.

    Returns:
        race, sex, cup_01 .. cup_20, field_01 .. field_30, record_01 .. record_08 and glaucoma (0, 1).
    """
    drawn = draw_glaucoma(rows, seed, null=null)
    return pd.DataFrame(
        {
            "race": np.array(RACES, dtype=object)[drawn.race],
            "sex": np.where(drawn.female, "Female", "Male"),
            **_columns("cup", drawn.cup),
            **_columns("field", drawn.field),
            **_columns("record", drawn.record),
            "glaucoma": drawn.labels,
        }
    )


def draw_glaucoma(rows: int, seed: int, *, null: bool = False) -> GlaucomaRows:
    """Draw patients as arrays; `null` gives every row the parameters of White men."""
    rng = np.random.default_rng(seed)
    q, v, w = (_orthonormal(rng, *size) for size in ((CUP, 3), (FIELD, 4), (RECORD, 1)))
    race = rng.choice(len(RACES), rows, p=RACE_SHARES)
    female = rng.random(rows) < 0.5
    shape = np.zeros_like(race) if null else race
    labels = (rng.random(rows) < _PREVALENCE[shape]).astype(np.int64)
    sign = np.asarray(2.0 * labels - 1, dtype=np.float64)
    strength = np.ones(rows) if null else np.where(female, _WOMEN, 1.0)
    cup_parts = _cup(shape, sign, strength, rng)
    hemifield = np.asarray(rng.choice([-1.0, 1.0], rows), dtype=np.float64)
    record = _noise(rng, rows, RECORD) + _RECORD_SIGNAL * np.outer(sign / 2, w[0])
    return GlaucomaRows(
        race=race,
        female=female,
        labels=labels,
        cup=_noise(rng, rows, CUP) + cup_parts @ q,
        field=_noise(rng, rows, FIELD) + _field(shape, sign, hemifield) @ v,
        record=record,
        hemifield=hemifield,
        cup_size=cup_parts[:, 0],
    )


def _cup(
    race: NDArray[np.int64],
    sign: NDArray[np.float64],
    strength: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the cup's parts along q1, q2, q3 [N, 3]."""
    signal = _CUP_SIGNAL[race] * strength * sign / 2
    physiological = _CUP_SPREAD[race] * rng.normal(size=len(race))
    along = signal * np.cos(_CUP_ANGLE[race]) + physiological
    return np.column_stack([along, signal * np.sin(_CUP_ANGLE[race]), _CUP_SHIFT[race]])


def _field(
    race: NDArray[np.int64], sign: NDArray[np.float64], hemifield: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the field's parts along v1, v2, v3, v4 [N, 4]."""
    which = _FIELD_SIGNAL[race] * hemifield
    straight, turned = np.cos(_FIELD_ANGLE[race]), np.sin(_FIELD_ANGLE[race])
    return np.column_stack([which * straight, which * sign * straight, which * turned, which * sign * turned])


def _orthonormal(rng: np.random.Generator, width: int, count: int) -> NDArray[np.float64]:
    """Return `count` random orthonormal directions as rows [count, width]."""
    return np.linalg.qr(rng.normal(size=(width, count)))[0].T


def _noise(rng: np.random.Generator, rows: int, width: int) -> NDArray[np.float64]:
    return rng.normal(size=(rows, width))


def _columns(name: str, values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Name the columns of one modality; digits padded so that names sort in order."""
    return {f"{name}_{at + 1:02d}": values[:, at] for at in range(values.shape[1])}
