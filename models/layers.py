"""Building blocks with a leading member axis.

Shapes use R members, M modalities, N rows, D feature width. Rows come last in memory: whatever is done to
each row alike, normalisation and attention too, then runs along contiguous numbers, several times faster on a
CPU than along short feature vectors. All of a network's parameters lie in one flat tensor [R, P]: the
optimiser makes one fused call, a member's gradient norm is one row norm, and a Jacobian row is one slice.
``ParameterLayout`` names the parts.

Layers here do no automatic differentiation. Encoders, fusion and head are one node of the graph each, and go
back by hand through what their layers did (``Backward``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

_EPSILON = 1e-5
"""Added to the variance in a normalisation, as torch does."""

Parameters = dict[str, Tensor]
"""Named parameters [R, *shape]."""


@dataclass(frozen=True)
class Parameter:
    """One named part: its shape per member and how it starts, ``value + bound * Uniform(-1, 1)``.

    ``bound`` broadcasts to ``shape``, so that padded inputs can start (and, having no gradient, stay) at 0.
    """

    shape: tuple[int, ...]
    bound: Tensor
    value: float = 0.0


def linear_parameters(
    name: str, fan_in: int, fan_out: int, *, stack: Sequence[int] = ()
) -> dict[str, Parameter]:
    """Weight and bias of a linear map, started as ``torch.nn.Linear`` starts; ``stack`` adds leading axes."""
    bound = torch.tensor(1 / math.sqrt(fan_in))
    return {
        f"{name}.weight": Parameter((*stack, fan_in, fan_out), bound),
        f"{name}.bias": Parameter((*stack, 1, fan_out), bound),
    }


def norm_parameters(name: str, width: int, *, stack: Sequence[int] = ()) -> dict[str, Parameter]:
    """Scale and shift of a layer normalisation."""
    return {
        f"{name}.scale": Parameter((*stack, 1, width), torch.tensor(0.0), value=1.0),
        f"{name}.shift": Parameter((*stack, 1, width), torch.tensor(0.0)),
    }


class ParameterLayout:
    """Where each named parameter lies in a flat tensor [R, P]."""

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        """Lay the parameters out in the order given."""
        self.parameters = dict(parameters)
        self._sizes = [math.prod(parameter.shape) for parameter in self.parameters.values()]
        self.size = sum(self._sizes)

    def views(self, flat: Tensor) -> Parameters:
        """Views [R, *shape] of ``flat`` [R, P]."""
        parts = flat.split(self._sizes, dim=1)
        return {
            name: part.view(flat.shape[0], *parameter.shape)
            for (name, parameter), part in zip(self.parameters.items(), parts, strict=True)
        }

    def flat(self, gradients: Mapping[str, Tensor], leading: int = 1) -> Tensor:
        """Gradients by name [R, ..., (M,) *shape] side by side [R, ..., P].

        A map that serves all modalities has a gradient from each: they are added. ``leading`` counts the
        axes before those.
        """
        parts = []
        for name, size in zip(self.parameters, self._sizes, strict=True):
            own = gradients[name].flatten(leading)
            parts.append(own if own.shape[-1] == size else own.unflatten(-1, (-1, size)).sum(-2))
        return torch.cat(parts, dim=-1)

    def initial(self, generator: torch.Generator) -> Tensor:
        """Starting values [P] of one member."""
        uniform = torch.rand(self.size, generator=generator).mul_(2).sub_(1)
        parts = uniform.split(self._sizes)
        started = [
            (part.view(parameter.shape) * parameter.bound + parameter.value).flatten()
            for parameter, part in zip(self.parameters.values(), parts, strict=True)
        ]
        return torch.cat(started)


class Use(NamedTuple):
    """What a pass back finds at one layer.

    Attributes:
        layer: its name.
        inputs: what came in, for a linear map; None for a normalisation.
        signal: gradient with respect to what went out.
        product: for a normalisation, the signal times the normalised values; None for a linear map.

    All are [R, (M,) width, N].
    """

    layer: str
    signal: Tensor
    inputs: Tensor | None = None
    product: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Branch:
    """Rows that went through a part of the network whose layers are not looked at one by one.

    Attributes:
        parameters: of the part [R, *shape], leaves of a graph of its own.
        inside: what came out [R, N, width], the end of that graph.
        outputs: the same numbers, where the rest of the network's graph begins.
    """

    parameters: Mapping[str, Tensor]
    inside: Tensor
    outputs: Tensor


@dataclass(frozen=True)
class Uses:
    """What is noted for the gradients of several objectives, in place of one gradient of the weights.

    Attributes:
        layers: by a pass back; empty until then.
        branches: by the forward pass.
    """

    layers: list[Use] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)


class Backward:
    """A pass back through layers by hand: signals from outputs to inputs, noting each layer's use."""

    def __init__(self, layout: ParameterLayout, parameters: Parameters) -> None:
        """Begin with nothing noted."""
        self._layout, self._parameters = layout, parameters
        self._uses: list[Use] = []

    def linear(self, name: str, inputs: Tensor, signal: Tensor) -> Tensor:
        """Gradient with respect to the inputs of a linear map."""
        self.first(name, inputs, signal)
        return linear_backward(self._parameters, name, signal)

    def first(self, name: str, inputs: Tensor, signal: Tensor) -> None:
        """Note the use of a linear map behind whose inputs nothing learns."""
        self._uses.append(Use(name, signal, inputs=inputs.detach()))

    def affine(self, name: str, normal: Tensor, signal: Tensor) -> Tensor:
        """Gradient with respect to the normalised values that were scaled and shifted."""
        self._uses.append(Use(name, signal, product=signal * normal))
        return signal * self._parameters[f"{name}.scale"].mT

    def gradient(self, uses: Uses | None = None) -> Tensor | None:
        """Gradient [R, P] of the parameters; None where ``uses`` takes down what it would be made of."""
        if uses is not None:
            uses.layers.extend(self._uses)
            return None
        return self._layout.flat(parameter_gradients(self._uses))


