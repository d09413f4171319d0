from __future__ import annotations

import pandas as pd
import pytest

from fairviz.data.outcome import outcome_classes, outcome_labels

STAGE = pd.DataFrame({"stage": ["II", "I", None, "III", "II"], "died": [1, 0, 0, 1, 1]})


@pytest.mark.parametrize(
    ("column", "positive", "labels", "classes"),
    [
        ("died", "1", [1, 0, 0, 1, 1], ("0", "1")),
        ("died", "0", [0, 1, 1, 0, 0], ("1", "0")),
        ("stage", "II", [1, 0, 0, 0, 1], ("not II", "II")),
        ("stage", None, [1, 0, -1, 2, 1], ("I", "II", "III")),
    ],
)
def test_labels_are_places_among_the_classes(
    column: str, positive: str | None, labels: list[int], classes: tuple[str, ...]
) -> None:
    assert outcome_labels(STAGE, column, positive).tolist() == labels
    assert outcome_classes(STAGE, column, positive) == classes
