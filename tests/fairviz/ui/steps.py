"""Steps of configurations made by hand, so that what is said of them is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairviz.figures.series import ModulationTraces
from fairviz.ui.modulationseries import Steps
from models.specs import METHODS

Floats = NDArray[np.float32]
COUNT = 100
GROUPS = (("asian", "white"), ("female", "male"))


def traces_of(
    method: str,
    traces: Mapping[str, Any],
    seed: int = 0,
    withheld: Mapping[str, tuple[str, ...]] | None = None,
) -> ModulationTraces:
    """Traces of two modalities, two attributes and two groups of each; a number fills a whole trace."""
    return ModulationTraces(
        label=METHODS[method].title,
        method=method,
        seed=seed,
        modalities=("labs", "notes"),
        attributes=("race", "sex"),
        traces={name: np.asarray(trace, dtype=np.float32) for name, trace in traces.items()},
        tau=getattr(METHODS[method].defaults, "tau", None),
        noise_floor=0.09,
        groups=GROUPS,
        withheld=withheld or {},
    )


def steps_of(
    method: str,
    *seeds: Mapping[str, Any],
    chance: Mapping[str, Sequence[float]] | None = None,
    withheld: Mapping[str, tuple[str, ...]] | None = None,
    **parameters: Any,
) -> Steps:
    """Seeds of a method with some hyperparameters changed."""
    runs = [traces_of(method, own, seed, withheld) for seed, own in enumerate(seeds)]
    return Steps(runs, {**METHODS[method].defaults.model_dump(), **parameters}, chance)


def full(value: float, *shape: int) -> Floats:
    return np.full((COUNT, *shape), value, dtype=np.float32)


def multifair(open_share: float = 0.31, factor: float = 1.02) -> dict[str, Floats]:
    """What MultiFair records: the gate for race open in a share of steps, that for sex always."""
    gate = np.ones((COUNT, 2), dtype=np.float32)
    gate[round(open_share * COUNT) :, 0] = 0
    factors = full(1.0, 2, 4)
    factors[:, :, 0], factors[:, :, 1] = 1.3, 0.7
    factors[:20, 1, 1] = 0
    return {
        "loss": full(0.5),
        "balance": full(0.5, 2),
        "scale": full(1.2 * 0.5 * factor, 2),
        "batch_factors": full(factor, 2),
        "group_factors": factors,
        "gate": gate,
        "gap": full(0.1, 2),
        "delta": full(0.3, 2),
        "fairness_loss": full(0.02, 2),
        "guidance_loss": full(0.5),
    }


def fairgrad(opposed: float = 0.41) -> dict[str, Floats]:
    """What FairGrad records: race and the task pull apart in a share of steps."""
    cosines = np.tile(np.eye(3, dtype=np.float32) * 0.5 + 0.5, (COUNT, 1, 1))
    cosines[: round(opposed * COUNT), 0, 1] = cosines[: round(opposed * COUNT), 1, 0] = -0.5
    return {
        "cosines": cosines,
        "conflict_share": full(0.2),
        "weights": np.tile(np.array([1.0, 1.3, 1.0]), (COUNT, 1)),
        "norms": np.tile(np.array([2.0, 0.5, 0.1]), (COUNT, 1)),
        "update_norm": full(2.2),
        "losses": np.tile(np.array([0.5, 0.03, 0.01]), (COUNT, 1)),
    }


def multifair_plus() -> dict[str, Floats]:
    """What MultiFair+ records: for race delta rises while the gap falls, for sex nothing happens."""
    delta, gap = full(0.0, 2), full(0.01, 2)
    delta[:, 0] = np.linspace(0, 0.42, COUNT)
    gap[:20, 0], gap[20:60, 0], gap[60:, 0] = 0.0, 0.09, 0.05
    weight = full(1.0, 4)
    weight[-20:, 0] = 1.3
    return {"loss": full(0.5), "gap": gap, "delta": delta, "group_weight": weight}
