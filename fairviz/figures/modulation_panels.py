"""What is drawn of each trace that a method records: its title, its formula, its lines.

Axis letters: S seeds of one configuration, T optimisation steps; a trace is [S, T, ...].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from fairviz.figures.series import Floats, ModulationTraces


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel: its name, its place in the order of dashes, its values [S, T].

    The line of a group of patients has the group's marker, too.
    """

    name: str
    place: int
    values: Floats
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one panel, and which part of the trace they are: a modality, say, or all of it."""

    of: str
    lines: tuple[Line, ...]


Split = Callable[[ModulationTraces, Floats, str], list[Lines]]
"""Lines of a run's trace; the name is that of an attribute, which traces of groups are split by."""


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """How one trace is drawn.

    Attributes:
        title: what it is.
        formula: shown while hovering.
        lines: splits the trace into panels and lines.
        level: value at which the factor does nothing, drawn as a line.
        bounds: fixed range of the y axis.
        is_gap: compared with tau and the noise floor.
    """

    title: str
    formula: str
    lines: Split
    level: float | None = None
    bounds: tuple[float, float] | None = None
    is_gap: bool = False

    @property
    def meaning(self) -> str:
        """Formula and direction."""
        return self.formula if self.is_gap else f"{self.formula}; neither way is better by itself"


def _named(names: Sequence[str], trace: Floats) -> list[Lines]:
    """One panel with a line per entry of the last axis."""
    return [Lines("", tuple(Line(name, i, trace[..., i]) for i, name in enumerate(names)))]


def _by_modality(run: ModulationTraces, trace: Floats, _: str) -> list[Lines]:
    return _named(run.modalities, trace)


def _by_attribute(run: ModulationTraces, trace: Floats, _: str) -> list[Lines]:
    return _named(run.attributes, trace)


def _by_objective(run: ModulationTraces, trace: Floats, _: str) -> list[Lines]:
    return _named(("task", *run.attributes), trace)


def _by_gap(run: ModulationTraces, trace: Floats, _: str) -> list[Lines]:
    """Of objectives all but the task, which comes first; dashes are those of the attributes elsewhere."""
    return _named(run.attributes, trace[..., 1:])


def _by_pair(run: ModulationTraces, trace: Floats, _: str) -> list[Lines]:
    names = ("task", *run.attributes)
    pairs = combinations(range(len(names)), 2)
    lines = [
        Line(f"{names[i]} and {names[j]}", place, trace[..., i, j]) for place, (i, j) in enumerate(pairs)
    ]
    return [Lines("", tuple(lines))]


def _alone(name: str) -> Split:
    return lambda _, trace, __: [Lines("", (Line(name, 0, trace),))]


def _by_group(run: ModulationTraces, trace: Floats, attribute: str) -> list[Lines]:
    own = trace[..., run.part_of(attribute)]
    names = run.groups_of(attribute)
    return [Lines("", tuple(Line(name, g, own[..., g], is_group=True) for g, name in enumerate(names)))]


def _by_modality_and_group(run: ModulationTraces, trace: Floats, attribute: str) -> list[Lines]:
    return [
        Lines(modality, _by_group(run, trace[..., m, :], attribute)[0].lines)
        for m, modality in enumerate(run.modalities)
    ]


_SHARE: Final = (-0.03, 1.03)

# Formulas: MultiFair, Zubair et al. 2025, arXiv:2510.07328; FairGrad, Wang and Yang 2025,
# arXiv:2504.14388; projection, Yu et al. 2020, arXiv:2001.06782.
PANELS: Final = {
    "balance": PanelSpec(
        "Modality balance B",
        "share of the AUC changes that other modalities made; scales an encoder's gradient",
        _by_modality,
    ),
    "batch_factors": PanelSpec(
        "Fairness factor f",
        "mean over groups, by their share of the batch, of 1 + delta (mean AUC - AUC) / tau",
        _by_modality,
        level=1.0,
    ),
    "scale": PanelSpec(
        "Factor on each encoder",
        "rho times B, and where the gate is open times f: all that an encoder's gradient gets",
        _by_modality,
        level=1.0,
    ),
    "group_factors": PanelSpec(
        "Group factor F",
        "1 + delta (mean of the groups' averaged AUCs - own) / tau, never below 0",
        _by_modality_and_group,
        level=1.0,
    ),
    "gate": PanelSpec(
        "Share of steps with the gate open",
        "the gate opens where the batch's gap reaches tau",
        _by_attribute,
        bounds=_SHARE,
    ),
    "delta": PanelSpec(
        "Controller's delta",
        "rises by gain times (gap - tau) a step, never below 0; strength of the row weights",
        _by_attribute,
    ),
    "gap": PanelSpec(
        "AUC gap in training",
        "greatest minus least AUC over groups; down is better",
        _by_attribute,
        is_gap=True,
    ),
    "group_weight": PanelSpec(
        "Weight in the loss",
        "how much a group's rows count in the loss",
        _by_group,
    ),
    "fairness_loss": PanelSpec(
        "Group-fairness loss F_G",
        "mean distance of the groups' averaged AUCs from their mean; joins the loss where the gate is open",
        _by_attribute,
    ),
    "guidance_loss": PanelSpec(
        "Gradient-direction loss L_gm",
        "mean over modalities of |B| - B times the cosine of the head's and the modality's gradients",
        _alone("all modalities"),
    ),
    "cosines": PanelSpec(
        "Agreement of gradients (cosine)",
        "cosine of two objectives' gradients; below 0 they conflict and are projected",
        _by_pair,
        level=0.0,
        bounds=(-1.05, 1.05),
    ),
    "conflict_share": PanelSpec(
        "Share of conflicting pairs",
        "pairs of objectives whose gradients have a negative cosine",
        _alone("all pairs"),
        bounds=_SHARE,
    ),
    "weights": PanelSpec(
        "Weight of each objective",
        "weight of an objective's own gradient in the update after projection",
        _by_objective,
        level=1.0,
    ),
    "norms": PanelSpec(
        "Length of each gradient",
        "Euclidean norm of an objective's gradient before projection",
        _by_objective,
    ),
    "update_norm": PanelSpec(
        "Length of the update",
        "Euclidean norm of the weighted sum of the objectives' gradients",
        _alone("update"),
    ),
    "losses": PanelSpec(
        "Soft gap in a batch",
        "half the sum over outcomes of the mean distance between groups' mean risks; down is better",
        _by_gap,
    ),
}

OVERVIEW: Final = (
    "balance", "batch_factors", "gate", "delta", "gap", "cosines", "conflict_share", "weights",
)  # fmt: skip
"""What one look at a whole run shows."""


def stacked(runs: Sequence[ModulationTraces], name: str) -> Floats:
    """A trace [S, T, ...] of runs that differ in their seed, cut to the steps that all of them have."""
    common = min(len(run.traces[name]) for run in runs)
    return np.stack([run.traces[name][:common] for run in runs])


def recorded(runs: Sequence[ModulationTraces], name: str) -> bool:
    """Whether all runs have this trace, and any step of it."""
    return all(name in run.traces and len(run.traces[name]) > 0 for run in runs)
