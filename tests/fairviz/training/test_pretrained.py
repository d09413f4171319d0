"""Features of tiny random models, beside a plain forward pass of each row alone."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from fairviz.data.images import ImageStack, ImageStackWriter
from fairviz.data.pretrained import FAMILIES, PretrainedModel, find_model
from fairviz.errors import TaskError
from fairviz.training.pretrained import read_images, read_texts
from tests.fairviz.tiny_models import LONGEST, WIDTH, WORDS, needs_transformers, save_bert, save_vit

pytestmark = needs_transformers

CPU = torch.device("cpu")
TEXTS = np.array(
    ["fever", "", "no fever", "coughing", "chest pain, no fever. " * 9, "pain " * 40, "home"] * 12,
    dtype=object,
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    save_bert(folder / "bert")
    save_vit(folder / "vit")
    return folder


@pytest.fixture
def bert(models: Path) -> PretrainedModel:
    return find_model(models, "bert", "text")


@pytest.fixture
def vit(models: Path) -> PretrainedModel:
    return find_model(models, "vit", "image")


def stack_of(folder: Path, rows: int, slices: int, side: int) -> ImageStack:
    pixels = np.random.default_rng(0).integers(0, 256, (rows, slices, side, side), dtype=np.uint8)
    with ImageStackWriter(folder / "scan.npy", pixels.shape) as writer:
        writer.write(pixels)
    return writer.stack


def plain_text(folder: Path, text: str) -> NDArray[np.float32]:
    """The mean over the tokens of a text, part by part, without any padding."""
    from transformers import BertModel, BertTokenizer

    tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"))
    model: Any = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    room, states = LONGEST - 2, []
    for start in range(0, len(ids), room):
        part = [tokenizer.cls_token_id, *ids[start : start + room], tokenizer.sep_token_id]
        with torch.no_grad():
            states.append(model(input_ids=torch.tensor([part])).last_hidden_state[0])
    mean: NDArray[np.float32] = torch.cat(states).mean(dim=0).numpy()
    return mean


def test_features_of_texts_are_those_of_a_plain_forward_pass(bert: PretrainedModel) -> None:
    found = read_texts(bert, TEXTS, CPU)
    assert found.shape == (len(TEXTS), WIDTH)
    assert found.dtype == np.float32
    for row in range(7):
        expected = plain_text(bert.folder, TEXTS[row]) if TEXTS[row] else np.zeros(WIDTH)
        np.testing.assert_allclose(found[row], expected, atol=1e-5)
    np.testing.assert_allclose(found[:7], found[-7:], atol=1e-5)
    assert np.abs(found[0] - found[2]).max() > 0.1, "texts differ"


def test_features_of_images_are_those_of_a_plain_forward_pass(vit: PretrainedModel, tmp_path: Path) -> None:
    from transformers import ViTModel

    stack = stack_of(tmp_path, rows=40, slices=3, side=32)
    rows = np.flatnonzero(np.arange(40) % 7)
    found = read_images(vit, stack, rows, CPU)
    assert found.shape == (40, WIDTH)
    assert found.dtype == np.float32
    assert not found[::7].any(), "rows without an image"
    model: Any = ViTModel.from_pretrained(vit.folder, add_pooling_layer=False).eval()
    for row in (1, 39):
        pixels = torch.from_numpy(np.array(stack.open()[row])).float().div(255).sub(0.5).div(0.5)
        with torch.no_grad():
            tokens = model(pixel_values=pixels[:, None].expand(-1, 3, -1, -1)).last_hidden_state
        np.testing.assert_allclose(found[row], tokens[:, 0].mean(dim=0).numpy(), atol=1e-5)


def test_images_of_another_size_become_the_models(vit: PretrainedModel, tmp_path: Path) -> None:
    small = stack_of(tmp_path, rows=6, slices=1, side=16)
    (tmp_path / "large").mkdir()
    doubled = np.repeat(np.repeat(small.open(), 4, axis=2), 4, axis=3)
    with ImageStackWriter(tmp_path / "large" / "scan.npy", doubled.shape) as writer:
        writer.write(doubled)
    one, other = (read_images(vit, stack, np.arange(6), CPU) for stack in (small, writer.stack))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.9


def test_progress_is_told_and_can_end_the_reading(bert: PretrainedModel) -> None:
    told: list[tuple[int, int]] = []
    read_texts(bert, TEXTS, CPU, lambda *progress: told.append(progress))
    assert told == [(32, 72), (64, 72), (72, 72)]

    class StoppedError(Exception):
        pass

    def stop(*_: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        read_texts(bert, TEXTS, CPU, stop)


def test_nothing_is_looked_up_elsewhere(bert: PretrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    asked: list[object] = []

    def refuse(*where: object, **_: object) -> None:
        asked.append(where)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    read_texts(bert, TEXTS[:3], CPU)
    assert asked == []
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert huggingface_hub.constants.HF_HUB_OFFLINE


def test_weights_that_are_missing_are_not_made_up(bert: PretrainedModel, tmp_path: Path) -> None:
    copy = shutil.copytree(bert.folder, tmp_path / "bert")
    weights = load_file(copy / "model.safetensors")
    name = next(name for name in weights if "layer.1" in name and "query.weight" in name)
    del weights[name]
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(TaskError, match=r'pretrained model "bert".*found no weights .*query'):
        read_texts(find_model(tmp_path, "bert", "text"), TEXTS[:3], CPU)


@pytest.mark.parametrize("content", [b"", b"no weights at all"])
def test_a_damaged_file_of_weights_is_said(bert: PretrainedModel, tmp_path: Path, content: bytes) -> None:
    copy = shutil.copytree(bert.folder, tmp_path / "bert")
    (copy / "model.safetensors").write_bytes(content)
    with pytest.raises(TaskError, match=r'pretrained model "bert": expected a whole model'):
        read_texts(find_model(tmp_path, "bert", "text"), TEXTS[:3], CPU)


def test_numbers_beyond_range_are_refused(bert: PretrainedModel, tmp_path: Path) -> None:
    copy = shutil.copytree(bert.folder, tmp_path / "bert")
    weights = {
        name: torch.full_like(values, torch.nan)
        for name, values in load_file(copy / "model.safetensors").items()
    }
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(TaskError, match="numbers beyond range"):
        read_texts(find_model(tmp_path, "bert", "text"), TEXTS[:3], CPU)


def test_a_vocabulary_alone_is_enough_beside_the_weights(bert: PretrainedModel, tmp_path: Path) -> None:
    copy = shutil.copytree(bert.folder, tmp_path / "bert")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (copy / name).unlink()
    found = read_texts(find_model(tmp_path, "bert", "text"), TEXTS[:7], CPU)
    np.testing.assert_allclose(found, read_texts(bert, TEXTS[:7], CPU), atol=1e-6)


def small_config(family: str) -> Any:
    """A configuration of an architecture with two layers, which differ in what they call their sizes."""
    from transformers import AutoConfig

    sizes = {"hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    if family == "distilbert":
        sizes = {"dim": WIDTH, "n_layers": 2, "n_heads": 2, "hidden_dim": 32}
    first = 2 if "roberta" in family else 0
    text = {"vocab_size": len(WORDS), "max_position_embeddings": LONGEST + first, "pad_token_id": first // 2}
    own = text if FAMILIES[family] == "text" else {"image_size": 32, "patch_size": 8}
    return AutoConfig.for_model(family, initializer_range=0.5, **sizes, **own)


def save_as(family: str, like: Path, folder: Path) -> PretrainedModel:
    """A random model of an architecture with the tokenizer or image processor of another one."""
    from transformers import AutoModel

    path = shutil.copytree(like, folder / family)
    torch.manual_seed(0)
    model: Any = AutoModel.from_config(small_config(family))
    model.save_pretrained(path)
    return find_model(folder, family, FAMILIES[family])


@pytest.mark.parametrize("family", [name for name, kind in FAMILIES.items() if kind == "text"])
def test_every_architecture_reads_texts_of_any_length(family: str, models: Path, tmp_path: Path) -> None:
    from transformers import AutoModel, AutoTokenizer

    model = save_as(family, models / "bert", tmp_path)
    found = read_texts(model, TEXTS[:7], CPU)
    network: Any = AutoModel.from_pretrained(model.folder).eval()
    ids = AutoTokenizer.from_pretrained(model.folder)(TEXTS[2], return_tensors="pt")["input_ids"]
    with torch.no_grad():
        expected = network(input_ids=ids).last_hidden_state[0].mean(dim=0).numpy()
    np.testing.assert_allclose(found[2], expected, atol=1e-5)
    assert np.abs(found[5]).max() > 0


@pytest.mark.parametrize("family", [name for name, kind in FAMILIES.items() if kind == "image"])
def test_every_architecture_reads_images(family: str, models: Path, tmp_path: Path) -> None:
    from transformers import AutoModel

    model = save_as(family, models / "vit", tmp_path)
    stack = stack_of(tmp_path, rows=3, slices=1, side=32)
    network: Any = AutoModel.from_pretrained(model.folder).eval()
    pixels = torch.from_numpy(np.array(stack.open())).float().div(255).sub(0.5).div(0.5)
    with torch.no_grad():
        expected = network(pixel_values=pixels.expand(-1, 3, -1, -1)).last_hidden_state[:, 0].numpy()
    np.testing.assert_allclose(read_images(model, stack, np.arange(3), CPU), expected, atol=1e-5)
