"""Notes and images read by pretrained models, through the workbench and the command line."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fairviz.cli import BAD_INPUT, main
from fairviz.config import Settings
from fairviz.data import pretrained
from fairviz.data.images import NO_IMAGES
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.data.synthetic.glaucoma_images import write_fairvision_folder
from fairviz.errors import SettingError, TaskError
from fairviz.jobs.features import PretrainedFeatures
from fairviz.store.records import State
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.fairviz.tiny_models import needs_transformers, save_bert, save_vit

pytestmark = needs_transformers

NOTES = ModalitySpec(name="notes", columns=("note",), kind="text", pretrained="bert")
FUNDUS = ModalitySpec(name="fundus", columns=("slo_fundus",), kind="image", pretrained="vit")
SLICES = ModalitySpec(name="slices", columns=("oct_bscans",), kind="image")


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up patients in the layout of FairVision, with notes."""
    folder = tmp_path_factory.mktemp("eyes") / "Glaucoma"
    write_fairvision_folder(folder, rows=200, seed=1)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    save_bert(folder / "bert")
    save_vit(folder / "vit")
    return folder


@pytest.fixture
def bench(models: Path, tmp_path: Path) -> Iterator[Workbench]:
    settings = Settings(image_side=32, image_slices=2, models_folder=models, workers=1)
    with Workbench(tmp_path / "home", settings=settings) as bench:
        yield bench


def task_of(bench: Workbench, eyes: Path, *modalities: ModalitySpec) -> TaskSpec:
    return bench.propose_task(bench.add_dataset(eyes).id, sensitive=["race"], modalities=modalities)


def kept(bench: Workbench) -> list[Path]:
    return sorted((bench.settings.home / "datasets").glob("*.features.npy"))


def test_networks_and_comparators_train_on_what_the_models_give(bench: Workbench, eyes: Path) -> None:
    task = bench.create_task(task_of(bench, eyes, NOTES, FUNDUS)).id
    methods = ["baseline", "multifair", "logistic-regression"]
    comparison = bench.train(task, methods, seeds=1, training=TrainingSpec(epochs=2))
    assert bench.wait(comparison).state is State.FINISHED
    assert bench.reading is None
    data = bench.prepared(task)
    assert (data.images, [own.shape for own in data.inputs]) == ({}, [(200, 16), (200, 16)])
    for run in bench.runs(comparison):
        assert run.test is not None
        assert 0 < run.test.auc < 1


def test_a_patient_is_asked_about_with_what_the_model_has_read(bench: Workbench, eyes: Path) -> None:
    people = ModalitySpec(name="people", columns=("language", "maritalstatus"))
    task = bench.create_task(task_of(bench, eyes, NOTES, people)).id
    comparison = bench.train(task, ["baseline"], seeds=1, training=TrainingSpec(epochs=1))
    assert bench.wait(comparison).state is State.FINISHED
    (run,) = bench.runs(comparison)
    (answer,) = bench.what_if_patient(comparison, 5, {"note": ""}).runs
    assert answer.recorded == pytest.approx(float(bench.store.scores(run.id)[5, 0]), abs=1e-6)
    assert answer.changed != answer.recorded
    with pytest.raises(SettingError, match=r'column "note".*one that "bert" reads.*Leave "notes"'):
        bench.what_if_patient(comparison, 5, {"note": "fever"})


def test_images_that_a_network_learns_from_stand_beside(bench: Workbench, eyes: Path) -> None:
    task = bench.create_task(task_of(bench, eyes, NOTES, FUNDUS, SLICES)).id
    comparison = bench.train(task, ["baseline"], seeds=1, training=TrainingSpec(epochs=1))
    assert bench.wait(comparison).state is State.FINISHED
    assert list(bench.prepared(task).images) == [2]


def test_a_model_reads_a_dataset_once(bench: Workbench, eyes: Path) -> None:
    told: list[tuple[int, int]] = []
    spec = task_of(bench, eyes, NOTES)
    bench.prepared(bench.create_task(spec).id, lambda *progress: told.append(progress))
    assert told[-1] == (200, 200)
    told.clear()
    other = spec.model_copy(update={"sensitive": ("male",)})
    bench.prepared(bench.create_task(other).id, lambda *progress: told.append(progress))
    assert (told, len(kept(bench))) == ([], 1)
    bench.delete_dataset(spec.dataset)
    assert not list((bench.settings.home / "datasets").iterdir())


