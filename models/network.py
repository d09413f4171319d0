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

from models.encoders import ENCODER, NO_IMAGES, Encoders, encoder_parameters, places_of
from models.fusion import fuse, fusion_parameters
from models.heads import (
    AUXILIARY,
    HEAD,
    HeadOutput,
    auxiliary_parameters,
    classify,
    classify_modalities,
    head_parameters,
    modality_features_gradient,
)
from models.images import Pixels
from models.layers import ParameterLayout, Uses
from models.randomness import Purpose, SeededStream, seeded_generator
from models.specs import NetworkSpec


class Prediction(NamedTuple):
    """Logits s [R, C, N], the modalities' features h [R, M, D, N], and the logits' inputs [R, D, N]."""

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
        parts = [encoder_parameters(spec), fusion_parameters(spec), head_parameters(spec)]
        self._encoders = Encoders(spec)
        self._fusion, self._head = (ParameterLayout(part) for part in parts[1:])
        self.layout = ParameterLayout({name: own for part in parts for name, own in part.items()})
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
            uses: where passes note what each layer did, in place of the weights' gradient.
        """
        masks, visible = masks or {}, self._visible(inputs, available)
        encoders, fusion, head = self._split(self.weights)
        features = self._encoders.encode(encoders, visible, masks.get(ENCODER), images=images, uses=uses)
        heads = self.spec.attention_heads
        fused = fuse(self._fusion, fusion, features, heads, available=available, uses=uses)
        output = classify(self._head, head, fused, masks.get(HEAD), uses)
        return Prediction(output.logits, features, output.last_features)

    def features(
        self,
        members: Sequence[int],
        inputs: Tensor,
        available: Tensor | None = None,
        *,
        images: Mapping[int, Pixels] = NO_IMAGES,
    ) -> Tensor:
        """Features h [R, M, D, N] of some members, as `predict` makes them: nothing dropped, no gradients."""
        encoders = self._split(self.weights.detach()[list(members)])[0]
        return self._encoders.encode(encoders, self._visible(inputs, available), images=images)

    def _split(self, weights: Tensor) -> tuple[Tensor, ...]:
        """The parts [R, ...] of encoders, fusion and head."""
        others = self._fusion.size, self._head.size
        return tuple(weights.split([self.layout.size - sum(others), *others], dim=1))

    def watch(self, features: Tensor, masks: Mapping[str, Tensor] | None = None) -> HeadOutput:
        """What each modality alone says of features h [R, M, D, N], which get no gradient."""
        mask = None if masks is None else masks[AUXILIARY]
        return classify_modalities(self.auxiliary_layout, self.auxiliary_weights, features.detach(), mask)

    def watched_gradient(
        self, watched: HeadOutput, signal: Tensor, masks: Mapping[str, Tensor] | None = None
    ) -> Tensor:
        """Gradient with respect to watched features [R, M, D, N], of that with respect to the logits."""
        mask = None if masks is None else masks[AUXILIARY]
        hidden = watched.last_features
        return modality_features_gradient(self.auxiliary_layout, self.auxiliary_weights, hidden, signal, mask)

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
        """Masks of encoders [R, M, hidden, N] and head [R, D, N]; None where nothing is dropped."""
        spec = self._spec
        shapes = {
            ENCODER: (len(spec.input_widths), rows, spec.hidden_width),
            HEAD: (rows, spec.feature_width),
        }
        return self._draw(self._main, shapes)

    def auxiliary_masks(self, rows: int) -> dict[str, Tensor] | None:
        """Masks of the modality classifiers [R, M, D, N]; None where nothing is dropped."""
        spec = self._spec
        return self._draw(self._auxiliary, {AUXILIARY: (len(spec.input_widths), rows, spec.feature_width)})

    def _draw(self, stream: SeededStream, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor] | None:
        kept = 1 - self._spec.dropout
        if kept == 1:
            return None
        return {name: stream.draw(partial(_mask, shape, kept)) for name, shape in shapes.items()}


def _mask(shape: tuple[int, ...], kept: float, generator: torch.Generator) -> Tensor:
    """Zeros and 1 / kept [..., D, N] of a shape [..., N, D], so that the expected value is 1."""
    return torch.rand(shape, generator=generator).lt_(kept).div_(kept).mT.contiguous()


def _started(
    layout: ParameterLayout, seeds: Sequence[int], purpose: Purpose, device: torch.device | str
) -> Tensor:
    """Starting values [R, P], ready to be trained."""
    started = torch.stack([layout.initial(seeded_generator(seed, purpose)) for seed in seeds])
    return started.to(device).requires_grad_()
