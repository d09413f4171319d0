"""Fusion: multi-head attention over the M modality tokens of a row, then their mean."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from models.layers import (
    Parameter,
    Parameters,
    affine,
    linear,
    linear_parameters,
    norm_parameters,
    normalised,
)
from models.specs import NetworkSpec

FUSION = "fusion"


def fusion_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """Queries, keys and values in one map, the output map, and a normalisation."""
    width = spec.feature_width
    return {
        **linear_parameters(f"{FUSION}.qkv", width, 3 * width),
        **linear_parameters(f"{FUSION}.out", width, width),
        **norm_parameters(f"{FUSION}.norm", width),
    }


def fuse(parameters: Parameters, features: Tensor, heads: int, available: Tensor | None = None) -> Tensor:
    """Fused vector z [R, N, D] of features h [R, M, N, D]; a residual joins attention and input.

    A modality that ``available`` [R, M, N] says a row lacks is neither attended to nor averaged.
    """
    members, modalities, rows, width = features.shape
    tokens = features.reshape(members, modalities * rows, width)
    qkv = linear(parameters, f"{FUSION}.qkv", tokens, rows_last=True)
    attended = linear(parameters, f"{FUSION}.out", _attend(qkv, modalities, heads, available))
    mixed = normalised(tokens + attended).view(features.shape)
    # The mean of scaled and shifted tokens is their mean, scaled and shifted: M times less work.
    return affine(parameters, f"{FUSION}.norm", _mean(mixed, available))


def _mean(tokens: Tensor, available: Tensor | None) -> Tensor:
    """Mean [R, N, D] over the modalities that a row has, of [R, M, N, D]."""
    if available is None:
        return tokens.sum(1) * (1 / tokens.shape[1])
    share = available / available.sum(1, keepdim=True)
    return (tokens * share.unsqueeze(-1)).sum(1)


def _attend(qkv: Tensor, modalities: int, heads: int, available: Tensor | None) -> Tensor:
    """Attention among a row's few tokens: qkv [R, M*N, 3D] to [R, M*N, D].

    Rows are put last. With a handful of tokens and narrow heads, M*M broadcast products along contiguous
    rows are several times faster on a CPU than R*N*heads tiny matrix products. Letters below: R members, H
    heads, c their width, i the asking token, j the token asked, N rows.
    """
    members, positions, triple = qkv.shape
    rows, head_width = positions // modalities, triple // (3 * heads)
    by_row = qkv.transpose(1, 2).reshape(members, 3, heads, head_width, modalities, rows)
    query, key, value = by_row.unbind(1)
    scores = _Products.apply(query, key) * head_width**-0.5  # type: ignore[no-untyped-call]
    if available is not None:
        absent = available.transpose(0, 1).reshape(modalities, members, 1, 1, rows) == 0
        scores = scores.masked_fill(absent, -torch.inf)
    attended: Tensor = _Mixture.apply(torch.softmax(scores, dim=0), value)  # type: ignore[no-untyped-call]
    return attended.reshape(members, triple // 3, positions).transpose(1, 2)


class _Products(torch.autograd.Function):
    """Inner products [j, R, H, i, N] of every query with every key, both [R, H, c, i or j, N].

    Its gradients, and those of ``_Mixture``, are one another's sums: by hand they need half the passes over
    memory that automatic differentiation of the products would.
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor) -> Tensor:
        ctx.save_for_backward(query, key)
        return _products(query, key)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        query, key = ctx.saved_tensors
        return _mixture(gradients[0], key), _collected(gradients[0], query)


class _Mixture(torch.autograd.Function):
    """Values [R, H, c, j, N] mixed with weights [j, R, H, i, N] into [R, H, c, i, N]."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, value: Tensor) -> Tensor:
        ctx.save_for_backward(weights, value)
        return _mixture(weights, value)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        weights, value = ctx.saved_tensors
        return _products(gradients[0], value), _collected(weights, gradients[0])


def _products(asking: Tensor, asked: Tensor) -> Tensor:
    """sum_c asking[c, i] * asked[c, j]: [R, H, c, i, N] and [R, H, c, j, N] to [j, R, H, i, N]."""
    product = torch.empty_like(asking)
    return torch.stack([torch.mul(asking, one, out=product).sum(2) for one in asked.split(1, 3)])


def _mixture(weights: Tensor, asked: Tensor) -> Tensor:
    """sum_j weights[j, i] * asked[c, j]: to [R, H, c, i, N]."""
    (weight, *more_weights), (one, *more) = weights.unsqueeze(3).unbind(), asked.split(1, 3)
    mixed: Tensor = weight * one
    for weight, one in zip(more_weights, more, strict=True):
        mixed.addcmul_(weight, one)
    return mixed


def _collected(weights: Tensor, asking: Tensor) -> Tensor:
    """sum_i weights[j, i] * asking[c, i]: to [R, H, c, j, N]."""
    product = torch.empty_like(asking)
    return torch.stack([torch.mul(asking, w, out=product).sum(3) for w in weights.unsqueeze(3)], dim=3)
