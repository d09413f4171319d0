"""Encoders f_m: a modality's numbers to its feature vector h_m, for all members and modalities at once.

Modalities differ in how they come to their hidden layer: numbers of a table by a linear map, images by
convolutions. From there on they are alike. Beside the usual letters, T counts the modalities that are tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from models.images import Pixels, encode_images, image_parameters
from models.layers import (
    Backward,
    Branch,
    Parameter,
    ParameterLayout,
    Uses,
    affine,
    linear,
    linear_parameters,
    norm_parameters,
    normalise_,
    normalise_backward_,
    rectified_,
)
from models.specs import NetworkSpec

ENCODER = "encoder"
HIDDEN, FEATURE, NORM = f"{ENCODER}.hidden", f"{ENCODER}.feature", f"{ENCODER}.norm"
NO_IMAGES: Final[Mapping[int, Pixels]] = MappingProxyType({})


def pad_inputs(inputs: Sequence[Tensor]) -> Tensor:
    """Stack modalities [N, D_t] into one tensor [N, T, W], W the widest, padded with zeros."""
    width = max(modality.shape[1] for modality in inputs)
    padded = [torch.nn.functional.pad(modality, (0, width - modality.shape[1])) for modality in inputs]
    return torch.stack(padded, dim=1)


def encoder_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """A hidden layer, a linear map and a normalisation per modality, stacked over modalities [M, ...].

    The hidden layers of tables are stacked alone [T, ...], those of images are apart [1, ...].
    """
    return {name: own for part in _parts(spec) for name, own in part.items()}


def _parts(spec: NetworkSpec) -> tuple[dict[str, Parameter], ...]:
    """Of the hidden layers of tables, of those of images, and of all that follows them."""
    stack = (len(spec.input_widths),)
    images = {
        part: parameter
        for place, (slices, _, _) in spec.image_shapes.items()
        for part, parameter in image_parameters(_image(place), slices, spec.hidden_width).items()
    }
    following = {
        **linear_parameters(FEATURE, spec.hidden_width, spec.feature_width, stack=stack),
        **norm_parameters(NORM, spec.feature_width, stack=stack),
    }
    return (_table_parameters(spec) if spec.tables else {}), images, following


def _table_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """The hidden layers of tables [T, ...]."""
    own = [spec.input_widths[place] for place in spec.tables]
    count, widest = len(own), max(own)
    first = linear_parameters(HIDDEN, widest, spec.hidden_width, stack=(count,))
    # Each modality starts by its own number of inputs, as an encoder of its own would; padding starts at 0.
    widths = torch.tensor(own)
    bound = widths.rsqrt().view(count, 1, 1)
    real = (torch.arange(widest)[None, :] < widths[:, None]).unsqueeze(-1)
    weight, bias = first[f"{HIDDEN}.weight"], first[f"{HIDDEN}.bias"]
    return {
        f"{HIDDEN}.weight": Parameter(weight.shape, bound * real),
        f"{HIDDEN}.bias": Parameter(bias.shape, bound),
    }


def places_of(name: str, spec: NetworkSpec) -> Sequence[int] | None:
    """Modalities along the second axis of the encoders' parameter called so; None where they are all."""
    for place in spec.image_shapes:
        if name.startswith(f"{_image(place)}."):
            return (place,)
    return spec.tables if spec.image_shapes and name.startswith(HIDDEN) else None


