"""Calibration of the groups: observed against predicted risk."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from fairviz.figures.group_plane import plane_figure, without_line
from fairviz.figures.group_series import GroupLine, GroupPlane
from fairviz.figures.theme import escape

_QUESTION = "Does the predicted risk come true in every group?"
FORMULA = "share with the outcome against mean predicted risk of a bin; on the diagonal is better"


def calibration(planes: Sequence[GroupPlane], attribute: str, details: Sequence[str]) -> go.Figure:
    """Figure of each group's bins, a panel per configuration; ``details`` are the program's own words."""
    return plane_figure(
        planes,
        _QUESTION,
        [f"groups of {escape(attribute)}", "test data", "bars: 95% intervals", *details],
        ("mean predicted risk", "observed share with the outcome"),
        "risk as predicted",
    )


def calibration_text(planes: Sequence[GroupPlane], attribute: str) -> str:
    """The same figure in words; not escaped."""
    parts = [f"{own.configuration.label}: {'; '.join(map(_reading, own.lines))}." for own in planes]
    missing = [f"{', '.join(groups)}: {note}." for note, groups in without_line(planes).items()]
    return f"Observed at predicted risk per group of {attribute}, test data. {' '.join([*parts, *missing])}"


def _reading(line: GroupLine) -> str:
    pairs = ", ".join(f"{y:.2f} at {x:.2f}" for x, y in zip(line.x, line.y, strict=True))
    return f"{line.group} {pairs}"
