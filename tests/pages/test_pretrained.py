"""The choice of a pretrained model on the Data page; no model is loaded for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fairviz.data import pretrained
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.ui.bench import workbench
from fairviz.workbench import Workbench
from tests.pages.conftest import OpenPage, address, hostile_spec, hostile_table, unescaped

WORDS = "words and pairs of words"


@pytest.fixture
def noted(home: Path, tmp_path: Path) -> str:  # noqa: ARG001  (opens the workbench there)
    """A task with a modality of notes."""
    path = tmp_path / "noted.parquet"
    hostile_table().assign(note=[f"seen on day {row}" for row in range(400)]).to_parquet(path)
    spec = hostile_spec(workbench().add_dataset(path).id)
    notes = ModalitySpec(name="notes", columns=("note",), kind="text")
    return workbench().create_task(spec.model_copy(update={"modalities": (*spec.modalities, notes)})).id


@pytest.fixture
def models(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders that look like models, for text and for images, and the package that would load them."""
    monkeypatch.setattr(pretrained, "find_spec", lambda _: object())
    for name, family in (("clinical-bert", "bert"), ("eye-vit", "vit")):
        path = home / "models" / name
        path.mkdir(parents=True)
        (path / "config.json").write_text(json.dumps({"model_type": family}))
        for file in ("model.safetensors", "vocab.txt", "preprocessor_config.json"):
            (path / file).write_text("{}")
    return home / "models"


def choices(page: AppTest) -> dict[str, list[str]]:
    """What each modality may be read by."""
    assert not page.exception
    found = [box for box in page.selectbox if box.key is not None and box.key.startswith("model.")]
    return {unescaped(box.label): box.options for box in found}


def task_of(page: AppTest) -> TaskSpec:
    return workbench().task_spec(address(page, "task"))


def test_nothing_is_asked_without_models(open_page: OpenPage, noted: str) -> None:
    assert choices(open_page("data", task=noted)) == {}


@pytest.mark.usefixtures("models")
def test_a_model_of_text_is_offered_for_notes_alone(open_page: OpenPage, noted: str) -> None:
    page = open_page("data", task=noted)
    assert choices(page) == {"“notes” is read by": [WORDS, "clinical-bert"]}
    page.button("use").click().run()
    assert address(page, "task") == noted, "unless one is chosen the task stays the same"


@pytest.mark.usefixtures("models")
def test_the_chosen_model_is_part_of_the_task(open_page: OpenPage, noted: str) -> None:
    page = open_page("data", task=noted)
    (box,) = (own for own in page.selectbox if own.key is not None and own.key.startswith("model."))
    box.set_value("clinical-bert").run()
    assert "pretrained model" in unescaped(" ".join(own.value for own in page.markdown))
    page.button("use").click().run()
    spec = task_of(page)
    assert [own.pretrained for own in spec.modalities] == [None, None, "clinical-bert"]
    again = open_page("data", task=address(page, "task"))
    again.button("use").click().run()
    assert task_of(again) == spec
    without = open_page("data", task=address(page, "task"))
    (box,) = (own for own in without.selectbox if own.key is not None and own.key.startswith("model."))
    box.set_value("").run()
    without.button("use").click().run()
    assert address(without, "task") == noted


def test_a_model_that_is_gone_is_said(open_page: OpenPage, noted: str, models: Path) -> None:
    spec = workbench().task_spec(noted).with_models({"notes": "clinical-bert"})
    task = workbench().create_task(spec).id
    (models / "clinical-bert").rename(models / "renamed")
    page = open_page("data", task=task)
    assert choices(page) == {"“notes” is read by": [WORDS, "renamed", "clinical-bert"]}
    said = unescaped(" ".join(error.value for error in page.error))
    assert 'pretrained model "clinical-bert": expected' in said.replace("**", "")


def test_the_train_page_says_how_far_a_model_has_read(
    open_page: OpenPage, running: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Workbench, "reading", (120, 4000))
    page = open_page("train", comparison=running)
    assert "a pretrained model has read 120 of 4,000 rows" in unescaped(page.get("progress")[0].proto.text)
