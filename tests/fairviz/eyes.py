"""The synthetic glaucoma patients with their images on disk: a fundus image and a stack of slices each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.images import Images, ImageStackWriter
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.data.synthetic.glaucoma import RACES, draw_glaucoma
from fairviz.data.synthetic.glaucoma_images import (
    FUNDUS,
    HEIGHT,
    NOTES_FILE,
    SLICES,
    WIDTH,
    draw_fundus,
    draw_slices,
)

SIDE, STEP = 32, 6
_ROWS_AT_ONCE = 50
MODALITIES = (
    ModalitySpec(name="record", columns=tuple(f"record_{at}" for at in range(8))),
    ModalitySpec(name="fundus", columns=("fundus",), kind="image"),
    ModalitySpec(name="slices", columns=("slices",), kind="image"),
)


def eyes(folder: Path, rows: int = 400, seed: int = 0) -> tuple[pd.DataFrame, Images]:
    """Draw patients: every ninth lacks the fundus image, every seventh the slices."""
    patients = draw_glaucoma(rows, seed)
    frame = pd.DataFrame(
        {
            "race": np.array(RACES, dtype=object)[patients.race],
            "sex": np.where(patients.female, "Female", "Male"),
            **{f"record_{at}": values for at, values in enumerate(patients.record.T)},
            "fundus": [None if row % 9 == 0 else f"eye_{row}" for row in range(rows)],
            "slices": [None if row % 7 == 0 else f"eye_{row}" for row in range(rows)],
            "glaucoma": patients.labels,
        }
    )
    rng = np.random.default_rng([seed, 1])
    fundus = ImageStackWriter(folder / "fundus.npy", (rows, 1, SIDE, SIDE))
    slices = ImageStackWriter(folder / "slices.npy", (rows, SLICES // 4, HEIGHT // 2, WIDTH // 2))
    with fundus, slices:
        for start in range(0, rows, _ROWS_AT_ONCE):
            own = slice(start, start + _ROWS_AT_ONCE)
            fundus.write(_smaller(draw_fundus(patients.cup[own], rng))[:, np.newaxis])
            slices.write(draw_slices(patients.field[own], rng)[:, ::4, ::2, ::2])
    return frame, {"fundus": fundus.stack, "slices": slices.stack}


def _smaller(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Every sixth pixel of the middle."""
    start = (FUNDUS - STEP * SIDE) // 2
    return images[:, start : start + STEP * SIDE : STEP, start : start + STEP * SIDE : STEP]


def as_fairvlmed(fairvision: Path, folder: Path) -> Path:
    """The same patients as a folder in the layout of FairVLMed: without slices, notes in the arrays."""
    notes = pd.read_csv(fairvision / NOTES_FILE).set_index("file")["note"]
    parts = {"train": "Training", "val": "Validation", "test": "Test"}
    for number, (name, note) in enumerate(notes.items(), start=1):
        with np.load(fairvision / str(name)) as own:
            arrays = {key: own[key] for key in own if key not in {"male", "hispanic", "oct_bscans"}}
            arrays |= {"gender": own["male"], "ethnicity": own["hispanic"], "note": np.array(note)}
        path = folder / parts[Path(str(name)).parent.name] / f"data_{number:05d}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **arrays)
    return folder


def eyes_task(names: Sequence[str] = ("record", "fundus", "slices")) -> TaskSpec:
    """Glaucoma from some of the modalities."""
    return TaskSpec(
        name="Eyes",
        dataset="eyes",
        outcome="glaucoma",
        positive="1",
        sensitive=("race", "sex"),
        modalities=tuple(modality for modality in MODALITIES if modality.name in names),
        public=True,
    )
