"""Building blocks with a leading member axis.

Shapes use R members, M modalities, N rows, D feature width. All of a network's parameters lie in one flat
tensor [R, P]: the optimiser makes one fused call, a member's gradient norm is one row norm, and a Jacobian
row is one slice. ``ParameterLayout`` names the parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


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


@dataclass(frozen=True)
class Use:
    """Rows that went through one layer: what came in and what went out, both [R, (M,) rows, width].

    ``inputs`` is what the layer's first parameter multiplies: of a linear map its input, of a normalisation
    (where ``is_linear`` is False) the normalised values.
    """

    layer: str
    inputs: Tensor
    outputs: Tensor
    is_linear: bool


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


Uses = list[Use | Branch]


class Parameters(dict[str, Tensor]):
    """Named parameters [R, *shape]; while ``uses`` is a list, layers write down there what they did."""

    uses: Uses | None = None

    def used(self, layer: str, inputs: Tensor, outputs: Tensor, *, is_linear: bool) -> Tensor:
        """Note a layer's work and hand its outputs on."""
        if self.uses is not None:
            if not outputs.requires_grad:  # nothing below the first layer asks for a graph
                outputs.requires_grad_()
            self.uses.append(Use(layer, inputs, outputs, is_linear))
        return outputs

    def branch(self, part: str, forward: Callable[[Mapping[str, Tensor]], Tensor]) -> Tensor:
        """What ``forward`` makes of the parameters called ``part``.*, noted as a whole."""
        own = {name: values for name, values in self.items() if name.startswith(f"{part}.")}
        if self.uses is None:
            return forward(own)
        leaves = {name: values.detach().requires_grad_() for name, values in own.items()}
        inside = forward(leaves)
        outputs = inside.detach().requires_grad_()
        self.uses.append(Branch(leaves, inside, outputs))
        return outputs


class ParameterLayout:
    """Where each named parameter lies in a flat tensor [R, P]."""

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        """Lay the parameters out in the order given."""
        self.parameters = dict(parameters)
        self._sizes = [math.prod(parameter.shape) for parameter in self.parameters.values()]
        self.size = sum(self._sizes)

    def views(self, flat: Tensor) -> Parameters:
        """Views [R, *shape] of ``flat`` [R, P]; differentiable, with one concatenation on the way back."""
        parts = flat.split(self._sizes, dim=1)
        return Parameters(
            (name, part.view(flat.shape[0], *parameter.shape))
            for (name, parameter), part in zip(self.parameters.items(), parts, strict=True)
        )

    def initial(self, generator: torch.Generator) -> Tensor:
        """Starting values [P] of one member."""
        uniform = torch.rand(self.size, generator=generator).mul_(2).sub_(1)
        parts = uniform.split(self._sizes)
        started = [
            (part.view(parameter.shape) * parameter.bound + parameter.value).flatten()
            for parameter, part in zip(self.parameters.values(), parts, strict=True)
        ]
        return torch.cat(started)


def linear(parameters: Parameters, name: str, inputs: Tensor, *, rows_last: bool = False) -> Tensor:
    """Apply one linear map per leading index: inputs [R, (M,) N, in] to [R, (M,) N, out].

    With ``rows_last`` the same numbers lie in memory with the rows innermost, for whoever works along rows.
    """
    weight, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
    lead, rows = inputs.shape[:-2], inputs.shape[-2]
    flat, weight, bias = (
        inputs.reshape(-1, rows, inputs.shape[-1]),
        weight.flatten(0, -3),
        bias.flatten(0, -3),
    )
    if rows_last:
        product = torch.baddbmm(bias.mT, weight.mT, flat.mT).mT
    else:
        product = torch.baddbmm(bias, flat, weight)
    return parameters.used(name, inputs, product.view(*lead, rows, weight.shape[-1]), is_linear=True)


def layer_norm(parameters: Parameters, name: str, inputs: Tensor) -> Tensor:
    """Normalise the last axis, with one scale and shift per leading index."""
    return affine(parameters, name, normalised(inputs))


def normalised(inputs: Tensor) -> Tensor:
    """Mean 0 and variance 1 along the last axis."""
    return functional.layer_norm(inputs, inputs.shape[-1:])


def affine(parameters: Parameters, name: str, normal: Tensor) -> Tensor:
    """The scale and shift of a normalisation."""
    outputs = torch.addcmul(parameters[f"{name}.shift"], normal, parameters[f"{name}.scale"])
    return parameters.used(name, normal, outputs, is_linear=False)


def masked(inputs: Tensor, masks: Mapping[str, Tensor] | None, name: str) -> Tensor:
    """Apply the dropout mask of ``name`` (already scaled by 1 / kept share); without masks, return as is."""
    return inputs if masks is None else inputs * masks[name]
