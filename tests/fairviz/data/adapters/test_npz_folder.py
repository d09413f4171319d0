from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairviz.data.adapters.npz_folder import FolderBounds, read_folder
from fairviz.data.adapters.resize import ImageSize
from fairviz.data.images import ImageStack
from fairviz.data.samples import SAMPLE_FOLDER
from fairviz.data.specs import ModalitySpec, SplitSpec, TaskSpec
from fairviz.data.suggest import suggest_task
from fairviz.data.synthetic.glaucoma import RACES, draw_glaucoma
from fairviz.data.synthetic.glaucoma_images import write_fairvision_folder
from fairviz.errors import DataError
from tests.fairviz.data.adapters.folders import (
    BOUNDS,
    SMALL,
    eye,
    frame_of,
    noted_eye,
    read,
    save,
    write_eyes,
)


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic")
    write_fairvision_folder(folder, rows=20, seed=3)
    return folder


def test_the_table_of_the_synthetic_set_is_what_was_drawn(synthetic: Path, tmp_path: Path) -> None:
    drawn, frame = draw_glaucoma(20, 3), frame_of(synthetic, tmp_path)
    frame = frame.sort_values("file", key=lambda names: names.str[-8:], ignore_index=True)
    assert frame["race"].tolist() == np.array(RACES)[drawn.race].tolist()
    assert frame["male"].tolist() == np.where(drawn.female, "Female", "Male").tolist()
    assert frame["glaucoma"].tolist() == drawn.labels.tolist()
    assert frame["split"].value_counts().to_dict() == {"train": 12, "validation": 4, "test": 4}
    assert set(frame["hispanic"]) <= {"Hispanic", "Non-Hispanic"}
    notes = pd.read_csv(synthetic / "notes.csv").set_index("file")["note"]
    assert frame["note"].tolist() == notes[frame["file"]].tolist()


def test_the_small_folder_that_comes_along_can_be_read(tmp_path: Path) -> None:
    frame = frame_of(SAMPLE_FOLDER / "glaucoma_images", tmp_path)
    assert len(frame) == 48
    assert {"note", "split", "slo_fundus", "oct_bscans", "glaucoma"} <= set(frame.columns)


def test_images_become_stacks_in_the_order_of_rows(synthetic: Path, tmp_path: Path) -> None:
    frame = frame_of(synthetic, tmp_path)
    fundus, slices = (ImageStack.at(tmp_path / f"{name}.npy") for name in ("slo_fundus", "oct_bscans"))
    assert (fundus.shape, slices.shape) == ((20, 1, 16, 16), (20, 4, 16, 16))
    assert frame["slo_fundus"].tolist() == frame["oct_bscans"].tolist() == frame["file"].tolist()
    with np.load(synthetic / frame["file"][7]) as one:
        bright = one["slo_fundus"].mean()
        blocks = one["oct_bscans"][2::4].reshape(4, 16, 2, 16, 2).mean(axis=(2, 4))
    assert fundus.open()[7].mean() == pytest.approx(bright, abs=0.5)
    np.testing.assert_allclose(slices.open()[7], blocks, atol=0.51)


def test_the_folder_names_of_the_published_set(tmp_path: Path) -> None:
    for part in ("Training", "Validation", "Test"):
        write_eyes(tmp_path / "in", eye(), part=part)
    assert frame_of(tmp_path / "in", tmp_path / "out")["split"].tolist() == ["test", "train", "validation"]


def test_files_in_one_place_tell_no_split(tmp_path: Path) -> None:
    assert "split" not in frame_of(write_eyes(tmp_path / "in", eye(), part="."), tmp_path / "out")


def test_notes_summaries_ages_and_the_split_come_from_tables_beside(tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "in", noted_eye(), noted_eye(note="Cupping."), part="data")
    names = ["data_00002.npz", "data_00001.npz"]
    pd.DataFrame({"File Name": names, "Original Note": ["x", "y"], "Summarized Note": ["s2", "s1"]}).to_csv(
        folder / "gpt-4_summarized_notes.csv", index=False
    )
    table = pd.DataFrame(
        {"filename": names, "age": [70, 60], "race": "purple", "md": -9, "use": ["test", "dev"]}
    )
    table.to_csv(folder / "data_summary.csv", index=False)
    pd.DataFrame({"unrelated": [1, 2]}).to_csv(folder / "other.csv", index=False)
    frame = frame_of(folder, tmp_path / "out")
    assert frame["note"].tolist() == ["No cupping seen.", "Cupping."], "the arrays come first"
    assert frame["summary"].tolist() == ["s1", "s2"]
    assert frame["split"].tolist() == ["validation", "test"]
    assert frame["age"].tolist() == [61.5, 61.5]
    assert frame["race"].tolist() == ["Black", "Black"]
    assert "md" not in frame


def test_a_table_tells_what_arrays_do_not(tmp_path: Path) -> None:
    images = {key: eye()[key] for key in ("slo_fundus", "oct_bscans")}
    folder = write_eyes(tmp_path / "in", images, images)
    (folder / "ReadMe").mkdir()
    (folder / "ReadMe" / "data_summary_glaucoma.csv").write_text(
        "filename,age,gender,race,ethnicity,language,maritalstatus,md,glaucoma,use\n"
        "data_00001.npz,72.4,female,white,non-hispanic,english,widowed,-22.9,yes,training\n"
        "data_00002.npz,61.9,male,black,hispanic,english,single,1.5,no,training\n"
    )
    frame = frame_of(folder, tmp_path / "out")
    assert frame["glaucoma"].tolist() == ["yes", "no"]
    assert frame["race"].tolist() == ["white", "black"]
    assert {"gender", "ethnicity", "language", "maritalstatus", "age"} <= set(frame.columns)
    assert "md" not in frame


