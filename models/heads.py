"""Heads: the task's logit from the fused vector, and a watching classifier c_m per modality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

from models.layers import Parameter, layer_norm, linear, linear_parameters, masked, norm_parameters
from models.specs import NetworkSpec

HEAD = "head"
AUXILIARY = "auxiliary"


class HeadOutput(NamedTuple):
    """Logits [R, (M,) N] and the inputs [R, (M,) N, D] of the last linear map that made them."""

    logits: Tensor
    last_features: Tensor


def head_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """One hidden layer and a logit."""
    width = spec.feature_width
    return {
        **linear_parameters(f"{HEAD}.hidden", width, width),
        **norm_parameters(f"{HEAD}.norm", width),
        **linear_parameters(f"{HEAD}.logit", width, 1),
    }


def classify(
    parameters: Mapping[str, Tensor], fused: Tensor, masks: Mapping[str, Tensor] | None
) -> HeadOutput:
    """Task logits [R, N] of fused vectors [R, N, D]."""
    hidden = layer_norm(parameters, f"{HEAD}.norm", linear(parameters, f"{HEAD}.hidden", fused))
    features = masked(functional.gelu(hidden), masks, HEAD)
    return HeadOutput(linear(parameters, f"{HEAD}.logit", features).squeeze(-1), features)


def auxiliary_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """A small classifier per modality, stacked over modalities [M, ...]."""
    width, stack = spec.feature_width, (len(spec.input_widths),)
    return {
        **linear_parameters(f"{AUXILIARY}.hidden", width, width, stack=stack),
        **linear_parameters(f"{AUXILIARY}.logit", width, 1, stack=stack),
    }


def classify_modalities(
    parameters: Mapping[str, Tensor], features: Tensor, masks: Mapping[str, Tensor] | None
) -> HeadOutput:
    """Logits [R, M, N] of each modality's features h [R, M, N, D] alone."""
    hidden = masked(linear(parameters, f"{AUXILIARY}.hidden", features).relu(), masks, AUXILIARY)
    return HeadOutput(linear(parameters, f"{AUXILIARY}.logit", hidden).squeeze(-1), hidden)
