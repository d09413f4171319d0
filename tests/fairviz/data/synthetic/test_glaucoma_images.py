from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairviz.data.synthetic.glaucoma import draw_glaucoma
from fairviz.data.synthetic.glaucoma_images import NOTES_FILE, write_fairvision_folder

FACTS = ("race", "male", "hispanic", "language", "maritalstatus", "glaucoma")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("images")
    write_fairvision_folder(path, rows=20, seed=3)
    return path


def eyes(folder: Path) -> list[dict[str, np.ndarray]]:
    loaded = []
    for path in sorted(folder.rglob("*.npz"), key=lambda path: path.name):
        with np.load(path, allow_pickle=False) as file:
            loaded.append({key: file[key] for key in file.files})
    return loaded


def test_every_patient_is_in_one_part(folder: Path) -> None:
    counts = [len(list((folder / part).glob("data_*.npz"))) for part in ("train", "val", "test")]
    assert counts == [12, 4, 4]


def test_arrays_are_plain_and_of_the_stated_form(folder: Path) -> None:
    for eye in eyes(folder):
        assert [eye[key].shape for key in ("slo_fundus", "oct_bscans")] == [(200, 200), (16, 32, 32)]
        assert [eye[key].dtype.name for key in ("slo_fundus", "oct_bscans")] == ["uint8", "uint8"]
        assert {eye[key].dtype.kind for key in FACTS} == {"i"}


def test_the_images_show_the_latent_numbers(folder: Path) -> None:
    patients = draw_glaucoma(20, 3)
    loaded = eyes(folder)
    np.testing.assert_array_equal([eye["glaucoma"] for eye in loaded], patients.labels)
    bright = [np.count_nonzero(eye["slo_fundus"] > 200) for eye in loaded]
    assert np.corrcoef(bright, patients.cup.mean(axis=1))[0, 1] > 0.95
    layer = [np.count_nonzero(eye["oct_bscans"] > 115) for eye in loaded]
    assert np.corrcoef(layer, patients.field.mean(axis=1))[0, 1] > 0.9


def test_notes_have_one_line_per_file_and_no_diagnosis(folder: Path) -> None:
    notes = pd.read_csv(folder / NOTES_FILE)
    assert len(notes) == 20
    assert all((folder / place).is_file() for place in notes["file"])
    assert not notes["note"].str.contains("glaucoma", case=False).any()
