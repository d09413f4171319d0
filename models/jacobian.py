"""Gradients of several objectives in one pass back through the network.

Rows never meet inside the network, so a layer's output for row n reaches the logits of row n alone. One pass
back finds how each layer's outputs move the logits; an objective then only weighs the rows: with delta its
gradient with respect to the logits, the gradient of a linear map is inputs (delta * signal)^T. K objectives
cost K small products per layer in place of K passes. Parts that are not looked at layer by layer, such as
convolutions, are gone through once per objective.

Shapes: R members, M modalities, N rows, C score columns, K objectives, P parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from models.layers import Branch, ParameterLayout, Use, Uses


def jacobian(
    losses: Tensor, leaf: Tensor, logits: Tensor, *, weights: Tensor, uses: Uses, layout: ParameterLayout
) -> Tensor:
    """Gradients J [R, K, P] of losses [R, K], functions of the logits [R, C, N], by all parameters.

    Args:
        losses: computed from ``leaf``.
        leaf: the logits as a graph's leaf.
        logits: the same numbers with the network's graph behind them.
        weights: the parameters [R, P], at the end of that graph.
        uses: where passes along that graph note what they find.
        layout: where each parameter lies in P.
    """
    pulls = _pulls(losses, leaf)
    parts: dict[str, Tensor] = {}
    arrived: dict[Branch, Tensor] = {}
    ends = [weights, *(branch.outputs for branch in uses.branches)]
    last = logits.shape[1] - 1
    for column, pull in enumerate(pulls.unbind(2)):
        uses.layers.clear()
        _, *signals = torch.autograd.grad(
            logits[:, column].sum(), ends, retain_graph=column < last, allow_unused=True
        )
        for branch, signal in zip(uses.branches, signals, strict=True):
            own = pull.unsqueeze(-1) * signal.unsqueeze(1)
            arrived[branch] = own if branch not in arrived else arrived[branch] + own
        for name, part in _weighted(uses.layers, pull):
            parts[name] = part if name not in parts else parts[name] + part
    for branch, gradient in arrived.items():
        parts.update(_branch_gradients(branch, gradient))
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


def _branch_gradients(branch: Branch, arrived: Tensor) -> dict[str, Tensor]:
    """Gradients [R, K, size] of a branch's parameters; [R, K, N, width] of the objectives arrive at it."""
    leaves, last = list(branch.parameters.values()), arrived.shape[1] - 1
    by_objective = [
        torch.autograd.grad(branch.inside, leaves, own, retain_graph=k < last)
        for k, own in enumerate(arrived.unbind(1))
    ]
    return {
        name: torch.stack([own.flatten(1) for own in gradients], dim=1)
        for name, gradients in zip(branch.parameters, zip(*by_objective, strict=True), strict=True)
    }
