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
        scale: factor on each encoder's gradient [T, M].
    """

    gate: Floats
    group_factors: Floats
    batch_factors: Floats
    scale: Floats


def can_replay(parameters: Mapping[str, Any]) -> bool:
    """Whether tau and delta act in a MultiFair run as ``replay`` has it.

    With a factor per patient there is no one factor per batch, and a gate that nothing closes ignores tau.
    """
    return (
        bool(parameters["groups"]) and parameters["granularity"] == "batch" and parameters["gate"] != "none"
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
        scale=scale.numpy(),
    )
