"""R independent copies of one network, side by side.

h_m = encoder_m(x_m); z = attention over h_1..h_M, averaged; s = head(z). Beside it a classifier c_m(h_m) per
modality, with parameters of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from models.encoders import ENCODER, NO_IMAGES, encode, encoder_parameters, places_of
from models.fusion import fuse, fusion_parameters
from models.heads import (
    AUXILIARY,
    HEAD,
    HeadOutput,
    auxiliary_parameters,
    classify,
    classify_modalities,
    head_parameters,
)
from models.images import Pixels
from models.layers import ParameterLayout, Uses
from models.randomness import Purpose, SeededStream, seeded_generator
from models.specs import NetworkSpec


class Prediction(NamedTuple):
    """Logits s [R, C, N], the modalities' features h [R, M, N, D], and the logits' inputs [R, N, D]."""

    logits: Tensor
    features: Tensor
    last_features: Tensor


class Network:
    """Networks of R members with their parameters in two flat tensors.

    Attributes:
        weights: parameters of encoders, fusion and head [R, P].
        auxiliary_weights: parameters of the modality classifiers c_m [R, Q].
    """

    def __init__(self, spec: NetworkSpec, seeds: Sequence[int], device: torch.device | str = "cpu") -> None:
        """Start one member per seed; equal seeds start equal."""
        self.spec = spec
        self.layout = ParameterLayout(
            {**encoder_parameters(spec), **fusion_parameters(spec), **head_parameters(spec)}
        )
        self.auxiliary_layout = ParameterLayout(auxiliary_parameters(spec))
        self.weights = _started(self.layout, seeds, Purpose.WEIGHTS, device)
        self.auxiliary_weights = _started(self.auxiliary_layout, seeds, Purpose.AUXILIARY_WEIGHTS, device)

    @property
    def members(self) -> int:
        """Number of members R."""
        return self.weights.shape[0]

    def predict(
        self,
        inputs: Tensor,
        masks: Mapping[str, Tensor] | None = None,
        available: Tensor | None = None,
        *,
        images: Mapping[int, Pixels] = NO_IMAGES,
        uses: Uses | None = None,
    ) -> Prediction:
        """Forward pass of inputs [R, T, N, W] of the T modalities that are tables, and of images.

        What stands for a modality that a row lacks is not looked at.

        Args:
            inputs: of every table, in the order of the modalities.
            masks: of dropout; without them nothing is dropped.
            available: 1 where a row has a modality, else 0 [R, M, N]; None where no row lacks any.
            images: of the other modalities, by their place.
            uses: a list to write down there what each layer did, in place of a graph of the weights.
        """
        weights = self.weights if uses is None else self.weights.detach()
        parameters = self.layout.views(weights)
        parameters.uses = uses
        features = encode(parameters, self._visible(inputs, available), masks, images)
        fused = fuse(parameters, features, self.spec.attention_heads, available)
        head = classify(parameters, fused, masks)
        return Prediction(head.logits, features, head.last_features)

    def features(
        self,
        members: Sequence[int],
        inputs: Tensor,
        available: Tensor | None = None,
        *,
        images: Mapping[int, Pixels] = NO_IMAGES,
    ) -> Tensor:
        """Features h [R, M, N, D] of some members, as `predict` makes them: nothing dropped, no gradients."""
        parameters = self.layout.views(self.weights.detach()[list(members)])
        return encode(parameters, self._visible(inputs, available), None, images)

    def watch(self, features: Tensor, masks: Mapping[str, Tensor] | None = None) -> HeadOutput:
        """What each modality alone says of features h [R, M, N, D]."""
        return classify_modalities(self.auxiliary_layout.views(self.auxiliary_weights), features, masks)

    def encoders(self, flat: Tensor) -> list[Tensor]:
        """The encoders' part of [R, P] (weights or their gradients) as views [R, m, ...].

        They are of all modalities, m = M, of the tables or of one modality of images: see `of_encoders`.
        """
        return [view for name, view in self.layout.views(flat).items() if name.startswith(ENCODER)]

    def of_encoders(self, factors: Tensor) -> list[Tensor]:
        """A factor per modality [R, M] as wide as each of `encoders`' views [R, m, ...]."""
        wide = []
        for name, parameter in self.layout.parameters.items():
            if name.startswith(ENCODER):
                places = places_of(name, self.spec)
                own = factors if places is None else factors[:, list(places)]
                wide.append(own.view(*own.shape, *[1] * (len(parameter.shape) - 1)))
        return wide

    def _visible(self, inputs: Tensor, available: Tensor | None) -> Tensor:
        """Inputs [R, T, N, W] with zeros for the modalities that a row lacks."""
        if available is None:
            return inputs
        if self.spec.image_shapes:
            available = available[:, list(self.spec.tables)]
        return inputs.masked_fill(available.unsqueeze(-1) == 0, 0.0)


class Dropout:
    """Masks of one step, shared by the members of a seed."""

    def __init__(self, spec: NetworkSpec, seeds: Sequence[int], device: torch.device | str = "cpu") -> None:
        """Start the streams; the classifiers' own stream keeps watching from changing any other number."""
        self._spec = spec
        self._main = SeededStream(seeds, Purpose.DROPOUT, device)
        self._auxiliary = SeededStream(seeds, Purpose.AUXILIARY_DROPOUT, device)

    def masks(self, rows: int) -> dict[str, Tensor] | None:
        """Masks of encoders [R, M, N, hidden] and head [R, N, D]; None where nothing is dropped."""
        spec = self._spec
        shapes = {
            ENCODER: (len(spec.input_widths), rows, spec.hidden_width),
            HEAD: (rows, spec.feature_width),
        }
        return self._draw(self._main, shapes)

    def auxiliary_masks(self, rows: int) -> dict[str, Tensor] | None:
        """Masks of the modality classifiers [R, M, N, D]; None where nothing is dropped."""
        spec = self._spec
        return self._draw(self._auxiliary, {AUXILIARY: (len(spec.input_widths), rows, spec.feature_width)})

    def _draw(self, stream: SeededStream, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor] | None:
        kept = 1 - self._spec.dropout
        if kept == 1:
            return None
        return {name: stream.draw(partial(_mask, shape, kept)) for name, shape in shapes.items()}


def _mask(shape: tuple[int, ...], kept: float, generator: torch.Generator) -> Tensor:
    """Zeros and 1 / kept, so that the expected value is 1."""
    return torch.rand(shape, generator=generator).lt_(kept).div_(kept)


def _started(
    layout: ParameterLayout, seeds: Sequence[int], purpose: Purpose, device: torch.device | str
) -> Tensor:
    """Starting values [R, P], ready to be trained."""
    started = torch.stack([layout.initial(seeded_generator(seed, purpose)) for seed in seeds])
    return started.to(device).requires_grad_()
