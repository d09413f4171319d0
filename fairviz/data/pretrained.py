"""Models trained by somebody else, as `transformers` saves them: which there are, and whether one is fit.

Nothing here loads a model or needs `transformers`. A folder is refused before that if it would have code run
that is not part of `transformers`, weights unpickled, or files read that lie outside it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from fairviz.data.specs import ModalityKind
from fairviz.errors import SettingError, TaskError

FAMILIES: Final[dict[str, ModalityKind]] = {
    "bert": "text",
    "distilbert": "text",
    "electra": "text",
    "roberta": "text",
    "xlm-roberta": "text",
    "deit": "image",
    "dinov2": "image",
    "vit": "image",
}
"""Architectures that are read, by their name in config.json, and of what."""

_NAME: Final = re.compile(r"\w[\w.+ -]*")
_WEIGHTS: Final = "model.safetensors"
_PREPARATION: Final[dict[ModalityKind, tuple[str, ...]]] = {
    "text": ("tokenizer.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model"),
    "image": ("preprocessor_config.json",),
}
"""Files of which one tells how inputs are made ready. Without a vocabulary, `transformers` makes one up."""
_SETTINGS: Final = ("config.json", "tokenizer_config.json", "preprocessor_config.json")
_REFUSED: Final = {
    "auto_map": "code of its own",
    "quantization_config": "weights of reduced precision",
}
"""Entries of these files that ask for more than reading an architecture that is known."""


@dataclass(frozen=True)
class PretrainedModel:
    """A model in its folder, and what it reads."""

    folder: Path
    kind: ModalityKind

    @property
    def name(self) -> str:
        """The name of the folder, as a task gives it."""
        return self.folder.name

    def digest(self) -> str:
        """Sha256 of all its files: another model under the same name has another one."""
        total = hashlib.sha256()
        for path in sorted(path for path in self.folder.iterdir() if path.is_file()):
            with path.open("rb") as file:
                total.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\0".encode())
        return total.hexdigest()


def require_transformers() -> None:
    """Say what to do where `transformers` is missing.

    Raises:
        SettingError: if it is not installed.
    """
    if find_spec("transformers") is None:
        raise SettingError(
            "pretrained model",
            expected="the package transformers, which is optional",
            found="no such package",
            remedy="Install it (pip install transformers), or train the modality without a pretrained model.",
        )


def models_in(folder: Path, kind: ModalityKind) -> tuple[str, ...]:
    """Names of the models for a kind of input in the folder of models, fit for use or not."""
    if not folder.is_dir():
        return ()
    return tuple(
        sorted(path.name for path in folder.iterdir() if _is_offered(path) and _family(path) == kind)
    )


def find_model(folder: Path, name: str, kind: ModalityKind) -> PretrainedModel:
    """The model of this name in the folder of models, for a kind of input.

    Raises:
        TaskError: if it is not there, not a model that may be used, or one for something else.
    """
    path = folder / name
    if path.name != name or not _is_offered(path):
        there = ", ".join(models_in(folder, kind)) or "none"
        raise TaskError(
            f'pretrained model "{name}"',
            expected="the name of a folder in FAIRVIZ_MODELS_FOLDER, by default models in FAIRVIZ_HOME",
            found=f"no such folder; models for {kind} there: {there}",
            remedy="Choose one of these, or save a model there with save_pretrained.",
        )
    for problem in _problems(path, kind):
        raise problem
    return PretrainedModel(path, kind)


def _is_offered(path: Path) -> bool:
    """Whether a path is a folder itself, and named so that nothing else can be meant."""
    return bool(_NAME.fullmatch(path.name)) and not path.is_symlink() and path.is_dir()


def _family(path: Path) -> ModalityKind | None:
    """What the model in a folder reads; None where it holds none of a known architecture."""
    return FAMILIES.get(str(_entries(path / "config.json").get("model_type")))


def _entries(path: Path) -> dict[str, Any]:
    """What a JSON file says; nothing where it is missing or says nothing."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _problems(path: Path, kind: ModalityKind) -> Iterator[TaskError]:
    """What keeps a folder from being used as a model, the most telling first."""
    expected = "a model as save_pretrained of transformers writes it"
    if links := sorted(own.name for own in path.iterdir() if own.is_symlink()):
        yield _unusable(path, "files, and no links", f'a link, "{links[0]}"', "Copy the files themselves.")
    for name in _SETTINGS:
        for entry in _REFUSED.keys() & _entries(path / name).keys():
            found = f'"{entry}" in {name}: {_REFUSED[entry]}'
            yield _unusable(path, "a plain model", found, "Choose another model.")
    if (path / "adapter_config.json").exists():
        yield _unusable(path, "a whole model", "an adapter to another one", "Merge it and save the whole.")
    if (family := _family(path)) is None:
        found = _entries(path / "config.json").get("model_type", "no config.json that tells one")
        known = ", ".join(name for name, reads in FAMILIES.items() if reads == kind)
        yield _unusable(path, f"one of the architectures {known}", str(found), "Choose another model.")
    if family != kind:
        yield _unusable(path, f"a model for {kind}", f"one for {family}", "Choose another model.")
    if not (path / _WEIGHTS).is_file():
        other = next((own.name for own in sorted(path.glob("*.bin"))), None)
        found = f"no {_WEIGHTS}" if other is None else f"{other} alone, a format that can run code"
        remedy = (
            "Where you trust its origin, load the model with transformers, and save it again with "
            "save_pretrained(folder), which writes safetensors."
        )
        yield _unusable(path, f"weights in one file {_WEIGHTS}", found, remedy)
    if not any((path / name).is_file() for name in _PREPARATION[kind]):
        missing = " or ".join(_PREPARATION[kind])
        remedy = "Save its tokenizer or image processor into the same folder."
        yield _unusable(path, expected, f"no {missing}", remedy)


def _unusable(path: Path, expected: str, found: str, remedy: str) -> TaskError:
    return TaskError(f'pretrained model "{path.name}"', expected=expected, found=found, remedy=remedy)
