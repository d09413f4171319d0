"""Building blocks with a leading member axis.

Shapes use R members, M modalities, N rows, D feature width. All of a network's parameters lie in one flat
tensor [R, P]: the optimiser makes one fused call, a member's gradient norm is one row norm, and a Jacobian
row is one slice. ``ParameterLayout`` names the parts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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


class ParameterLayout:
    """Where each named parameter lies in a flat tensor [R, P]."""

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        """Lay the parameters out in the order given."""
        self.parameters = dict(parameters)
        self._sizes = [math.prod(parameter.shape) for parameter in self.parameters.values()]
        self.size = sum(self._sizes)

    def views(self, flat: Tensor) -> dict[str, Tensor]:
        """Views [R, *shape] of ``flat`` [R, P]; differentiable, with one concatenation on the way back."""
        parts = flat.split(self._sizes, dim=1)
        return {
            name: part.view(flat.shape[0], *parameter.shape)
            for (name, parameter), part in zip(self.parameters.items(), parts, strict=True)
        }

    def initial(self, generator: torch.Generator) -> Tensor:
        """Starting values [P] of one member."""
        uniform = torch.rand(self.size, generator=generator).mul_(2).sub_(1)
        parts = uniform.split(self._sizes)
        started = [
            (part.view(parameter.shape) * parameter.bound + parameter.value).flatten()
            for parameter, part in zip(self.parameters.values(), parts, strict=True)
        ]
        return torch.cat(started)


def linear(parameters: Mapping[str, Tensor], name: str, inputs: Tensor) -> Tensor:
    """Apply one linear map per leading index: inputs [R, (M,) N, in] to [R, (M,) N, out]."""
    weight, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
    lead, rows = inputs.shape[:-2], inputs.shape[-2]
    product = torch.baddbmm(
        bias.flatten(0, -3), inputs.reshape(-1, rows, inputs.shape[-1]), weight.flatten(0, -3)
    )
    return product.view(*lead, rows, weight.shape[-1])


def layer_norm(parameters: Mapping[str, Tensor], name: str, inputs: Tensor) -> Tensor:
    """Normalise the last axis, with one scale and shift per leading index."""
    normal = functional.layer_norm(inputs, inputs.shape[-1:])
    return torch.addcmul(parameters[f"{name}.shift"], normal, parameters[f"{name}.scale"])


def masked(inputs: Tensor, masks: Mapping[str, Tensor] | None, name: str) -> Tensor:
    """Apply the dropout mask of ``name`` (already scaled by 1 / kept share); without masks, return as is."""
    return inputs if masks is None else inputs * masks[name]
