"""From a replay and what was recorded to what the figure draws; pure functions.

Axis letters: T optimisation steps, A attributes, M modalities, G groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from fairviz.figures.whatif_series import Replayed, ReplayedPanel
from fairviz.reports.run import Run
from fairviz.whatif import ControllerReplay, Replay

Traces = Mapping[str, NDArray[np.float32]]
Floors = Mapping[str, float]
AnyReplay = TypeVar("AnyReplay", Replay, ControllerReplay)

_SHARE = (-0.03, 1.03)


@dataclass(frozen=True)
class Names:
    """Who the axes of a run's traces are: M modalities, A attributes, G groups of all attributes."""

    modalities: tuple[str, ...]
    attributes: tuple[str, ...]
    groups: tuple[str, ...]


def common_steps(found: AnyReplay, recorded: Traces) -> tuple[AnyReplay, Traces]:
    """A replay and a record of one run cut to the steps of both: in training it goes on between two looks."""
    arrays: dict[str, Any] = vars(found)
    steps = min(len(recorded["gap"]), *(len(array) for array in arrays.values()))
    cut = {name: array[:steps] for name, array in arrays.items()}
    return replace(found, **cut), {name: trace[:steps] for name, trace in recorded.items()}


def gated(
    run: Run, names: Names, recorded: Traces, found: Replay, *, tau: float, delta: float, floors: Floors
) -> Replayed:
    """A MultiFair run's gate and factors under other dials.

    Args:
        run: the run.
        names: of its axes.
        recorded: its traces.
        found: the same under ``tau`` and ``delta``.
        tau: gap that opens the gate.
        delta: strength of the group factors.
        floors: by attribute, the gap that chance alone exceeds one time in twenty; those that are known.
    """
    panels = (
        *_gap_panels(names, recorded, floors),
        ReplayedPanel(
            "Share of steps with the gate open",
            "the gate opens where the batch's gap reaches tau",
            names.attributes,
            found.gate,
            recorded["gate"],
            bounds=_SHARE,
        ),
        ReplayedPanel(
            "Fairness factor f",
            "mean over groups, by their share of the batch, of 1 + delta (mean AUC - AUC) / tau; "
            "acts while the gate is open",
            names.modalities,
            found.batch_factors,
            recorded.get("batch_factors"),
            level=1.0,
        ),
        ReplayedPanel(
            "Factor on each encoder's gradient",
            "rho times the modality balance B, and times f while the gate is open",
            names.modalities,
            found.scale,
            recorded.get("scale"),
        ),
    )
    return _replayed(run, f"tau {tau:g}, delta {delta:g}", tau, panels)


def steered(
    run: Run, names: Names, recorded: Traces, found: ControllerReplay, *, tau: float, floors: Floors
) -> Replayed:
    """A MultiFair+ run's controller and row weights under another tau."""
    panels = (
        *_gap_panels(names, recorded, floors),
        ReplayedPanel(
            "Controller's delta",
            "rises by gain times (gap - tau) a step, never below 0; strength of the row weights",
            names.attributes,
            found.delta,
            recorded["delta"],
        ),
        ReplayedPanel(
            "Weight of a row of each group",
            "1 + delta (mean AUC - AUC) / tau, within its bounds",
            names.groups,
            found.group_weight,
            recorded["group_weight"],
            level=1.0,
        ),
    )
    return _replayed(run, f"tau {tau:g}", tau, panels)


def _gap_panels(names: Names, recorded: Traces, floors: Floors) -> list[ReplayedPanel]:
    """The recorded gap of each attribute, which is what tau is compared with."""
    formula = "greatest minus least AUC over groups; dotted: tau as trained, line: tau as chosen"
    return [
        ReplayedPanel(
            f"AUC gap of {name}, recorded",
            formula,
            (name,),
            recorded["gap"][:, [place]],
            is_gap=True,
            noise_floor=floors.get(name),
            first=place,
        )
        for place, name in enumerate(names.attributes)
    ]


def _replayed(run: Run, dials: str, tau: float, panels: tuple[ReplayedPanel, ...]) -> Replayed:
    spec = run.spec
    own: float = spec["parameters"]["tau"]
    told = tuple(panel for panel in panels if not np.isnan(panel.estimate).all())
    return Replayed(run.label, spec["method"], spec["seed"], dials, tau, own, told)
