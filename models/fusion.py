"""Fusion: multi-head attention over the M modality tokens of a row, then their mean."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from models.layers import Parameter, layer_norm, linear, linear_parameters, norm_parameters
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


def fuse(parameters: Mapping[str, Tensor], features: Tensor, heads: int) -> Tensor:
    """Fused vector z [R, N, D] of features h [R, M, N, D]; a residual joins attention and input."""
    members, modalities, rows, width = features.shape
    tokens = features.reshape(members, modalities * rows, width)
    attended = _attend(linear(parameters, f"{FUSION}.qkv", tokens), modalities, heads)
    mixed = layer_norm(parameters, f"{FUSION}.norm", tokens + linear(parameters, f"{FUSION}.out", attended))
    return mixed.view(members, modalities, rows, width).mean(1)


def _attend(qkv: Tensor, modalities: int, heads: int) -> Tensor:
    """Attention among a row's few tokens: qkv [R, M*N, 3D] to [R, M*N, D].

    Rows are put last. With a handful of tokens and narrow heads, M*M broadcast products along contiguous
    rows are several times faster on a CPU than R*N*heads tiny matrix products.
    """
    members, positions, triple = qkv.shape
    rows, head_width = positions // modalities, triple // (3 * heads)
    by_row = qkv.transpose(1, 2).reshape(members, 3, heads, head_width, modalities, rows)
    query, key, value = by_row.unbind(1)
    scores = torch.stack([(query * key[..., j : j + 1, :]).sum(2) for j in range(modalities)])
    weights = torch.softmax(scores * head_width**-0.5, dim=0)
    attended = sum(weights[j].unsqueeze(2) * value[..., j : j + 1, :] for j in range(modalities))
    assert isinstance(attended, Tensor)
    return attended.reshape(members, triple // 3, positions).transpose(1, 2)
