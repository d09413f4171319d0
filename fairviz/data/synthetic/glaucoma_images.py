"""The synthetic glaucoma patients as images, in the folder layout of FairVision.

Layout and keys follow Luo et al. 2024 (FairVision, arXiv:2310.02492): one data_0001.npz per eye with
`slo_fundus`, `oct_bscans` and the attributes, coded as there: race Asian 0, Black 1, White 2; male 1;
hispanic 1; language English 0, Spanish 1, other 2; maritalstatus married 0, single 1, divorced 2,
widowed 3. The arrays are plain numbers, so `numpy.load(..., allow_pickle=False)` reads them.

The images render the latent numbers of `fairviz.data.synthetic.glaucoma` and nothing else: the 20
cup numbers push the cup's outline in and out at 20 angles, the 30 field numbers are the thickness
of the nerve layer on a grid of 6 bands of slices by 5 columns (the upper three bands are one
hemifield). They resemble an eye only as far as a network needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.synthetic.glaucoma import RACES, GlaucomaRows, draw_glaucoma

FUNDUS: Final = 200
SLICES, HEIGHT, WIDTH = 16, 32, 32
PARTS: Final = (("train", 0.6), ("val", 0.2), ("test", 0.2))
NOTES_FILE: Final = "notes.csv"

_RACE_CODES: Final = {"Asian": 0, "Black": 1, "White": 2}
_GRID: Final = (6, 5)
# Pixels: disc radius, mean cup radius, and cup radius per unit of a cup number.
_DISC, _CUP, _CUP_STEP = 40.0, 20.0, 4.0
# Pixels: mean thickness of the nerve layer, and thickness per unit of a field number.
_LAYER, _LAYER_STEP = 10.0, 2.0
_LAYER_TOP: Final = 8.0


def write_fairvision_folder(folder: Path, *, rows: int = 48, seed: int = 0) -> None:
    """Write train/, val/ and test/ with one file per patient, and notes.csv with a note for each.

    Args:
        folder: created where absent; files of the same names are replaced.
        rows: number of patients, numbered through the three parts.
        seed: of patients, attributes and grain.
    """
    rng = np.random.default_rng([seed, 1])
    patients = draw_glaucoma(rows, seed)
    people = _people(patients, rng)
    fundus, slices = draw_fundus(patients.cup, rng), draw_slices(patients.field, rng)
    places = _places(rows)
    for row, place in enumerate(places):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        facts: dict[str, Any] = {name: values[row] for name, values in people.items()}
        np.savez_compressed(path, slo_fundus=fundus[row], oct_bscans=slices[row], **facts)
    notes = pd.DataFrame({"file": places, "note": _notes(patients, people, rng)})
    notes.to_csv(folder / NOTES_FILE, index=False, lineterminator="\n")


def _places(rows: int) -> list[str]:
    ends = np.round(np.cumsum([share for _, share in PARTS]) * rows)
    names = [name for name, _ in PARTS]
    parts = np.searchsorted(ends, np.arange(rows), side="right")
    return [f"{names[part]}/data_{row + 1:04d}.npz" for row, part in enumerate(parts)]


def _people(patients: GlaucomaRows, rng: np.random.Generator) -> dict[str, NDArray[np.int64]]:
    rows = len(patients.labels)
    codes = np.array([_RACE_CODES[race] for race in RACES], dtype=np.int64)
    return {
        "race": codes[patients.race],
        "male": (~patients.female).astype(np.int64),
        "hispanic": rng.choice(2, rows, p=[0.95, 0.05]),
        "language": rng.choice(3, rows, p=[0.90, 0.03, 0.07]),
        "maritalstatus": rng.choice(4, rows, p=[0.58, 0.26, 0.07, 0.09]),
        "glaucoma": patients.labels,
    }


def draw_fundus(cup: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw disc and cup [N, 200, 200]: bright inside the cup, dimmer in the rim, dark outside."""
    down, across = np.mgrid[:FUNDUS, :FUNDUS] - (FUNDUS - 1) / 2
    radius, angle = np.hypot(down, across), np.arctan2(down, across)
    corners = cup.shape[1]
    turn = angle / (2 * np.pi) % 1 * corners
    low, part = turn.astype(np.int64) % corners, turn % 1
    outline = _CUP + _CUP_STEP * (cup[:, low] * (1 - part) + cup[:, (low + 1) % corners] * part)
    outline = np.clip(outline, 3, _DISC - 2)
    image = 60 + 80 * _inside(_DISC - radius) + 90 * _inside(outline - radius)
    return _as_bytes(image, rng)


def draw_slices(field: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw the nerve layer [N, 16, 32, 32]: a bright band as thick as the field numbers say."""
    bands, columns = _GRID
    band = np.arange(SLICES) * bands // SLICES
    column = np.arange(WIDTH) * columns // WIDTH
    grid = field.reshape(-1, bands, columns)
    thickness = np.clip(_LAYER + _LAYER_STEP * grid[:, band][:, :, column], 1, HEIGHT - _LAYER_TOP)
    depth = np.asarray(np.arange(HEIGHT)[:, np.newaxis] - _LAYER_TOP, dtype=np.float64)
    layer = _inside(depth) * _inside(thickness[:, :, np.newaxis, :] - depth)
    return _as_bytes(40 + 150 * layer, rng)


def _inside(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 inside an outline and 0 outside, with an edge one pixel wide."""
    return np.clip(distance + 0.5, 0, 1)


def _as_bytes(image: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.uint8]:
    grain = rng.normal(scale=3, size=image.shape)
    return np.clip(np.round(image + grain), 0, 255).astype(np.uint8)


def _notes(
    patients: GlaucomaRows, people: dict[str, NDArray[np.int64]], rng: np.random.Generator
) -> list[str]:
    ages = rng.integers(45, 86, len(patients.labels))
    return [
        _note(int(age), bool(male), record)
        for age, male, record in zip(ages, people["male"], patients.record, strict=True)
    ]


def _note(age: int, male: bool, record: NDArray[np.float64]) -> str:
    """Put the eight record numbers into the words of a clinic note."""
    pressure, thickness, sphere, acuity, systolic, glucose, drops, family = record
    return (
        f"{age}-year-old {'man' if male else 'woman'} seen in eye clinic. "
        f"Intraocular pressure {16 + 3 * pressure:.1f} mmHg, "
        f"central corneal thickness {545 + 33 * thickness:.0f} micrometres, "
        f"refraction {-0.5 + 1.8 * sphere:+.2f} dioptres, "
        f"visual acuity {0.1 + 0.1 * acuity:.2f} logMAR. "
        f"Blood pressure {132 + 15 * systolic:.0f} mmHg systolic, "
        f"glucose {5.6 + 0.9 * glucose:.1f} mmol/L. "
        f"Adherence score {drops:.2f}, family history score {family:.2f}."
    )
