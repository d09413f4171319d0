from __future__ import annotations

import pytest

from fairviz.data.describe import Kind
from fairviz.data.modality import modality_of
from fairviz.errors import TaskError

KINDS: dict[str, Kind] = {
    "age": "number",
    "note": "text",
    "plan": "text",
    "ward": "category",
    "seen": "date",
    "fundus": "image",
    "slices": "image",
}


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        (["note", "plan"], "text"),
        (["ward", "note"], "text"),
        (["age", "ward"], "table"),
        (["no such column"], "table"),
        (["note", "no such column"], "text"),
    ],
)
def test_free_text_makes_a_modality_of_text(columns: list[str], kind: str) -> None:
    made = modality_of("m", columns, KINDS)
    assert (made.name, made.columns, made.kind) == ("m", tuple(columns), kind)


@pytest.mark.parametrize("other", ["age", "seen"])
def test_numbers_and_dates_are_not_read_as_text(other: str) -> None:
    with pytest.raises(TaskError, match=rf'"m": expected free text alone.*"note"\) beside "{other}"'):
        modality_of("m", [other, "note"], KINDS)


def test_images_are_a_modality_of_their_own() -> None:
    assert modality_of("m", ["fundus"], KINDS).kind == "image"
    for others in (["fundus", "age"], ["note", "fundus"], ["fundus", "slices"]):
        with pytest.raises(TaskError, match='"m": expected one column of images alone, or none'):
            modality_of("m", others, KINDS)
