"""Rules from torchjd to make one direction of several gradients, as alternatives to projection.

torchjd is optional. Sources: UPGrad, Quinton & Rey 2024, arXiv:2406.16232; MGDA, Desideri 2012; CAGrad, Liu
et al. 2021, arXiv:2110.14048.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

_CAGRAD_RADIUS = 0.5


def aggregator_weights(rule: str, gramian: Tensor) -> Tensor:
    """Weights w [R, K] of the gradients in the update, of their inner products [R, K, K].

    Scaled so that, like a projection without conflicts, they sum the gradients and do not average them.

    Args:
        rule: "upgrad", "mgda" or "cagrad".
        gramian: in double precision; members are solved one after another, on the CPU.

    Raises:
        ImportError: torchjd, or the solver that a rule needs, is not installed.
    """
    weighting = _weighting(rule)
    members = [weighting(member) for member in gramian.cpu()]
    return torch.stack(members).to(gramian.device) * gramian.shape[-1]


def _weighting(rule: str) -> Callable[[Tensor], Tensor]:
    from torchjd.aggregation import CAGradWeighting, MGDAWeighting, UPGradWeighting  # noqa: PLC0415

    made: dict[str, Callable[[], Callable[[Tensor], Tensor]]] = {
        "upgrad": UPGradWeighting,
        "mgda": MGDAWeighting,
        "cagrad": lambda: CAGradWeighting(c=_CAGRAD_RADIUS),
    }
    return made[rule]()
