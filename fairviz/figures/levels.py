"""Lines and bands across a panel, in units of its y axis."""

from __future__ import annotations

from fairviz.figures.frame import Layout
from fairviz.figures.theme import NEUTRAL, tint


def across(level: float, dash: str, width: float = 1.4) -> Layout:
    """A line across at a level: tau, or where a factor does nothing."""
    line = {"width": width, "dash": dash}
    return {"type": "line", "x0": 0, "x1": 1, "y0": level, "y1": level, "line": line}


def band_up_to(floor: float) -> Layout:
    """A band from 0 to the noise floor: gaps that chance alone makes."""
    return {
        "type": "rect",
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": floor,
        "fillcolor": tint(NEUTRAL, 0.28),
        "line": {"width": 0},
        "layer": "below",
    }
