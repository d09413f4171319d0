"""Gradients of several objectives in one pass back through the network.

Rows never meet inside the network, so a layer's output for row n reaches the logits of row n alone. One pass
back finds how each layer's outputs move the logits; an objective then only weighs the rows: with delta its
gradient with respect to the logits, the gradient of a linear map is inputs (delta * signal)^T. K objectives
cost K small products per layer in place of K passes.

Shapes: R members, M modalities, N rows, C score columns, K objectives, P parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from models.layers import ParameterLayout, Use


def jacobian(
    losses: Tensor, leaf: Tensor, logits: Tensor, *, weights: Tensor, uses: list[Use], layout: ParameterLayout
) -> Tensor:
    """Gradients J [R, K, P] of losses [R, K], functions of the logits [R, C, N], by all parameters.

    Args:
        losses: computed from ``leaf``.
        leaf: the logits as a graph's leaf.
        logits: the same numbers with the network's graph behind them.
        weights: the parameters [R, P], at the end of that graph.
        uses: the list in which a pass back along that graph notes what it finds.
        layout: where each parameter lies in P.
    """
    pulls = _pulls(losses, leaf)
    parts: dict[str, Tensor] = {}
    last = logits.shape[1] - 1
    for column, pull in enumerate(pulls.unbind(2)):
        uses.clear()
        torch.autograd.grad(logits[:, column].sum(), weights, retain_graph=column < last, allow_unused=True)
        for name, part in _weighted(uses, pull):
            parts[name] = part if name not in parts else parts[name] + part
    return layout.flat(parts, leading=2)


def _pulls(losses: Tensor, leaf: Tensor) -> Tensor:
    """Gradients [R, K, C, N] of the losses with respect to the logits."""
    by_loss = [
        torch.autograd.grad(losses[:, k].sum(), leaf, retain_graph=True)[0] for k in range(losses.shape[1])
    ]
    return torch.stack(by_loss, dim=1)


def _weighted(uses: Sequence[Use], pull: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Name and gradients [R, K, (M,) ...] of each layer's two parameters, of weights of rows [R, K, N]."""
    for use in uses:
        weights = pull if use.signal.dim() == 3 else pull.unsqueeze(1)
        if use.inputs is None:
            assert use.product is not None
            yield f"{use.layer}.scale", (use.product @ weights.mT).movedim(-1, 1)
            yield f"{use.layer}.shift", (use.signal @ weights.mT).movedim(-1, 1)
        else:
            scaled = (use.signal.unsqueeze(-3) * weights.unsqueeze(-2)).flatten(-3, -2)
            product = (use.inputs @ scaled.mT).unflatten(-1, (pull.shape[1], -1))
            yield f"{use.layer}.weight", product.movedim(-2, 1)
            yield f"{use.layer}.bias", (use.signal @ weights.mT).movedim(-1, 1)
