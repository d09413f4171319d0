"""Fusion: multi-head attention over the M modality tokens of a row, then their mean.

Letters: R members, M modalities, D width, N rows; in the attention H heads, c their width, i the token that
asks and j the token that is asked. With a handful of tokens and narrow heads, M*M broadcast products along
contiguous rows are several times faster on a CPU than R*N*H tiny matrix products.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from models.layers import (
    Backward,
    Parameter,
    ParameterLayout,
    Uses,
    affine,
    linear,
    linear_parameters,
    norm_parameters,
    normalise_,
    normalise_backward_,
)
from models.specs import NetworkSpec

FUSION = "fusion"
QKV, OUT, NORM = f"{FUSION}.qkv", f"{FUSION}.out", f"{FUSION}.norm"


def fusion_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """Queries, keys and values in one map, the output map, and a normalisation."""
    width = spec.feature_width
    return {
        **linear_parameters(QKV, width, 3 * width),
        **linear_parameters(OUT, width, width),
        **norm_parameters(NORM, width),
    }


def fuse(
    layout: ParameterLayout,
    flat: Tensor,
    features: Tensor,
    heads: int,
    *,
    available: Tensor | None = None,
    uses: Uses | None = None,
) -> Tensor:
    """Fused vector z [R, D, N] of features h [R, M, D, N]; a residual joins attention and input.

    Args:
        layout: of the fusion's parameters.
        flat: their values [R, P].
        features: of every modality.
        heads: H.
        available: [R, M, N], 0 for a modality that a row lacks, which is neither attended to nor averaged;
            None where no row lacks any.
        uses: where the pass back notes what it finds, in place of gradients of the parameters.
    """
    fused: Tensor = _Fuse.apply(flat, features, available, heads, layout, uses)  # type: ignore[no-untyped-call]
    return fused


class _Fuse(torch.autograd.Function):
    """The fusion as one node of the graph."""

    @staticmethod
    def forward(  # noqa: PLR0917  (torch hands them over by place)
        ctx: Any,
        flat: Tensor,
        features: Tensor,
        available: Tensor | None,
        heads: int,
        layout: ParameterLayout,
        uses: Uses | None,
    ) -> Tensor:
        parameters = layout.views(flat)
        qkv = linear(parameters, QKV, features)
        query, key, value = _by_head(qkv, heads)
        weights = _attention(query, key, available)
        attended = _mixture(weights, value).flatten(2, 3)
        normal = linear(parameters, OUT, attended).add_(features)
        inverse = normalise_(normal)
        share = _shares(normal, available)
        # The mean of scaled and shifted tokens is their mean, scaled and shifted: M times less work.
        mean = (normal * share).sum(1)
        ctx.save_for_backward(features, qkv, weights, attended, normal, inverse, share, mean)
        ctx.heads, ctx.layout, ctx.parameters, ctx.uses = heads, layout, parameters, uses
        return affine(parameters, NORM, mean)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *signals: Tensor) -> tuple[Tensor | None, ...]:
        features, qkv, weights, attended, normal, inverse, share, mean = ctx.saved_tensors
        back = Backward(ctx.layout, ctx.parameters)
        onto_tokens = back.affine(NORM, mean, signals[0]).unsqueeze(1) * share
        mixed = normalise_backward_(onto_tokens, normal, inverse)
        pulled = back.linear(OUT, attended, mixed).unflatten(2, (ctx.heads, -1))
        query, key, value = _by_head(qkv, ctx.heads)
        onto_qkv = torch.empty_like(qkv)
        onto_query, onto_key, onto_value = _by_head(onto_qkv, ctx.heads)
        _mixture(weights.transpose(1, 2), pulled, out=onto_value)
        scores = _softmax_backward(_products(pulled, value), weights).mul_(query.shape[3] ** -0.5)
        _mixture(scores, key, out=onto_query)
        _mixture(scores.transpose(1, 2), query, out=onto_key)
        onto_features = back.linear(QKV, features, onto_qkv).add_(mixed)
        return back.gradient(ctx.uses), onto_features, None, None, None, None


def _by_head(qkv: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, views [R, M, H, c, N] of [R, M, 3D, N]."""
    queries, keys, values = qkv.unflatten(2, (3, heads, -1)).unbind(2)
    return queries, keys, values


def _shares(tokens: Tensor, available: Tensor | None) -> Tensor:
    """What each token [R, M, D, N] counts in its row's mean, broadcastable to it."""
    if available is None:
        return tokens.new_full((1, tokens.shape[1], 1, 1), 1 / tokens.shape[1])
    return (available / available.sum(1, keepdim=True)).unsqueeze(2)


def _attention(query: Tensor, key: Tensor, available: Tensor | None) -> Tensor:
    """Weights [R, i, j, H, N] that sum to 1 over j, of queries and keys [R, M, H, c, N]."""
    scores = _products(query, key).mul_(query.shape[3] ** -0.5)
    if available is not None:
        scores.masked_fill_(available[:, None, :, None] == 0, -torch.inf)
    return scores.softmax(2)


def _softmax_backward(signal: Tensor, weights: Tensor) -> Tensor:
    """From the gradient with respect to weights [R, i, j, H, N] to that with respect to scores, in place."""
    signal.mul_(weights)
    return signal.addcmul_(weights, signal.sum(2, keepdim=True), value=-1)


def _products(asking: Tensor, asked: Tensor) -> Tensor:
    """sum_c asking[i, c] * asked[j, c]: two of [R, M, H, c, N] to [R, i, j, H, N]."""
    product = torch.empty_like(asking, memory_format=torch.contiguous_format)
    sums = [torch.mul(asking, one, out=product).sum(3) for one in asked.split(1, 1)]
    return torch.stack(sums, dim=2)


def _mixture(weights: Tensor, asked: Tensor, out: Tensor | None = None) -> Tensor:
    """sum_j weights[i, j] * asked[j, c]: [R, i, j, H, N] and [R, j, H, c, N] to [R, i, H, c, N]."""
    (weight, *more_weights), (one, *more) = weights.unsqueeze(4).split(1, 2), asked.split(1, 1)
    mixed = torch.mul(weight.squeeze(2), one, out=out)
    for weight, one in zip(more_weights, more, strict=True):
        mixed.addcmul_(weight.squeeze(2), one)
    return mixed
