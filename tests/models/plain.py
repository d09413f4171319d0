"""The same network as plain torch modules: the oracle of the member-batched one.

R members, M modalities, N rows, D feature width, C score columns, P parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from models.encoders import NO_IMAGES
from models.images import Pixels
from models.network import Network
from models.specs import NetworkSpec

PARTS = ("weight", "bias")


class Encoder(nn.Module):
    def __init__(self, inputs: int, spec: NetworkSpec) -> None:
        super().__init__()
        self.hidden = nn.Linear(inputs, spec.hidden_width)
        self.feature = nn.Linear(spec.hidden_width, spec.feature_width)
        self.norm = nn.LayerNorm(spec.feature_width)

    def forward(self, inputs: Tensor) -> Tensor:
        normal: Tensor = self.norm(self.feature(self.hidden(inputs).relu()))
        return normal


class ImageEncoder(nn.Module):
    """Features [N, D] of images [N, S, H, W], slice by slice."""

    def __init__(self, slices: int, spec: NetworkSpec) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in ((1, 8), (8, 16), (16, 32)):
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.GroupNorm(1, after), nn.ReLU()]
        self.fields = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(4), nn.Flatten())
        self.slice = nn.Linear(32 * 4 * 4, 32)
        self.hidden = nn.Linear(slices * 32, spec.hidden_width)
        self.feature = nn.Linear(spec.hidden_width, spec.feature_width)
        self.norm = nn.LayerNorm(spec.feature_width)

    def forward(self, images: Tensor) -> Tensor:
        looked = [self.slice(self.fields(images[:, s : s + 1])) for s in range(images.shape[1])]
        hidden = self.hidden(torch.cat(looked, dim=1)).relu()
        normal: Tensor = self.norm(self.feature(hidden))
        return normal


class Encoders(nn.ModuleList):
    """Features [M, N, D] of a list of [N, D_m] and, of images, [N, S, H, W]."""

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        return torch.stack([encoder(modality) for encoder, modality in zip(self, inputs, strict=True)])


class FusionAndHead(nn.Module):
    """Logits [C, N] of features [M, N, D]; ``available`` [M, N] is 0 where a row lacks a modality, else 1."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        width = spec.feature_width
        self.attention = nn.MultiheadAttention(width, spec.attention_heads, batch_first=True)
        self.norm = nn.LayerNorm(width)
        self.head_hidden = nn.Linear(width, width)
        self.head_norm = nn.LayerNorm(width)
        self.head_logit = nn.Linear(width, spec.score_columns)

    def forward(self, features: Tensor, available: Tensor | None = None) -> Tensor:
        tokens = features.transpose(0, 1)
        absent = None if available is None else available.T == 0
        attended, _ = self.attention(tokens, tokens, tokens, key_padding_mask=absent, need_weights=False)
        mixed = self.norm(tokens + attended)
        if available is None:
            fused = mixed.mean(1)
        else:
            fused = (mixed * available.T.unsqueeze(-1)).sum(1) / available.sum(0).unsqueeze(-1)
        logits: Tensor = self.head_logit(nn.functional.gelu(self.head_norm(self.head_hidden(fused))))
        return logits.T


class PlainNetwork(nn.Module):
    """One member: of what `Encoders` take it makes logits [C, N] and features [M, N, D]."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.encoders = Encoders(
            ImageEncoder(spec.image_shapes[m][0], spec) if m in spec.image_shapes else Encoder(width, spec)
            for m, width in enumerate(spec.input_widths)
        )
        self.fusion = FusionAndHead(spec)

    def forward(self, inputs: Sequence[Tensor], available: Tensor | None = None) -> tuple[Tensor, Tensor]:
        features = self.encoders(inputs)
        return self.fusion(features, available), features


class PlainClassifiers(nn.Module):
    """One member's classifiers c_m: of features [M, N, D] they make logits [M, C, N]."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        width = spec.feature_width
        self.hidden = nn.ModuleList([nn.Linear(width, width) for _ in spec.input_widths])
        self.logit = nn.ModuleList([nn.Linear(width, spec.score_columns) for _ in spec.input_widths])

    def forward(self, features: Tensor) -> Tensor:
        logits = [
            logit(hidden(own).relu()).T
            for hidden, logit, own in zip(self.hidden, self.logit, features, strict=True)
        ]
        return torch.stack(logits)


class PlainMembers:
    """R plain networks side by side, through ``torch.func`` and in double precision.

    ``weights`` [R, P] and ``auxiliary_weights`` [R, Q] are leaves with the numbers of a network, and lie as
    they do there; ``encoders``, ``fusion`` and ``classifiers`` are the modules' parameters [R, ...] made of
    them.
    """

    def __init__(self, network: Network) -> None:
        self.spec = network.spec
        self.weights = network.weights.detach().double().requires_grad_()
        self.auxiliary_weights = network.auxiliary_weights.detach().double().requires_grad_()
        named = network.layout.views(self.weights)
        self.encoders, self.fusion = encoder_parameters(named, self.spec), fusion_parameters(named)
        self.classifiers = classifier_parameters(network.auxiliary_layout.views(self.auxiliary_weights))
        self._network = PlainNetwork(self.spec).to("meta")
        self._classifiers = PlainClassifiers(self.spec).to("meta")

    def predict(
        self, inputs: Tensor, available: Tensor | None, images: Mapping[int, Pixels] = NO_IMAGES
    ) -> tuple[Tensor, Tensor]:
        """Logits [R, C, N] and features [R, M, N, D], from which they are made, of inputs [R, T, N, W]."""
        tables = iter(inputs.double().unbind(1))
        separate = [
            seen_by_member(images[m]).double() if m in images else next(tables)[..., :width]
            for m, width in enumerate(self.spec.input_widths)
        ]
        features = _side_by_side(self._network.encoders, self.encoders, separate)
        with sdpa_kernel(SDPBackend.MATH):
            return _side_by_side(self._network.fusion, self.fusion, features, available), features

    def watch(self, features: Tensor, *, frozen: bool = False) -> Tensor:
        """Logits [R, M, C, N] of features [R, M, N, D]; ``frozen`` classifiers get no gradient."""
        own = {name: p.detach() if frozen else p for name, p in self.classifiers.items()}
        return _side_by_side(self._classifiers, own, features)


