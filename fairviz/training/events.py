"""What the engine tells while it trains, in plain numpy and reports: fit to be kept and to be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairviz.errors import SettingError
from fairviz.evaluation import FairnessReport

Traces = Mapping[str, NDArray[np.float32]]
"""Named arrays [steps, ...] of one member, one entry per optimisation step."""


@dataclass(frozen=True)
class Tick:
    """One optimisation step is done."""

    step: int
    steps: int


@dataclass(frozen=True)
class MemberEpoch:
    """One member's state after an epoch: its report on validation rows and the traces of its steps.

    Of more than two classes it holds the means alone: many times smaller than with every class's own report.
    """

    validation: FairnessReport
    traces: Traces


@dataclass(frozen=True)
class EpochEnd:
    """All members have finished an epoch (counted from 1); None stands for one that had stopped before."""

    epoch: int
    members: tuple[MemberEpoch | None, ...]


@dataclass(frozen=True)
class MemberResult:
    """One member's outcome, at the epoch that validation chose.

    ``scores`` holds the predicted probabilities [N, C] of every row of the dataset, ``weights`` the named
    parameters.
    """

    best_epoch: int
    validation: FairnessReport
    test: FairnessReport
    scores: NDArray[np.float32]
    weights: Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class PackEnd:
    """Training is over: by place in the pack, what came of each member, or why nothing did."""

    results: Mapping[int, MemberResult]
    failures: Mapping[int, SettingError] = field(default_factory=dict)


Event = Tick | EpochEnd | PackEnd
