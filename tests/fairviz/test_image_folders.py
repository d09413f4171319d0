"""A folder of images from the file system to a report, through the workbench and the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairviz.cli import app
from fairviz.config import Settings
from fairviz.data.specs import ModalitySpec
from fairviz.data.synthetic.glaucoma_images import write_fairvision_folder
from fairviz.errors import DataError, SettingError, TaskError
from fairviz.store.records import State
from fairviz.training import packing
from fairviz.training.packing import image_bytes
from fairviz.training.runs import method_runs
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.fairviz.eyes import as_fairvlmed

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
        assert bench.read_as(dataset.id) == "FairVision, 200 npz files, images of 16 x 16 pixels"
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


@pytest.fixture(scope="module")
def small_images() -> Iterator[None]:
    """Images as small as they may be, also where the command line opens the workbench."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIRVIZ_IMAGE_SIDE", "16")
        patch.setenv("FAIRVIZ_IMAGE_SLICES", "2")
        yield


@dataclass(frozen=True)
class Trained:
    """A folder that the command line has trained on: what it asked for, its home and its JSON."""

    modalities: dict[str, str]
    home: Path
    result: dict[str, Any]


@pytest.fixture(scope="module", params=["FairVision", "FairVLMed"])
def trained(
    request: pytest.FixtureRequest,
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    small_images: None,  # noqa: ARG001
) -> Trained:
    place = tmp_path_factory.mktemp(request.param)
    modalities = {"fundus": "slo_fundus", "notes": "note", "people": "language,maritalstatus"}
    if request.param == "FairVision":
        source, modalities = folder, {**modalities, "slices": "oct_bscans"}
    else:
        source = as_fairvlmed(folder, place / "FairVLMed")
    out = place / "out.json"
    options = ["--target", "glaucoma", "--sensitive", "race", "--seeds", "1", "--epochs", "2"]
    options += ["--batch-size", "40"]
    options += [text for own in modalities.items() for text in ("--modality", "=".join(own))]
    options += ["--json", str(out), "--home", str(place / "home")]
    app(["compare", str(source), *options], standalone_mode=False)
    return Trained(modalities, place / "home", json.loads(out.read_text()))


def test_the_command_line_trains_images_slices_notes_and_a_table_together(trained: Trained) -> None:
    kinds = {own["name"]: own["kind"] for own in trained.result["task"]["modalities"]}
    images = {"fundus": "image", "slices": "image"}
    expected = {"notes": "text", "people": "table"} | images
    assert kinds == {name: expected[name] for name in trained.modalities}
    assert [run["method"] for run in trained.result["runs"]] == ["baseline", "fairgrad", "multifair"]
    for run in trained.result["runs"]:
        assert 0 < run["test"]["auc"] < 1
        assert set(run["test"]["modalities"]) == set(trained.modalities)


def test_the_workbench_trains_the_same_and_answers_what_pages_ask(trained: Trained) -> None:
    with Workbench(trained.home, settings=Settings.from_environment()) as bench:
        (task,) = bench.store.tasks()
        public = bench.create_task(bench.task_spec(task.id).model_copy(update={"public": True}))
        training = TrainingSpec(epochs=2, batch_size=40)
        comparison = bench.train(public.id, ["baseline", "fairgrad", "multifair"], seeds=1, training=training)
        assert bench.wait(comparison, every=0.05).state is State.FINISHED
        runs = {run.spec["method"]: run for run in bench.runs(comparison)}
        for told in trained.result["runs"]:
            run = runs[told["method"]]
            assert run.state is State.FINISHED
            assert run.test is not None
            assert run.test.auc == told["test"]["auc"], "a declaration changes what is told, not what is"
            probes = run.test.modalities
            assert set(probes) == set(trained.modalities)
            assert all(0 < probe.auc < 1 for probe in probes.values())
            curves = bench.group_curves(run.id, "race")
            assert curves.complete
            assert set(curves.groups) == {"Asian", "Black", "White"}
            assert any(own.roc is not None for own in curves.groups.values())
        replayed = bench.what_if(runs["multifair"].id, tau=0.01, delta=0.5)
        assert replayed.scale.shape == (2 * 120 // 40, len(trained.modalities))
        assert np.isfinite(replayed.scale).all()
        with pytest.raises(SettingError, match="without images: they cannot be changed value by value"):
            bench.what_if_patient(comparison, 0, {})


def test_packs_told_are_those_that_memory_of_images_allows(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workbench(tmp_path, settings=SETTINGS.model_copy(update={"workers": 1})) as bench:
        spec = bench.propose_task(bench.add_dataset(folder).id)
        table = [modality for modality in spec.modalities if modality.kind == "table"]
        without = bench.create_task(spec.model_copy(update={"modalities": tuple(table)})).id
        with_images = bench.create_task(spec).id
        runs = method_runs(["baseline"], 6, TrainingSpec(epochs=1, batch_size=40), {})
        each = image_bytes(bench.prepared(with_images), runs)
        assert [bench.packs(task, runs) for task in (without, with_images)] == [1, 1]
        monkeypatch.setattr(packing, "IMAGE_BYTES_ON_CPU", 2 * each)
        assert [bench.packs(task, runs) for task in (without, with_images)] == [1, 3]


def test_a_second_dataset_beside_images_is_refused_whatever_it_holds(folder: Path, tmp_path: Path) -> None:
    write_fairvision_folder(tmp_path / "other", rows=60, seed=2)
    with Workbench(tmp_path / "home", settings=SETTINGS) as bench:
        spec = bench.propose_task(bench.add_dataset(folder).id)
        other = bench.add_dataset(tmp_path / "other").id
        without = bench.table(other).drop(columns=["slo_fundus", "oct_bscans"])
        without.to_csv(tmp_path / "table.csv", index=False)
        table = bench.add_dataset(tmp_path / "table.csv").id
        for second in (other, table):
            with pytest.raises(TaskError, match=r'images in "oct_bscans", "slo_fundus". Test on the first'):
                bench.check_task(spec.model_copy(update={"external": second}))
        tables = tuple(modality for modality in spec.modalities if modality.kind == "table")
        alone = bench.create_task(spec.model_copy(update={"modalities": tables, "external": table}))
        assert len(bench.prepared(alone.id).split.test) == 60
