from __future__ import annotations

import json
from pathlib import Path

import pytest

from fairviz.data import pretrained
from fairviz.data.pretrained import FAMILIES, find_model, models_in, require_transformers
from fairviz.errors import SettingError, TaskError


def make(folder: Path, name: str = "bert", **config: object) -> Path:
    """A folder that looks like a model; nothing here loads one."""
    path = folder / name
    path.mkdir()
    (path / "config.json").write_text(json.dumps({"model_type": "bert"} | config))
    for own in ("model.safetensors", "vocab.txt"):
        (path / own).write_bytes(own.encode())
    return path


def test_models_are_listed_by_what_they_read(tmp_path: Path) -> None:
    for name, family in {"b": "bert", "a": "roberta", "v": "vit", "x": "unheard-of"}.items():
        make(tmp_path, name, model_type=family)
    (tmp_path / "empty").mkdir()
    (tmp_path / "a file").write_text("{}")
    assert models_in(tmp_path, "text") == ("a", "b")
    assert models_in(tmp_path, "image") == ("v",)
    assert models_in(tmp_path / "nowhere", "text") == ()


def test_the_name_is_that_of_the_folder(tmp_path: Path) -> None:
    make(tmp_path, "clinical-bert_v1.0")
    model = find_model(tmp_path, "clinical-bert_v1.0", "text")
    assert (model.name, model.folder.parent) == ("clinical-bert_v1.0", tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../secret",
        "inside/bert",
        "/etc",
        "bert/",
        "a\0b",
        "bert\n",
        ".hidden",
        "nowhere",
        "link",
    ],
)
def test_nothing_outside_the_folder_is_opened(tmp_path: Path, name: str) -> None:
    models = tmp_path / "models"
    (models / "inside").mkdir(parents=True)
    make(models)
    make(models, ".hidden")
    make(models / "inside")
    (models / "link").symlink_to(make(tmp_path, "secret"))
    with pytest.raises(TaskError, match=r"FAIRVIZ_MODELS_FOLDER.*models for text there: bert.*Choose"):
        find_model(models, name, "text")


def test_a_missing_folder_of_models_is_said(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="no such folder; models for text there: none"):
        find_model(tmp_path / "nowhere", "bert", "text")


def test_links_inside_a_model_are_refused(tmp_path: Path) -> None:
    path = make(tmp_path)
    (tmp_path / "elsewhere").write_text("secret")
    (path / "tokenizer.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TaskError, match='a link, "tokenizer'):
        find_model(tmp_path, "bert", "text")


def test_pickled_weights_are_refused_with_the_way_out(tmp_path: Path) -> None:
    (make(tmp_path) / "model.safetensors").rename(tmp_path / "bert" / "pytorch_model.bin")
    with pytest.raises(TaskError, match=r"pytorch_model.bin alone.*can run code.*save_pretrained"):
        find_model(tmp_path, "bert", "text")


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json", "preprocessor_config.json"])
def test_code_of_its_own_is_refused(tmp_path: Path, file: str) -> None:
    path = make(tmp_path) / file
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(known | {"auto_map": {"AutoModel": "evil.Model"}}))
    with pytest.raises(TaskError, match=f'"auto_map" in {file}: code of its own'):
        find_model(tmp_path, "bert", "text")


def test_reduced_precision_and_adapters_are_refused(tmp_path: Path) -> None:
    make(tmp_path, "reduced", quantization_config={})
    (make(tmp_path, "adapter") / "adapter_config.json").write_text("{}")
    with pytest.raises(TaskError, match="weights of reduced precision"):
        find_model(tmp_path, "reduced", "text")
    with pytest.raises(TaskError, match="an adapter to another one"):
        find_model(tmp_path, "adapter", "text")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('{"model_type": "unheard-of"}', "found unheard-of"),
        ("{}", "no config.json that tells one"),
        ("not JSON", "no config.json that tells one"),
        ("[]", "no config.json that tells one"),
        ('{"model_type": ["bert"]}', "found"),
    ],
)
def test_an_unknown_architecture_is_refused(tmp_path: Path, content: str, found: str) -> None:
    (make(tmp_path) / "config.json").write_text(content)
    with pytest.raises(TaskError, match=f"architectures bert, distilbert.*{found}"):
        find_model(tmp_path, "bert", "text")


def test_a_model_of_text_reads_no_images(tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(TaskError, match="expected a model for image, found one for text"):
        find_model(tmp_path, "bert", "image")


@pytest.mark.parametrize(("family", "missing"), [("bert", "vocab.txt"), ("vit", "preprocessor_config.json")])
def test_what_makes_inputs_ready_is_needed(tmp_path: Path, family: str, missing: str) -> None:
    (make(tmp_path, model_type=family) / "vocab.txt").unlink()
    with pytest.raises(TaskError, match=f"no .*{missing}"):
        find_model(tmp_path, "bert", FAMILIES[family])


def test_the_digest_changes_with_any_file(tmp_path: Path) -> None:
    path = make(tmp_path)
    model = find_model(tmp_path, "bert", "text")
    before = model.digest()
    assert model.digest() == before
    (path / "vocab.txt").rename(path / "other.txt")
    renamed = model.digest()
    (path / "other.txt").write_text("other words")
    assert len({before, renamed, model.digest()}) == 3


def test_a_missing_package_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "find_spec", lambda _: None)
    with pytest.raises(SettingError, match="pip install transformers"):
        require_transformers()
