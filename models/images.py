"""Image encoders: a small convolutional network per modality, for all members at once.

Three strided convolutions, each with a normalisation within one image, look at every slice alike. What they
find is averaged over a coarse grid, since where something lies matters in images taken alike, and mapped to a
few numbers per slice; those of all slices, side by side, make the encoder's hidden layer.

Shapes: R members, Q sets of rows, N rows, S slices, H height, W width, C channels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.layers import Parameter, linear_parameters
from models.specs import CHANNELS, STRIDE

GRID: Final = 4
"""Fields per side over which the last channels are averaged."""
SLICE_WIDTH: Final = 32
"""Numbers per slice."""
_KERNEL, _PADDING = 3, 1


class Pixels(NamedTuple):
    """Standardised images of a batch; members that see the same rows share them.

    Attributes:
        values: [Q, N, S, H, W], each set of rows once; finite in rows without an image too.
        members: by set of rows, the places in the pack of the members that see it; together all, once each.
    """

    values: Tensor
    members: Sequence[Sequence[int]]


def image_parameters(name: str, slices: int, hidden_width: int) -> dict[str, Parameter]:
    """Convolutions, normalisations and the two maps that follow; all [1, ...] for the one modality."""
    convolutions = {
        part: parameter
        for number, (fan_in, fan_out) in enumerate(pairwise((1, *CHANNELS)), start=1)
        for part, parameter in _block_parameters(f"{name}.block{number}", fan_in, fan_out).items()
    }
    return {
        **convolutions,
        **_map_parameters(f"{name}.slice", CHANNELS[-1] * GRID**2, SLICE_WIDTH),
        **_map_parameters(f"{name}.hidden", slices * SLICE_WIDTH, hidden_width),
    }


def _map_parameters(name: str, fan_in: int, fan_out: int) -> dict[str, Parameter]:
    """A linear map whose weights start as He et al. 2015 have it (arXiv:1502.01852).

    Averages of activations differ little between rows: started as a table's, it would learn late.
    """
    plain = linear_parameters(name, fan_in, fan_out, stack=(1,))
    weight = Parameter(plain[f"{name}.weight"].shape, torch.tensor(math.sqrt(6 / fan_in)))
    return {**plain, f"{name}.weight": weight}


def _block_parameters(name: str, fan_in: int, fan_out: int) -> dict[str, Parameter]:
    """A convolution, started as ``torch.nn.Conv2d`` starts, and its normalisation."""
    bound = torch.tensor(1 / math.sqrt(fan_in * _KERNEL**2))
    return {
        f"{name}.weight": Parameter((1, fan_out, fan_in, _KERNEL, _KERNEL), bound),
        f"{name}.bias": Parameter((1, fan_out), bound),
        f"{name}.scale": Parameter((1, fan_out), torch.tensor(0.0), value=1.0),
        f"{name}.shift": Parameter((1, fan_out), torch.tensor(0.0)),
    }


def encode_images(parameters: Mapping[str, Tensor], name: str, pixels: Pixels) -> Tensor:
    """Hidden layer [R, N, hidden] of one modality's images, of its own parameters [R, 1, ...]."""
    own = {part: values.squeeze(1) for part, values in parameters.items()}
    if len(pixels.members) == 1:
        return _encode(own, name, pixels.values[0])
    parts = [
        _encode({part: values[list(members)] for part, values in own.items()}, name, seen)
        for seen, members in zip(pixels.values, pixels.members, strict=True)
    ]
    order = torch.tensor([place for members in pixels.members for place in members])
    return torch.cat(parts)[order.argsort().to(pixels.values.device)]


def _encode(own: Mapping[str, Tensor], name: str, images: Tensor) -> Tensor:
    """Hidden layer [R, N, hidden] of images [N, S, H, W] that all members see."""
    rows, members = len(images), len(own[f"{name}.hidden.weight"])
    found = _convolved(own, name, images.flatten(0, 1).unsqueeze(1), members)
    fields = functional.adaptive_avg_pool2d(found, GRID).unflatten(1, (members, -1)).flatten(2)
    slices = _mapped(own, f"{name}.slice", fields.transpose(0, 1))
    return _mapped(own, f"{name}.hidden", slices.reshape(members, rows, -1)).relu()


def _mapped(own: Mapping[str, Tensor], name: str, rows: Tensor) -> Tensor:
    """A linear map of [R, rows, in]."""
    return torch.baddbmm(own[f"{name}.bias"], rows, own[f"{name}.weight"])


def _convolved(own: Mapping[str, Tensor], name: str, images: Tensor, members: int) -> Tensor:
    """Channels [N * S, R * C, h, w] after the last convolution of images [N * S, 1, H, W].

    The first convolution reads each image once for all members; from then on each has channels of its own.
    """
    found, groups = images, 1
    for number in range(1, len(CHANNELS) + 1):
        block = f"{name}.block{number}"
        weight, bias, scale, shift = (
            own[f"{block}.{part}"].flatten(0, 1) for part in ("weight", "bias", "scale", "shift")
        )
        found = functional.conv2d(found, weight, bias, stride=STRIDE, padding=_PADDING, groups=groups)
        found = functional.group_norm(found, members, scale, shift).relu_()
        groups = members
    return found
