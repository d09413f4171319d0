"""What if a dial had been different: answers from what was recorded, without training.

The trajectory is held fixed, so the answer is an estimate: with other dials the run itself would have gone
another way. Source of the formulas: MultiFair, Zubair et al. 2025, arXiv:2510.07328.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Replay:
    """Recorded steps under other dials, with T steps, A attributes, M modalities, G groups.

    Attributes:
        gate: 1 where the gap reaches tau [T, A].
        group_factors: F [T, M, G].
        batch_factors: f, mean over attributes [T, M].
        acting: the same with a closed gate counting as 1 [T, M].
        scale: factor on each encoder's gradient [T, M].
    """

    gate: Floats
    group_factors: Floats
    batch_factors: Floats
    acting: Floats
    scale: Floats


@dataclass(frozen=True)
class ControllerReplay:
    """Recorded steps of MultiFair+ under another tau, with T steps, A attributes, G groups.

    Attributes:
        delta: the controller's strength [T, A].
        group_weight: weight of a row of each group, before the batch's mean is divided out [T, G].
    """

    delta: Floats
    group_weight: Floats


def can_steer(parameters: Mapping[str, Any]) -> bool:
    """Whether a run is MultiFair+'s: tau is its dial, and a controller sets delta."""
    return "delta_max" in parameters


def can_replay(parameters: Mapping[str, Any]) -> bool:
    """Whether tau and delta act in a MultiFair run as ``replay`` has it.

    With a factor per patient there is no one factor per batch, and a gate that nothing closes ignores tau.
    """
    return (
        bool(parameters.get("groups"))
        and parameters["granularity"] == "batch"
        and parameters["gate"] != "none"
    )


def replay(
    traces: Mapping[str, Floats], group_sizes: Sequence[int], *, tau: float, delta: float, rho: float
) -> Replay:
    """Push a MultiFair run's recorded AUCs and shares through its formulas with other tau and delta.

    Args:
        traces: as MultiFair records them: ``surrogate_auc`` [T, M, G], ``shares`` [T, G], ``gap`` [T, A],
            ``balance`` [T, M].
        group_sizes: number of groups of each attribute, in the order of the group axis.
        tau: gap that opens the gate.
        delta: strength of the group factors.
        rho: overall strength of the modality factors.
    """
    # torch is imported with the first replay, not with the page that offers it.
    import torch  # noqa: PLC0415

    from models.groups import GroupLayout  # noqa: PLC0415
    from models.modulation import batch_factors, fairness_factors  # noqa: PLC0415

    surrogate = torch.from_numpy(traces["surrogate_auc"])
    shares = torch.from_numpy(traces["shares"])
    parts = GroupLayout(tuple(group_sizes)).slices
    factors = [fairness_factors(surrogate[..., part], delta, tau).clamp_min(0) for part in parts]
    combined = torch.stack(
        [batch_factors(factor, shares[:, part]) for factor, part in zip(factors, parts, strict=True)], dim=1
    )
    gate = torch.from_numpy(traces["gap"]) >= tau
    acting = torch.where(gate.unsqueeze(-1), combined, 1.0).mean(1)
    scale = rho * torch.from_numpy(traces["balance"]) * acting
    return Replay(
        gate=gate.float().numpy(),
        group_factors=torch.cat(factors, dim=-1).numpy(),
        batch_factors=combined.mean(1).numpy(),
        acting=acting.numpy(),
        scale=scale.numpy(),
    )


def replay_controller(
    traces: Mapping[str, Floats], group_sizes: Sequence[int], parameters: Mapping[str, Any], *, tau: float
) -> ControllerReplay:
    """Push a MultiFair+ run's recorded gaps and averaged AUCs through its controller with another tau.

    Each step, delta <- clip(delta + gain (gap - tau), 0, delta_max) from 0, and a row of group g weighs
    clip(1 + delta (mean AUC - AUC_g) / tau, floor, ceiling).

    Args:
        traces: as MultiFair+ records them: ``gap`` [T, A], ``fused_auc`` (averaged) [T, G].
        group_sizes: number of groups of each attribute, in the order of the group axis.
        parameters: the run's own gain, delta_max, weight_floor and weight_ceiling.
        tau: the gap to steer towards.
    """
    import torch  # noqa: PLC0415

    from models.groups import GroupLayout  # noqa: PLC0415
    from models.modulation import group_weights  # noqa: PLC0415

    delta = _controlled(traces["gap"], tau, parameters["gain"], parameters["delta_max"])
    auc, strength = torch.from_numpy(traces["fused_auc"]), torch.from_numpy(delta)
    limits = parameters["weight_floor"], parameters["weight_ceiling"]
    weights = [
        group_weights(auc[:, part], strength[:, [k]], tau, *limits)
        for k, part in enumerate(GroupLayout(tuple(group_sizes)).slices)
    ]
    return ControllerReplay(delta, torch.cat(weights, dim=-1).numpy())


def _controlled(gap: Floats, tau: float, gain: float, largest: float) -> Floats:
    """The controller's strength [T, A], step by step in the training's own precision."""
    moves = np.float32(gain) * (gap - np.float32(tau))
    delta, now = np.empty_like(gap), np.zeros(gap.shape[1], dtype=gap.dtype)
    for step, move in enumerate(moves):
        now = np.clip(now + move, np.float32(0), np.float32(largest))
        delta[step] = now
    return delta
