"""Encoders f_m: a modality's numbers to its feature vector h_m, for all members and modalities at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from models.layers import (
    Backward,
    Parameter,
    ParameterLayout,
    Use,
    affine,
    linear,
    linear_parameters,
    norm_parameters,
    normalise_,
    normalise_backward_,
    rectified_,
    rectified_backward_,
)
from models.specs import NetworkSpec

ENCODER = "encoder"
HIDDEN, FEATURE, NORM = f"{ENCODER}.hidden", f"{ENCODER}.feature", f"{ENCODER}.norm"


def pad_inputs(inputs: Sequence[Tensor]) -> Tensor:
    """Stack modalities [N, D_m] into one tensor [N, M, W], W the widest, padded with zeros."""
    width = max(modality.shape[1] for modality in inputs)
    padded = [torch.nn.functional.pad(modality, (0, width - modality.shape[1])) for modality in inputs]
    return torch.stack(padded, dim=1)


def encoder_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """Two linear maps and a normalisation per modality, stacked over modalities [M, ...]."""
    count, widest = len(spec.input_widths), max(spec.input_widths)
    stack = (count,)
    first = linear_parameters(HIDDEN, widest, spec.hidden_width, stack=stack)
    # Each modality starts by its own number of inputs, as an encoder of its own would; padding starts at 0.
    widths = torch.tensor(spec.input_widths)
    bound = widths.rsqrt().view(count, 1, 1)
    real = (torch.arange(widest)[None, :] < widths[:, None]).unsqueeze(-1)
    weight, bias = first[f"{HIDDEN}.weight"], first[f"{HIDDEN}.bias"]
    return {
        f"{HIDDEN}.weight": Parameter(weight.shape, bound * real),
        f"{HIDDEN}.bias": Parameter(bias.shape, bound),
        **linear_parameters(FEATURE, spec.hidden_width, spec.feature_width, stack=stack),
        **norm_parameters(NORM, spec.feature_width, stack=stack),
    }


def encode(
    layout: ParameterLayout,
    flat: Tensor,
    inputs: Tensor,
    mask: Tensor | None = None,
    uses: list[Use] | None = None,
) -> Tensor:
    """Features h [R, M, D, N] of inputs [R, M, N, W].

    Args:
        layout: of the encoders' parameters.
        flat: their values [R, P].
        inputs: of every modality.
        mask: of dropout [R, M, hidden, N]; without it nothing is dropped.
        uses: a list in which the pass back notes what it finds, in place of gradients of the parameters.
    """
    encoded: Tensor = _Encode.apply(flat, inputs, mask, layout, uses)  # type: ignore[no-untyped-call]
    return encoded


class _Encode(torch.autograd.Function):
    """The encoders as one node of the graph."""

    @staticmethod
    def forward(  # noqa: PLR0917  (torch hands them over by place)
        ctx: Any,
        flat: Tensor,
        inputs: Tensor,
        mask: Tensor | None,
        layout: ParameterLayout,
        uses: list[Use] | None,
    ) -> Tensor:
        parameters, inputs = layout.views(flat), inputs.contiguous().mT
        hidden = rectified_(linear(parameters, HIDDEN, inputs), mask)
        normal = linear(parameters, FEATURE, hidden)
        inverse = normalise_(normal)
        ctx.save_for_backward(inputs, mask, hidden, normal, inverse)
        ctx.layout, ctx.parameters, ctx.uses = layout, parameters, uses
        return affine(parameters, NORM, normal)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *signals: Tensor) -> tuple[Tensor | None, ...]:
        inputs, mask, hidden, normal, inverse = ctx.saved_tensors
        back = Backward(ctx.layout, ctx.parameters)
        signal = normalise_backward_(back.affine(NORM, normal, signals[0]), normal, inverse)
        signal = rectified_backward_(back.linear(FEATURE, hidden, signal), hidden, mask)
        back.first(HIDDEN, inputs, signal)
        return back.gradient(ctx.uses), None, None, None, None