def seen_by_member(pixels: Pixels) -> Tensor:
    """Images [R, N, S, H, W], every member's own."""
    sets = {
        member: own for own, members in zip(pixels.values, pixels.members, strict=True) for member in members
    }
    return torch.stack([sets[member] for member in range(len(sets))])


def _side_by_side(module: nn.Module, parameters: dict[str, Tensor], *arguments: Any) -> Tensor:
    """What a module makes of every member's parameters and arguments; None is None for all."""
    axes = (0, *(None if argument is None else 0 for argument in arguments))
    made: Tensor = vmap(lambda own, *one: functional_call(module, own, one), in_dims=axes)(
        parameters, *arguments
    )
    return made


def plain_member(network: Network, member: int) -> PlainNetwork:
    """A plain module with the parameters of one member."""
    plain = PlainNetwork(network.spec)
    named = network.layout.views(network.weights.detach())
    encoders, fusion = encoder_parameters(named, network.spec), fusion_parameters(named)
    plain.encoders.load_state_dict({name: values[member] for name, values in encoders.items()})
    plain.fusion.load_state_dict({name: values[member] for name, values in fusion.items()})
    return plain


def encoder_parameters(named: Mapping[str, Tensor], spec: NetworkSpec) -> dict[str, Tensor]:
    """Parameters [R, ...] of ``Encoders`` out of the member-batched network's."""
    parameters: dict[str, Tensor] = {}
    tables = [m for m in range(len(spec.input_widths)) if m not in spec.image_shapes]
    for m, width in enumerate(spec.input_widths):
        shared = [name for name in named if name.startswith(("encoder.feature", "encoder.norm"))]
        own = {name: named[name][:, m] for name in shared}
        if m in spec.image_shapes:
            parameters |= _image_parameters(named, m)
        else:
            own |= {f"hidden.{part}": named[f"encoder.hidden.{part}"][:, tables.index(m)] for part in PARTS}
            own["hidden.weight"] = own["hidden.weight"][:, :width]
            parameters |= _linear(own, "hidden", f"{m}.hidden")
        parameters |= _linear(own, "encoder.feature", f"{m}.feature")
        parameters |= _norm(own, "encoder.norm", f"{m}.norm")
    return parameters


def _image_parameters(named: Mapping[str, Tensor], m: int) -> dict[str, Tensor]:
    """Parameters [R, ...] of the first layers of an ``ImageEncoder``."""
    own = {name.removeprefix(f"encoder.image{m}."): value[:, 0] for name, value in named.items()}
    parameters = _linear(own, "hidden", f"{m}.hidden") | _linear(own, "slice", f"{m}.slice")
    for place, block in ((0, "block1"), (3, "block2"), (6, "block3")):
        for part in PARTS:
            parameters[f"{m}.fields.{place}.{part}"] = own[f"{block}.{part}"]
        parameters[f"{m}.fields.{place + 1}.weight"] = own[f"{block}.scale"]
        parameters[f"{m}.fields.{place + 1}.bias"] = own[f"{block}.shift"]
    return parameters


def fusion_parameters(named: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Parameters [R, ...] of ``FusionAndHead`` out of the member-batched network's."""
    qkv = _linear(named, "fusion.qkv", "qkv")
    return {
        "attention.in_proj_weight": qkv["qkv.weight"],
        "attention.in_proj_bias": qkv["qkv.bias"],
        **_linear(named, "fusion.out", "attention.out_proj"),
        **_norm(named, "fusion.norm", "norm"),
        **_linear(named, "head.hidden", "head_hidden"),
        **_norm(named, "head.norm", "head_norm"),
        **_linear(named, "head.logit", "head_logit"),
    }


def classifier_parameters(named: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Parameters [R, ...] of ``PlainClassifiers`` out of the member-batched classifiers'."""
    parameters: dict[str, Tensor] = {}
    for m in range(named["auxiliary.hidden.weight"].shape[1]):
        own = {name: value[:, m] for name, value in named.items()}
        parameters |= _linear(own, "auxiliary.hidden", f"hidden.{m}")
        parameters |= _linear(own, "auxiliary.logit", f"logit.{m}")
    return parameters


def _linear(named: Mapping[str, Tensor], name: str, plain: str) -> dict[str, Tensor]:
    return {f"{plain}.weight": named[f"{name}.weight"].mT, f"{plain}.bias": named[f"{name}.bias"][:, 0]}


def _norm(named: Mapping[str, Tensor], name: str, plain: str) -> dict[str, Tensor]:
    return {f"{plain}.weight": named[f"{name}.scale"][:, 0], f"{plain}.bias": named[f"{name}.shift"][:, 0]}
