"""What kind of input the columns of a modality make together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fairviz.data.describe import Kind
from fairviz.data.specs import ModalitySpec
from fairviz.errors import TaskError

_READ_WITH_TEXT: Final[tuple[Kind, ...]] = ("text", "category", "constant", "empty")
"""Beside free text, words that repeat can be read as text as well."""


def modality_of(name: str, columns: Sequence[str], kinds: Mapping[str, Kind]) -> ModalitySpec:
    """Make a modality of columns: of images or text if one of them is so, else a table.

    Args:
        name: of the modality.
        columns: of the table.
        kinds: of its columns (see `fairviz.data.describe`); a column that the table lacks has none, and is
            refused when the task is checked.

    Raises:
        TaskError: if free text and numbers are mixed, or images and anything: no one encoder reads both.
    """
    image = next((column for column in columns if kinds.get(column) == "image"), None)
    if image is not None:
        return _of_images(name, columns, image)
    if all(kinds.get(column) != "text" for column in columns):
        return ModalitySpec(name=name, columns=tuple(columns))
    other = [column for column in columns if kinds.get(column, "text") not in _READ_WITH_TEXT]
    if other:
        text = next(column for column in columns if kinds.get(column) == "text")
        raise TaskError(
            f'modality "{name}"',
            expected="free text alone, or none",
            found=f'free text ("{text}") beside "{other[0]}", which is a {kinds[other[0]]}',
            remedy="Put free text into a modality of its own.",
        )
    return ModalitySpec(name=name, columns=tuple(columns), kind="text")


def _of_images(name: str, columns: Sequence[str], image: str) -> ModalitySpec:
    if len(columns) > 1:
        raise TaskError(
            f'modality "{name}"',
            expected="one column of images alone, or none",
            found=f'images ("{image}") beside other columns',
            remedy="Put every kind of image into a modality of its own.",
        )
    return ModalitySpec(name=name, columns=(image,), kind="image")
