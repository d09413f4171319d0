"""Plausible series for the figures' tests, and what the tests ask of every figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from fairviz.figures.plane import Plane
from fairviz.figures.series import GroupCurves, Measure, ModulationTraces, RunTrail

AUC = Measure("AUC", "area under ROC, ties one half", "up")
GAP = Measure("AUC gap", "greatest minus least AUC over groups", "down")
HOSTILE = '<a href="http://x.invalid">%{y} & co</a>'

Traces = Callable[[go.Figure, str], list[Any]]


@pytest.fixture
def plane() -> Plane:
    return Plane(AUC, GAP, "validation", details="race, over 3 of 5 groups", noise_floor=0.05)


@pytest.fixture
def trails() -> list[RunTrail]:
    """Three configurations of two seeds; MultiFair is worse than FairGrad on both axes."""
    rng = np.random.default_rng(0)
    ends = {"baseline": (0.84, 0.09), "fairgrad": (0.83, 0.06), "multifair": (0.82, 0.07)}
    epochs = np.arange(1, 7)
    return [
        RunTrail(
            f"{method}-{seed}",
            method,
            method,
            seed,
            epochs,
            end[0] - 0.1 / epochs + rng.normal(0, 0.001, 6),
            end[1] + 0.1 / epochs + rng.normal(0, 0.001, 6),
        )
        for method, end in ends.items()
        for seed in range(2)
    ]


@pytest.fixture
def curves() -> list[GroupCurves]:
    """Two configurations; the group "other" is never estimable."""
    rng = np.random.default_rng(1)
    groups = ("black", "other", "white")
    auc = 0.8 + rng.normal(0, 0.01, (2, 3, 3, 8))
    auc[:, :, 1] = np.nan
    return [
        GroupCurves(method, method, "race", groups, np.arange(1, 9), auc[index])
        for index, method in enumerate(("baseline", "fairgrad"))
    ]


@pytest.fixture
def multifair() -> ModulationTraces:
    rng = np.random.default_rng(2)
    steps = 1000
    return ModulationTraces(
        "MultiFair",
        "multifair",
        0,
        ("labs", "notes"),
        ("race", "sex"),
        {
            "loss": rng.random(steps),
            "balance": rng.random((steps, 2)),
            "batch_factors": 1 + rng.normal(0, 0.02, (steps, 2)),
            "gate": (rng.random((steps, 2)) < 0.4).astype(np.float32),
            "gap": np.abs(rng.normal(0, 0.05, (steps, 2))),
        },
        tau=0.04,
        noise_floor=0.09,
    )


@pytest.fixture
def fairgrad() -> ModulationTraces:
    rng = np.random.default_rng(3)
    return ModulationTraces(
        "FairGrad",
        "fairgrad",
        1,
        ("labs", "notes"),
        ("race", "sex"),
        {
            "cosines": rng.uniform(-1, 1, (50, 3, 3)),
            "conflict_share": rng.random(50),
            "weights": 1 + rng.random((50, 3)),
        },
    )


@pytest.fixture
def traces_of() -> Traces:
    """Traces of a figure by the kind that their ``meta`` names."""
    return lambda figure, kind: [trace for trace in figure.data if trace.meta == kind]
