"""Heads: the task's logits from the fused vector, and a watching classifier c_m per modality.

C counts score columns: one logit for an outcome of two values, one per class for more.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from models.layers import (
    Backward,
    Parameter,
    ParameterLayout,
    Uses,
    affine,
    linear,
    linear_backward,
    linear_parameters,
    norm_parameters,
    normalise_,
    normalise_backward_,
    rectified_,
    rectified_backward_,
)
from models.specs import NetworkSpec

HEAD = "head"
HIDDEN, NORM, LOGIT = f"{HEAD}.hidden", f"{HEAD}.norm", f"{HEAD}.logit"
AUXILIARY = "auxiliary"
AUXILIARY_HIDDEN, AUXILIARY_LOGIT = f"{AUXILIARY}.hidden", f"{AUXILIARY}.logit"


class HeadOutput(NamedTuple):
    """Logits [R, (M,) C, N] and the inputs [R, (M,) D, N] of the last linear map that made them."""

    logits: Tensor
    last_features: Tensor


def head_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """One hidden layer and C logits."""
    width = spec.feature_width
    return {
        **linear_parameters(HIDDEN, width, width),
        **norm_parameters(NORM, width),
        **linear_parameters(LOGIT, width, spec.score_columns),
    }


def classify(
    layout: ParameterLayout,
    flat: Tensor,
    fused: Tensor,
    mask: Tensor | None = None,
    uses: Uses | None = None,
) -> HeadOutput:
    """Task logits [R, C, N] of fused vectors [R, D, N].

    Args:
        layout: of the head's parameters.
        flat: their values [R, P].
        fused: what to judge.
        mask: of dropout [R, D, N]; without it nothing is dropped.
        uses: where the pass back notes what it finds, in place of gradients of the parameters.
    """
    logits, features = _Classify.apply(flat, fused, mask, layout, uses)  # type: ignore[no-untyped-call]
    return HeadOutput(logits, features)


class _Classify(torch.autograd.Function):
    """The task's head as one node of the graph."""

    @staticmethod
    def forward(  # noqa: PLR0917  (torch hands them over by place)
        ctx: Any,
        flat: Tensor,
        fused: Tensor,
        mask: Tensor | None,
        layout: ParameterLayout,
        uses: Uses | None,
    ) -> tuple[Tensor, Tensor]:
        parameters = layout.views(flat)
        normal = linear(parameters, HIDDEN, fused)
        inverse = normalise_(normal)
        scaled = affine(parameters, NORM, normal)
        features = functional.gelu(scaled)
        if mask is not None:
            features.mul_(mask)
        ctx.save_for_backward(fused, mask, normal, inverse, scaled, features)
        ctx.layout, ctx.parameters, ctx.uses = layout, parameters, uses
        return linear(parameters, LOGIT, features), features

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *signals: Tensor) -> tuple[Tensor | None, ...]:
        fused, mask, normal, inverse, scaled, features = ctx.saved_tensors
        back = Backward(ctx.layout, ctx.parameters)
        signal = back.linear(LOGIT, features, signals[0]).add_(signals[1])
        if mask is not None:
            signal.mul_(mask)
        signal = back.affine(NORM, normal, torch.ops.aten.gelu_backward(signal, scaled))
        signal = back.linear(HIDDEN, fused, normalise_backward_(signal, normal, inverse))
        return back.gradient(ctx.uses), signal, None, None, None


def auxiliary_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """A small classifier per modality, stacked over modalities [M, ...]."""
    width, stack = spec.feature_width, (len(spec.input_widths),)
    return {
        **linear_parameters(AUXILIARY_HIDDEN, width, width, stack=stack),
        **linear_parameters(AUXILIARY_LOGIT, width, spec.score_columns, stack=stack),
    }


def classify_modalities(
    layout: ParameterLayout, flat: Tensor, features: Tensor, mask: Tensor | None = None
) -> HeadOutput:
    """Logits [R, M, C, N] of each modality's features h [R, M, D, N] alone, which get no gradient.

    Args:
        layout: of the classifiers' parameters.
        flat: their values [R, Q].
        features: of every modality.
        mask: of dropout [R, M, D, N]; without it nothing is dropped.
    """
    logits, hidden = _ClassifyModalities.apply(flat, features, mask, layout)  # type: ignore[no-untyped-call]
    return HeadOutput(logits, hidden)


class _ClassifyModalities(torch.autograd.Function):
    """The modality classifiers as one node of the graph, behind whose features nothing learns."""

    @staticmethod
    def forward(
        ctx: Any, flat: Tensor, features: Tensor, mask: Tensor | None, layout: ParameterLayout
    ) -> tuple[Tensor, Tensor]:
        parameters = layout.views(flat)
        hidden = rectified_(linear(parameters, AUXILIARY_HIDDEN, features), mask)
        ctx.save_for_backward(features, mask, hidden)
        ctx.layout, ctx.parameters = layout, parameters
        ctx.mark_non_differentiable(hidden)
        return linear(parameters, AUXILIARY_LOGIT, hidden), hidden

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *signals: Tensor) -> tuple[Tensor | None, ...]:
        features, mask, hidden = ctx.saved_tensors
        back = Backward(ctx.layout, ctx.parameters)
        signal = rectified_backward_(back.linear(AUXILIARY_LOGIT, hidden, signals[0]), hidden, mask)
        back.first(AUXILIARY_HIDDEN, features, signal)
        return back.gradient(), None, None, None


def modality_features_gradient(
    layout: ParameterLayout, flat: Tensor, hidden: Tensor, signal: Tensor, mask: Tensor | None = None
) -> Tensor:
    """Gradient with respect to the features h [R, M, D, N] that modality classifiers have judged.

    Args:
        layout: of the classifiers' parameters.
        flat: their values [R, Q], which get no gradient.
        hidden: their hidden layer [R, M, D, N].
        signal: gradient with respect to their logits [R, M, C, N].
        mask: of dropout, as they had it.
    """
    parameters = layout.views(flat.detach())
    onto_hidden = linear_backward(parameters, AUXILIARY_LOGIT, signal)
    return linear_backward(parameters, AUXILIARY_HIDDEN, rectified_backward_(onto_hidden, hidden, mask))