def test_another_model_of_the_same_name_reads_again(eyes: Path, models: Path, tmp_path: Path) -> None:
    own = tmp_path / "home" / "models"
    shutil.copytree(models / "bert", own / "bert")
    with Workbench(tmp_path / "home") as bench:
        spec = task_of(bench, eyes, NOTES)
        table = bench.table(spec.dataset)
        reader = PretrainedFeatures(bench.settings)
        one = reader.of(spec.dataset, NOTES, table, NO_IMAGES)
        shutil.rmtree(own / "bert")
        save_bert(own / "bert", seed=1)
        other = reader.of(spec.dataset, NOTES, table, NO_IMAGES)
        assert np.abs(one - other).max() > 0.1
        assert len(kept(bench)) == 2


def test_a_second_dataset_is_read_as_well(bench: Workbench, eyes: Path, tmp_path: Path) -> None:
    table = bench.table(bench.add_dataset(eyes).id)[["race", "note", "glaucoma"]]
    for name, own in (("here", table[:120]), ("there", table[120:])):
        own.to_csv(tmp_path / f"{name}.csv", index=False)
    here, there = (bench.add_dataset(tmp_path / f"{name}.csv").id for name in ("here", "there"))
    spec = bench.propose_task(here, outcome="glaucoma", sensitive=["race"], modalities=[NOTES])
    data = bench.prepared(bench.create_task(spec.model_copy(update={"external": there})).id)
    assert data.inputs[0].shape == (200, 16)
    assert data.split.test.tolist() == list(range(120, 200))
    assert {path.name.split(".")[0] for path in kept(bench)} == {here, there}


def test_a_task_says_before_training_that_its_model_is_not_there(bench: Workbench, eyes: Path) -> None:
    spec = task_of(bench, eyes, NOTES).with_models({"notes": "../bert"})
    with pytest.raises(TaskError, match=r'pretrained model "../bert".*models for text there: bert'):
        bench.create_task(spec)
    people = task_of(bench, eyes, ModalitySpec(name="people", columns=("language",), pretrained="bert"))
    with pytest.raises(TaskError, match="found numbers or categories"):
        bench.check_task(people)


def test_a_task_says_before_training_that_the_package_is_not_there(
    bench: Workbench, eyes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = task_of(bench, eyes, NOTES)
    monkeypatch.setattr(pretrained, "find_spec", lambda _: None)
    with pytest.raises(SettingError, match="pip install transformers"):
        bench.create_task(spec)
    bench.create_task(spec.with_models({}))


def test_what_is_not_known_of_a_model_is_said(bench: Workbench, eyes: Path) -> None:
    notes = [note.text for note in bench.check_task(task_of(bench, eyes, NOTES))]
    assert sum('"notes" is read by the pretrained model "bert"' in text for text in notes) == 1


def test_a_training_that_is_cancelled_stops_reading(
    bench: Workbench, eyes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fairviz.training import pretrained as reading

    task = bench.create_task(task_of(bench, eyes, NOTES)).id
    begun, go_on, mean = threading.Event(), threading.Event(), reading._mean_over_tokens

    def wait(*arguments: object) -> object:
        begun.set()
        assert go_on.wait(30)
        return mean(*arguments)

    monkeypatch.setattr(reading, "_mean_over_tokens", wait)
    comparison = bench.train(task, ["baseline"], seeds=1)
    assert begun.wait(30)
    bench.cancel(comparison)
    go_on.set()
    assert bench.wait(comparison).state is State.CANCELLED
    assert kept(bench) == []


def run_cli(monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fairviz", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_the_command_line_names_the_model_of_a_modality(
    eyes: Path,
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out.json"
    monkeypatch.setenv("FAIRVIZ_MODELS_FOLDER", str(models))
    options = [
        str(eyes),
        "--sensitive",
        "race",
        "--modality",
        "notes=note",
        "--modality",
        "fundus=slo_fundus",
    ]
    options += ["--home", str(tmp_path / "home")]
    training = ["--method", "baseline", "--seeds", "1", "--epochs", "1", "--json", str(out)]
    assert run_cli(monkeypatch, "compare", *options, *training, "--pretrained", "notes=bert") == 0
    told = {own["name"]: own["pretrained"] for own in json.loads(out.read_text())["task"]["modalities"]}
    assert told == {"notes": "bert", "fundus": None}
    assert "Reading with a pretrained model" in capsys.readouterr().err
    assert run_cli(monkeypatch, "task", *options, "--pretrained", "words=bert") == BAD_INPUT
    assert "expected one of the modalities notes, fundus" in capsys.readouterr().err
