"""The part of the task form that is there only where the server has pretrained models: which reads what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from fairviz.data.describe import Kind
from fairviz.data.specs import ModalityKind, TaskSpec
from fairviz.ui import words
from fairviz.ui.bench import workbench

# The choice of no model; no folder is named so.
_NO_MODEL: Final = ""
_OWN_WAY: Final[dict[ModalityKind, str]] = {
    "text": "words and pairs of words",
    "image": "a network trained with the rest",
}


def pretrained_form(
    uses: Mapping[str, str], kinds: Mapping[str, Kind], first: TaskSpec, mark: str
) -> dict[str, str]:
    """Ask what reads each modality of text or images; the chosen models, by modality.

    Args:
        uses: the modality of every column.
        kinds: of columns.
        first: the task that the form starts from.
        mark: of what the form starts from.
    """
    before = {own.name: own.pretrained for own in first.modalities}
    read = _read(uses, kinds, first)
    chosen = {name: _asked(name, kind, before.get(name), mark) for name, kind in read.items()}
    return {name: model for name, model in chosen.items() if model}


def _read(uses: Mapping[str, str], kinds: Mapping[str, Kind], first: TaskSpec) -> dict[str, ModalityKind]:
    """Modalities that a pretrained model could read."""
    names = set(uses.values())
    found: dict[str, ModalityKind] = {
        own.name: own.kind for own in first.modalities if own.kind != "table" and own.name in names
    }
    for column, name in uses.items():
        match kinds.get(column):
            case "text" | "image" as kind:
                found[name] = kind
    return found


def _asked(name: str, kind: ModalityKind, before: str | None, mark: str) -> str | None:
    """The model for a modality; not asked where there is none to choose."""
    models = workbench().pretrained_models(kind)
    # One that is gone stays chosen, so that the check says so.
    options = [_NO_MODEL, *models, *([before] if before and before not in models else [])]
    if options == [_NO_MODEL]:
        return None
    return st.selectbox(
        f"“{words.plain(name)}” is read by",
        options,
        options.index(before or _NO_MODEL),
        lambda model: model or _OWN_WAY[kind],
        key=f"model.{mark}.{name}",
        bind="query-params",
        help="A pretrained model is used as it is. It reads every row once, before the first training, which "
        "takes long without a GPU; what it gives is kept.",
    )
