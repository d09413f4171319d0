"""Gradients of several objectives in one pass back through the network.

Rows never meet inside the network, so a layer's output for row n reaches the logits of row n alone. One pass
back finds how each layer's outputs move the logits; an objective then only weighs the rows: with delta its
gradient with respect to the logits, the gradient of a linear map is inputs^T (delta * signal). K objectives
cost K small products per layer in place of K passes. Parts that are not looked at layer by layer, such as
convolutions, are gone through once per objective.

Shapes: R members, M modalities, N rows, C score columns, K objectives, P parameters.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from models.layers import Branch, ParameterLayout, Use, Uses


def jacobian(losses: Tensor, leaf: Tensor, logits: Tensor, uses: Uses, layout: ParameterLayout) -> Tensor:
    """Gradients J [R, K, P] of losses [R, K], functions of the logits [R, C, N], by all parameters.

    Args:
        losses: computed from ``leaf``.
        leaf: the logits as a graph's leaf.
        logits: the same numbers with the network's graph behind them.
        uses: what the layers did to make the logits.
        layout: where each parameter lies in P.
    """
    pulls = _pulls(losses, leaf)
    outputs = [use.outputs for use in uses]
    parts: dict[str, Tensor] = {}
    arrived: dict[Branch, Tensor] = {}
    last = logits.shape[1] - 1
    for column, pull in enumerate(pulls.unbind(2)):
        signals = torch.autograd.grad(logits[:, column].sum(), outputs, retain_graph=column < last)
        for use, signal in zip(uses, signals, strict=True):
            if isinstance(use, Branch):
                part = pull.unsqueeze(-1) * signal.unsqueeze(1)
                arrived[use] = part if use not in arrived else arrived[use] + part
                continue
            for name, part in _layer_gradients(use, signal, pull):
                parts[name] = part if name not in parts else parts[name] + part
    for branch, gradient in arrived.items():
        parts.update(_branch_gradients(branch, gradient))
    return torch.cat([parts[name] for name in layout.parameters], dim=2)


def _pulls(losses: Tensor, leaf: Tensor) -> Tensor:
    """Gradients [R, K, C, N] of the losses with respect to the logits."""
    by_loss = [
        torch.autograd.grad(losses[:, k].sum(), leaf, retain_graph=True)[0] for k in range(losses.shape[1])
    ]
    return torch.stack(by_loss, dim=1)


def _layer_gradients(use: Use, signal: Tensor, pull: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Name and gradients [R, K, size] of a layer's two parameters."""
    members, objectives, rows = pull.shape
    inputs, signal = _stacked(use.inputs.detach()), _stacked(signal)
    stack, positions = signal.shape[1:3]
    # Where the modalities' tokens lie end to end, every row comes once per token.
    weights = pull.mT.repeat(1, positions // rows, 1).unsqueeze(1).expand(-1, stack, -1, -1)
    if use.is_linear:
        scaled = (signal.unsqueeze(-2) * weights.unsqueeze(-1)).flatten(-2)
        product = (inputs.mT @ scaled).unflatten(-1, (objectives, -1)).transpose(-3, -2)
        first = f"{use.layer}.weight", product
        second = f"{use.layer}.bias", weights.mT @ signal
    else:
        first = f"{use.layer}.scale", weights.mT @ (signal * inputs)
        second = f"{use.layer}.shift", weights.mT @ signal
    for name, gradient in (first, second):
        yield name, gradient.transpose(1, 2).reshape(members, objectives, -1)


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


def _stacked(rows: Tensor) -> Tensor:
    """[R, N, width] or [R, M, N, width] with the second axis always there."""
    return rows if rows.dim() == 4 else rows.unsqueeze(1)