def linear(parameters: Parameters, name: str, inputs: Tensor) -> Tensor:
    """Linear maps, of inputs [R, (M,) in, N] to [R, (M,) out, N]; one without an axis M serves all M."""
    product = _product(parameters[f"{name}.weight"].mT, inputs)
    bias = parameters[f"{name}.bias"].mT
    return product.add_(bias if bias.dim() == product.dim() else bias.unsqueeze(1))


def linear_backward(parameters: Parameters, name: str, signal: Tensor) -> Tensor:
    """From the gradient with respect to a linear map's outputs to that with respect to its inputs."""
    return _product(parameters[f"{name}.weight"], signal)


def _product(weight: Tensor, rows: Tensor) -> Tensor:
    """Matrix products of weights [R, (M,) out, in] and rows [R, (M,) in, N]."""
    if weight.dim() < rows.dim():
        weight = weight.unsqueeze(1).expand(-1, rows.shape[1], -1, -1)
    if weight.shape[-1] == 1:  # a single number per row, where a product with all of its overhead is slow
        return weight * rows
    product = torch.bmm(weight.flatten(0, -3), rows.flatten(0, -3))
    return product.view(*rows.shape[:-2], *product.shape[1:])


def affine(parameters: Parameters, name: str, normal: Tensor) -> Tensor:
    """The scale and shift of a normalisation."""
    # In two steps: with factors to be broadcast, torch's fused operation takes three times as long.
    return (normal * parameters[f"{name}.scale"].mT).add_(parameters[f"{name}.shift"].mT)


def normalise_(rows: Tensor) -> Tensor:
    """Give every row of [..., D, N] mean 0 and variance 1, in place; returns 1 / standard deviation."""
    rows.sub_(rows.mean(-2, keepdim=True))
    inverse = rows.square().mean(-2, keepdim=True).add_(_EPSILON).rsqrt_()
    rows.mul_(inverse)
    return inverse


def normalise_backward_(signal: Tensor, normal: Tensor, inverse: Tensor) -> Tensor:
    """From the gradient with respect to normalised values to that with respect to the values, in place.

    (signal - mean(signal) - normal * mean(signal * normal)) / standard deviation, means over D.
    """
    along = (signal * normal).mean(-2, keepdim=True)
    signal.sub_(signal.mean(-2, keepdim=True))
    return signal.addcmul_(normal, along, value=-1).mul_(inverse)


def rectified_(rows: Tensor, mask: Tensor | None = None) -> Tensor:
    """ReLU and dropout [..., D, N], in place; the mask is already scaled by 1 / kept share."""
    rows.relu_()
    return rows if mask is None else rows.mul_(mask)


def rectified_backward_(signal: Tensor, rectified: Tensor, mask: Tensor | None) -> Tensor:
    """The gradient before ReLU and dropout, in place: 0 where they left 0."""
    if mask is not None:
        signal.mul_(mask)
    torch.ops.aten.threshold_backward.grad_input(signal, rectified, 0, grad_input=signal)
    return signal


def parameter_gradients(uses: Sequence[Use]) -> dict[str, Tensor]:
    """Gradients [R, (M,) *shape] of the parameters of layers that were used."""
    gradients = {}
    for use in uses:
        if use.inputs is None:
            assert use.product is not None
            gradients[f"{use.layer}.scale"] = use.product.sum(-1)
            gradients[f"{use.layer}.shift"] = use.signal.sum(-1)
        else:
            product = torch.bmm(use.inputs.flatten(0, -3), use.signal.flatten(0, -3).mT)
            gradients[f"{use.layer}.weight"] = product.unflatten(0, use.signal.shape[:-2])
            gradients[f"{use.layer}.bias"] = use.signal.sum(-1)
    return gradients
