"""ROC curves of the groups: patients found against false alarms, at every threshold that is told."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from fairviz.figures.group_plane import plane_figure, without_line
from fairviz.figures.group_series import GroupPlane
from fairviz.figures.theme import escape

_QUESTION = "How many are found at how many false alarms?"
FORMULA = "false alarms: FP / (FP + TN), down is better; found: TP / (TP + FN), up is better"


def roc(planes: Sequence[GroupPlane], attribute: str, details: Sequence[str]) -> go.Figure:
    """Figure of each group's curve, a panel per configuration; ``details`` are the program's own words."""
    return plane_figure(
        planes,
        _QUESTION,
        [f"groups of {escape(attribute)}", "test data", *details],
        ("share flagged without the outcome", "share found with the outcome"),
        "flagging by chance",
    )


def roc_text(planes: Sequence[GroupPlane], attribute: str) -> str:
    """The same figure in words; not escaped."""
    parts = [f"{own.configuration.label}: {', '.join(_reading(own))}." for own in planes]
    missing = [f"{', '.join(groups)}: {note}." for note, groups in without_line(planes).items()]
    return f"ROC curves per group of {attribute}, test data. {' '.join([*parts, *missing])}"


def _reading(own: GroupPlane) -> list[str]:
    """How many patients of each group are found at the last step with at most one false alarm in five."""
    told = []
    for line in own.lines:
        place = int((line.x <= 0.2).nonzero()[0][-1])
        told.append(f"{line.group} finds {line.y[place]:.2f} at {line.x[place]:.2f} false alarms")
    return told