class Encoders:
    """The encoders of all modalities."""

    def __init__(self, spec: NetworkSpec) -> None:
        """Lay their parameters out in three parts, as ``encoder_parameters`` has them."""
        self._tables, self._images, self._following = (ParameterLayout(part) for part in _parts(spec))

    def encode(
        self,
        flat: Tensor,
        inputs: Tensor,
        mask: Tensor | None = None,
        *,
        images: Mapping[int, Pixels] = NO_IMAGES,
        uses: Uses | None = None,
    ) -> Tensor:
        """Features h [R, M, D, N].

        Args:
            flat: the encoders' parameters [R, P].
            inputs: of tables [R, T, N, W].
            mask: of dropout [R, M, hidden, N]; without it nothing is dropped.
            images: by their place among the modalities.
            uses: where layers and branches are noted, in place of gradients of the parameters.
        """
        sizes = [part.size for part in (self._tables, self._images, self._following)]
        of_tables, of_images, rest = flat.split(sizes, dim=1)
        tables = inputs.shape[1]
        if tables:
            hidden: Tensor = _Hidden.apply(of_tables, inputs, self._tables, uses)  # type: ignore[no-untyped-call]
        if images:
            by_place = dict(self._of_images(of_images, images, uses))
            others = iter(hidden.unbind(1) if tables else ())
            places = range(len(by_place) + tables)
            hidden = torch.stack([by_place[m] if m in by_place else next(others) for m in places], dim=1)
        features: Tensor = _Features.apply(rest, hidden, mask, self._following, uses)  # type: ignore[no-untyped-call]
        return features

    def _of_images(
        self, flat: Tensor, images: Mapping[int, Pixels], uses: Uses | None
    ) -> Iterator[tuple[int, Tensor]]:
        """Place and hidden layer [R, hidden, N] of each modality of images."""
        parameters = self._images.views(flat)
        for place, pixels in images.items():
            name = _image(place)
            own = {part: values for part, values in parameters.items() if part.startswith(f"{name}.")}
            if uses is None:
                outputs = encode_images(own, name, pixels)
            else:
                leaves = {part: values.detach().requires_grad_() for part, values in own.items()}
                inside = encode_images(leaves, name, pixels)
                outputs = inside.detach().requires_grad_()
                uses.branches.append(Branch(leaves, inside, outputs))
            yield place, outputs.mT


class _Hidden(torch.autograd.Function):
    """The hidden layers of tables [R, T, hidden, N] as one node of the graph."""

    @staticmethod
    def forward(ctx: Any, flat: Tensor, inputs: Tensor, layout: ParameterLayout, uses: Uses | None) -> Tensor:
        parameters, inputs = layout.views(flat), inputs.contiguous().mT
        hidden = rectified_(linear(parameters, HIDDEN, inputs))
        ctx.save_for_backward(inputs, hidden)
        ctx.layout, ctx.parameters, ctx.uses = layout, parameters, uses
        return hidden

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *signals: Tensor) -> tuple[Tensor | None, ...]:
        inputs, hidden = ctx.saved_tensors
        back = Backward(ctx.layout, ctx.parameters)
        back.first(HIDDEN, inputs, torch.ops.aten.threshold_backward(signals[0], hidden, 0))
        return back.gradient(ctx.uses), None, None, None


class _Features(torch.autograd.Function):
    """From the hidden layers [R, M, hidden, N] of all modalities to their features, as one node."""

    @staticmethod
    def forward(  # noqa: PLR0917  (torch hands them over by place)
        ctx: Any,
        flat: Tensor,
        hidden: Tensor,
        mask: Tensor | None,
        layout: ParameterLayout,
        uses: Uses | None,
    ) -> Tensor:
        parameters = layout.views(flat)
        kept = hidden if mask is None else hidden * mask
        normal = linear(parameters, FEATURE, kept)
        inverse = normalise_(normal)
        ctx.save_for_backward(mask, kept, normal, inverse)
        ctx.layout, ctx.parameters, ctx.uses = layout, parameters, uses
        return affine(parameters, NORM, normal)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *signals: Tensor) -> tuple[Tensor | None, ...]:
        mask, kept, normal, inverse = ctx.saved_tensors
        back = Backward(ctx.layout, ctx.parameters)
        signal = normalise_backward_(back.affine(NORM, normal, signals[0]), normal, inverse)
        onto_hidden = back.linear(FEATURE, kept, signal)
        if mask is not None:
            onto_hidden.mul_(mask)
        return back.gradient(ctx.uses), onto_hidden, None, None, None


def _image(place: int) -> str:
    """How the parameters of an image modality's hidden layer are called."""
    return f"{ENCODER}.image{place}"
