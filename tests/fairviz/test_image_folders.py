"""A folder of images from the file system to a report, through the workbench and the command line."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from fairviz.cli import main
from fairviz.config import Settings
from fairviz.data.specs import ModalitySpec
from fairviz.data.synthetic.glaucoma_images import write_fairvision_folder
from fairviz.errors import DataError, TaskError
from fairviz.workbench import Workbench

SETTINGS = Settings(image_side=16, image_slices=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up patients in the layout of FairVision, with notes."""
    folder = tmp_path_factory.mktemp("eyes") / "Glaucoma"
    write_fairvision_folder(folder, rows=200, seed=1)
    return folder


def test_a_folder_is_a_dataset_with_images(folder: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with Workbench(tmp_path, settings=SETTINGS) as bench:
        dataset = bench.add_dataset(folder, on_progress=lambda *progress: told.append(progress))
        assert (dataset.name, dataset.rows) == ("Glaucoma", 200)
        assert told[-1] == (200, 200)
        assert {name: stack.shape for name, stack in bench.images(dataset.id).items()} == {
            "oct_bscans": (200, 2, 16, 16),
            "slo_fundus": (200, 1, 16, 16),
        }
        kinds = {column.name: column.kind for column in bench.profile(dataset.id)}
        assert (kinds["slo_fundus"], kinds["note"], kinds["split"]) == ("image", "text", "category")
        assert bench.add_dataset(folder).id == dataset.id
        assert not list(tmp_path.glob("folder-*")), "nothing unfinished is left"


def test_deleting_a_dataset_deletes_its_images(folder: Path, tmp_path: Path) -> None:
    with Workbench(tmp_path, settings=SETTINGS) as bench:
        dataset = bench.add_dataset(folder)
        bench.delete_dataset(dataset.id)
        assert not list((tmp_path / "datasets").iterdir())


def test_a_folder_that_is_wrong_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    wrong = shutil.copytree(folder, tmp_path / "wrong")
    (wrong / "test" / "data_0200.npz").write_bytes(b"not an archive")
    with Workbench(tmp_path / "home", settings=SETTINGS) as bench:
        with pytest.raises(DataError, match=r"data_0200.npz, file: expected a whole ZIP archive"):
            bench.add_dataset(wrong)
        assert bench.store.datasets() == []
        assert not list((tmp_path / "home" / "datasets").iterdir())
        assert not list((tmp_path / "home").glob("folder-*"))


def test_the_proposal_reads_images_and_keeps_the_given_split(folder: Path, tmp_path: Path) -> None:
    with Workbench(tmp_path, settings=SETTINGS) as bench:
        spec = bench.propose_task(bench.add_dataset(folder).id)
        assert (spec.outcome, spec.positive, spec.split.column) == ("glaucoma", "1", "split")
        assert set(spec.sensitive) == {"race", "male", "hispanic"}
        kinds = {modality.name: modality.kind for modality in spec.modalities}
        assert kinds == {"demographics": "table", "oct_bscans": "image", "slo_fundus": "image"}
        assert set(bench.drop_reasons(spec)) == {"file", "note"}
        data = bench.prepared(bench.create_task(spec).id)
        drawn = bench.table(spec.dataset)["split"].to_numpy()
        assert (drawn[data.split.test] == "test").all()
        assert len(data.split.test) == np.count_nonzero(drawn == "test")


def test_images_are_no_outcome(folder: Path, tmp_path: Path) -> None:
    with Workbench(tmp_path, settings=SETTINGS) as bench:
        dataset = bench.add_dataset(folder).id
        spec = bench.propose_task(dataset, outcome="slo_fundus", positive="train/data_0001.npz")
        with pytest.raises(TaskError, match='outcome "slo_fundus": expected at least 10 rows of each value'):
            bench.check_task(spec)


def test_images_beside_other_columns_are_refused(folder: Path, tmp_path: Path) -> None:
    with Workbench(tmp_path, settings=SETTINGS) as bench:
        dataset = bench.add_dataset(folder).id
        assert bench.modality(dataset, "eye", ["slo_fundus"]) == ModalitySpec(
            name="eye", columns=("slo_fundus",), kind="image"
        )
        with pytest.raises(TaskError, match='modality "eye": expected one column of images alone'):
            bench.modality(dataset, "eye", ["slo_fundus", "language"])


def test_what_the_server_offers(folder: Path, tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"data_folder": folder.parent})
    with Workbench(tmp_path, settings=settings) as bench:
        assert bench.offered() == ("Glaucoma", "Glaucoma/notes.csv")
        assert bench.add_offered("Glaucoma").rows == 200
        with pytest.raises(DataError, match="one inside the folder that is offered"):
            bench.add_offered("../..")
    with Workbench(tmp_path, settings=SETTINGS) as closed:
        assert closed.offered() == ()
        with pytest.raises(DataError, match="one inside the folder that is offered"):
            closed.add_offered("Glaucoma")


def test_images_slices_notes_and_a_table_train_together(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.json"
    options = ["--target", "glaucoma", "--sensitive", "race", "--modality", "fundus=slo_fundus"]
    options += ["--modality", "slices=oct_bscans", "--modality", "notes=note"]
    options += [
        "--modality",
        "people=language,maritalstatus",
        "--method",
        "baseline",
        "--method",
        "multifair",
    ]
    options += ["--seeds", "1", "--epochs", "2", "--json", str(out), "--home", str(tmp_path / "home")]
    monkeypatch.setenv("FAIRVIZ_IMAGE_SIDE", "16")
    monkeypatch.setenv("FAIRVIZ_IMAGE_SLICES", "2")
    monkeypatch.setattr(sys, "argv", ["fairviz", "compare", str(folder), *options])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    result = json.loads(out.read_text())
    assert [own["kind"] for own in result["task"]["modalities"]] == ["image", "image", "text", "table"]
    assert [run["method"] for run in result["runs"]] == ["baseline", "multifair"]
    for run in result["runs"]:
        assert 0 < run["test"]["auc"] < 1
        assert set(run["test"]["modalities"]) == {"fundus", "slices", "notes", "people"}
