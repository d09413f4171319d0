"""Heads: the task's logits from the fused vector, and a watching classifier c_m per modality.

C counts score columns: one logit for an outcome of two values, one per class for more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

from models.layers import (
    Parameter,
    Parameters,
    layer_norm,
    linear,
    linear_parameters,
    masked,
    norm_parameters,
)
from models.specs import NetworkSpec

HEAD = "head"
AUXILIARY = "auxiliary"


class HeadOutput(NamedTuple):
    """Logits [R, (M,) C, N] and the inputs [R, (M,) N, D] of the last linear map that made them."""

    logits: Tensor
    last_features: Tensor


def head_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """One hidden layer and C logits."""
    width = spec.feature_width
    return {
        **linear_parameters(f"{HEAD}.hidden", width, width),
        **norm_parameters(f"{HEAD}.norm", width),
        **linear_parameters(f"{HEAD}.logit", width, spec.score_columns),
    }


def classify(parameters: Parameters, fused: Tensor, masks: Mapping[str, Tensor] | None) -> HeadOutput:
    """Task logits [R, C, N] of fused vectors [R, N, D]."""
    hidden = layer_norm(parameters, f"{HEAD}.norm", linear(parameters, f"{HEAD}.hidden", fused))
    features = masked(functional.gelu(hidden), masks, HEAD)
    return HeadOutput(linear(parameters, f"{HEAD}.logit", features).mT, features)


def auxiliary_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """A small classifier per modality, stacked over modalities [M, ...]."""
    width, stack = spec.feature_width, (len(spec.input_widths),)
    return {
        **linear_parameters(f"{AUXILIARY}.hidden", width, width, stack=stack),
        **linear_parameters(f"{AUXILIARY}.logit", width, spec.score_columns, stack=stack),
    }


def classify_modalities(
    parameters: Parameters, features: Tensor, masks: Mapping[str, Tensor] | None
) -> HeadOutput:
    """Logits [R, M, C, N] of each modality's features h [R, M, N, D] alone."""
    hidden = masked(linear(parameters, f"{AUXILIARY}.hidden", features).relu(), masks, AUXILIARY)
    return HeadOutput(linear(parameters, f"{AUXILIARY}.logit", hidden).mT, hidden)
