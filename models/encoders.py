"""Encoders f_m: a modality's numbers to its feature vector h_m, for all members and modalities at once.

Modalities differ in how they come to their hidden layer: numbers of a table by a linear map, images by
convolutions. From there on they are alike. Beside the usual letters, T counts the modalities that are tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final

import torch
from torch import Tensor

from models.images import Pixels, encode_images, image_parameters
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
    stack = (len(spec.input_widths),)
    images = {
        part: parameter
        for place, (slices, _, _) in spec.image_shapes.items()
        for part, parameter in image_parameters(_image(place), slices, spec.hidden_width).items()
    }
    return {
        **(_table_parameters(spec) if spec.tables else {}),
        **images,
        **linear_parameters(f"{ENCODER}.feature", spec.hidden_width, spec.feature_width, stack=stack),
        **norm_parameters(f"{ENCODER}.norm", spec.feature_width, stack=stack),
    }


def _table_parameters(spec: NetworkSpec) -> dict[str, Parameter]:
    """The hidden layers of tables [T, ...]."""
    own = [spec.input_widths[place] for place in spec.tables]
    count, widest = len(own), max(own)
    first = linear_parameters(f"{ENCODER}.hidden", widest, spec.hidden_width, stack=(count,))
    # Each modality starts by its own number of inputs, as an encoder of its own would; padding starts at 0.
    widths = torch.tensor(own)
    bound = widths.rsqrt().view(count, 1, 1)
    real = (torch.arange(widest)[None, :] < widths[:, None]).unsqueeze(-1)
    weight, bias = first[f"{ENCODER}.hidden.weight"], first[f"{ENCODER}.hidden.bias"]
    return {
        f"{ENCODER}.hidden.weight": Parameter(weight.shape, bound * real),
        f"{ENCODER}.hidden.bias": Parameter(bias.shape, bound),
    }


def places_of(name: str, spec: NetworkSpec) -> Sequence[int] | None:
    """Modalities along the second axis of the encoders' parameter called so; None where they are all."""
    for place in spec.image_shapes:
        if name.startswith(f"{_image(place)}."):
            return (place,)
    return spec.tables if spec.image_shapes and name.startswith(f"{ENCODER}.hidden") else None


def encode(
    parameters: Parameters,
    inputs: Tensor,
    masks: Mapping[str, Tensor] | None,
    images: Mapping[int, Pixels] = NO_IMAGES,
) -> Tensor:
    """Features h [R, M, N, D] of tables [R, T, N, W] and of images, by their place among the modalities."""
    hidden = masked(_hidden(parameters, inputs, images), masks, ENCODER)
    return layer_norm(parameters, f"{ENCODER}.norm", linear(parameters, f"{ENCODER}.feature", hidden))


def _hidden(parameters: Parameters, inputs: Tensor, images: Mapping[int, Pixels]) -> Tensor:
    """Hidden layers [R, M, N, hidden] of all modalities."""
    if not images:
        return linear(parameters, f"{ENCODER}.hidden", inputs).relu()
    by_place = {
        place: parameters.branch(_image(place), partial(encode_images, name=_image(place), pixels=pixels))
        for place, pixels in images.items()
    }
    if inputs.shape[1]:
        tables = iter(linear(parameters, f"{ENCODER}.hidden", inputs).relu().unbind(1))
    else:
        tables = iter(())
    modalities = len(by_place) + inputs.shape[1]
    return torch.stack([by_place[m] if m in by_place else next(tables) for m in range(modalities)], dim=1)


def _image(place: int) -> str:
    """How the parameters of an image modality's hidden layer are called."""
    return f"{ENCODER}.image{place}"