def test_arrays_come_before_a_table_that_names_attributes_otherwise(tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "in", eye())
    (folder / "data_summary.csv").write_text("filename,gender,ethnicity\ndata_00001.npz,male,hispanic\n")
    assert not {"gender", "ethnicity"} & set(frame_of(folder, tmp_path / "out").columns)


def test_a_table_that_tells_of_few_files_leaves_the_others_empty(tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "in", eye(), eye(), eye())
    (folder / "notes.csv").write_text("file,note\ntrain/data_00002.npz,seen\nelsewhere.npz,not ours\n")
    assert frame_of(folder, tmp_path / "out")["note"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("file,note\ndata_00001.npz,a\ntrain/data_00001.npz,b\n", "one named twice"),
        ("file,note\n../data_00001.npz,a\n/etc/passwd,b\n", "no name of a file that is there"),
    ],
)
def test_a_table_that_names_files_wrongly(tmp_path: Path, text: str, found: str) -> None:
    folder = write_eyes(tmp_path / "in", eye())
    (folder / "notes.csv").write_text(text)
    with pytest.raises(
        DataError, match=f"notes.csv: expected each file of the folder named once, found {found}"
    ):
        read(folder, tmp_path / "out")


def test_an_image_that_is_not_there_is_missing(tmp_path: Path) -> None:
    empty = np.empty((0, 20, 20), dtype=np.uint8)
    folder = write_eyes(tmp_path / "in", eye(), eye(oct_bscans=empty))
    frame = frame_of(folder, tmp_path / "out")
    assert frame["oct_bscans"].isna().tolist() == [False, True]
    assert not ImageStack.at(tmp_path / "out" / "oct_bscans.npy").open()[1].any()


def test_volumes_of_other_depths_and_sizes_become_alike(tmp_path: Path) -> None:
    flat = np.full((3, 30, 10), 7, dtype=np.uint8)
    read(write_eyes(tmp_path / "in", eye(), eye(oct_bscans=flat)), tmp_path / "out")
    stack = ImageStack.at(tmp_path / "out" / "oct_bscans.npy")
    assert stack.shape == (2, 4, 16, 16)
    assert (stack.open()[1] == 7).all()


def test_a_first_file_with_few_slices_decides(tmp_path: Path) -> None:
    read(write_eyes(tmp_path / "in", eye(oct_bscans=np.ones((2, 8, 8), np.uint8)), eye()), tmp_path / "out")
    assert ImageStack.at(tmp_path / "out" / "oct_bscans.npy").shape == (2, 2, 16, 16)


def test_the_identity_follows_names_contents_and_size(tmp_path: Path) -> None:
    def identity(*eyes: dict[str, object], part: str = "train", size: ImageSize = SMALL) -> str:
        number = len(list(tmp_path.iterdir()))
        folder = write_eyes(tmp_path / str(number), *eyes, part=part)
        (into := tmp_path / f"out {number}").mkdir()
        return read_folder(folder, into, FolderBounds(2**30, 2**20, size)).dataset_id

    usual = identity(eye(), eye())
    assert len(usual) == 64
    assert usual == identity(eye(), eye())
    others = [
        identity(eye(), eye(glaucoma=0)),
        identity(eye(), eye(), part="test"),
        identity(eye()),
        identity(eye(), eye(), size=ImageSize(side=8, slices=4)),
    ]
    assert len({usual, *others}) == 5


def test_notes_change_the_identity(tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "in", eye())
    (folder / "notes.csv").write_text("file,note\ndata_00001.npz,a\n")
    before = read(folder, tmp_path / "one").dataset_id
    (folder / "notes.csv").write_text("file,note\ndata_00001.npz,b\n")
    assert read(folder, tmp_path / "two").dataset_id != before


def test_progress_is_told_after_each_file(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    (tmp_path / "out").mkdir()
    folder = write_eyes(tmp_path / "in", eye(), eye())
    read_folder(folder, tmp_path / "out", BOUNDS, lambda *progress: told.append(progress))
    assert told == [(1, 2), (2, 2)]


def test_hidden_files_and_other_kinds_are_left_out(tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "in", eye())
    save(folder / "train" / ".data_00002.npz", eye())
    save(folder / ".cache" / "data_00003.npz", eye())
    (folder / "train" / "slo_00001.jpg").write_bytes(b"\xff\xd8\xff")
    assert frame_of(folder, tmp_path / "out")["file"].tolist() == ["train/data_00001.npz"]


def test_images_are_proposed_as_modalities_of_their_own(synthetic: Path, tmp_path: Path) -> None:
    frame = pd.concat([frame_of(synthetic, tmp_path)] * 3, ignore_index=True)
    frame["note"] += [f" Seen on day {row}." for row in range(len(frame))]
    given = {"outcome": "glaucoma", "sensitive": ["race"], "images": ("slo_fundus", "oct_bscans")}
    spec: TaskSpec = suggest_task(frame, dataset="0" * 64, name="t", use_text=True, **given)  # type: ignore[arg-type]
    assert spec.positive == "1"
    assert spec.split == SplitSpec(column="split")
    assert [modality for modality in spec.modalities if modality.kind == "image"] == [
        ModalitySpec(name=name, columns=(name,), kind="image") for name in ("oct_bscans", "slo_fundus")
    ]
    assert ModalitySpec(name="notes", columns=("note",), kind="text") in spec.modalities
    assert not {"slo_fundus", "oct_bscans"} & set(spec.drop)
