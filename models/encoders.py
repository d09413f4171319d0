"""Encoders f_m: a modality's numbers to its feature vector h_m, for all members and modalities at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

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

ENCODER = "encoder"


def pad_inputs(inputs: Sequence[Tensor]) -> Tensor:
    """Stack modalities [N, D_m] into one tensor [N, M, W], W the widest, padded with zeros."""
    width = max(modality.shape[1] for modality in inputs)
    padded = [torch.nn.functional.pad(modality, (0, width - modality.shape[1])) for modality in inputs]
    return torch.stack(padded, dim=1)


def encoder_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """Two linear maps and a normalisation per modality, stacked over modalities [M, ...]."""
    count, widest = len(spec.input_widths), max(spec.input_widths)
    stack = (count,)
    first = linear_parameters(f"{ENCODER}.hidden", widest, spec.hidden_width, stack=stack)
    # Each modality starts by its own number of inputs, as an encoder of its own would; padding starts at 0.
    widths = torch.tensor(spec.input_widths)
    bound = widths.rsqrt().view(count, 1, 1)
    real = (torch.arange(widest)[None, :] < widths[:, None]).unsqueeze(-1)
    weight, bias = first[f"{ENCODER}.hidden.weight"], first[f"{ENCODER}.hidden.bias"]
    return {
        f"{ENCODER}.hidden.weight": Parameter(weight.shape, bound * real),
        f"{ENCODER}.hidden.bias": Parameter(bias.shape, bound),
        **linear_parameters(f"{ENCODER}.feature", spec.hidden_width, spec.feature_width, stack=stack),
        **norm_parameters(f"{ENCODER}.norm", spec.feature_width, stack=stack),
    }


def encode(parameters: Parameters, inputs: Tensor, masks: Mapping[str, Tensor] | None) -> Tensor:
    """Features h [R, M, N, D] of inputs [R, M, N, W]."""
    hidden = masked(linear(parameters, f"{ENCODER}.hidden", inputs).relu(), masks, ENCODER)
    return layer_norm(parameters, f"{ENCODER}.norm", linear(parameters, f"{ENCODER}.feature", hidden))
