"""The same network as one plain torch module: the oracle of the member-batched one."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.network import Network
from models.specs import NetworkSpec


class Encoder(nn.Module):
    def __init__(self, inputs: int, spec: NetworkSpec) -> None:
        super().__init__()
        self.hidden = nn.Linear(inputs, spec.hidden_width)
        self.feature = nn.Linear(spec.hidden_width, spec.feature_width)
        self.norm = nn.LayerNorm(spec.feature_width)

    def forward(self, inputs: Tensor) -> Tensor:
        normal: Tensor = self.norm(self.feature(self.hidden(inputs).relu()))
        return normal


class PlainNetwork(nn.Module):
    """One member; ``forward`` takes a list of [N, D_m] and gives logits [N] and features [M, N, D]."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        width = spec.feature_width
        self.encoders = nn.ModuleList([Encoder(inputs, spec) for inputs in spec.input_widths])
        self.attention = nn.MultiheadAttention(width, spec.attention_heads, batch_first=True)
        self.norm = nn.LayerNorm(width)
        self.head_hidden = nn.Linear(width, width)
        self.head_norm = nn.LayerNorm(width)
        self.head_logit = nn.Linear(width, 1)

    def forward(self, inputs: list[Tensor]) -> tuple[Tensor, Tensor]:
        features = [encoder(modality) for encoder, modality in zip(self.encoders, inputs, strict=True)]
        tokens = torch.stack(features, dim=1)
        attended, _ = self.attention(tokens, tokens, tokens, need_weights=False)
        fused = self.norm(tokens + attended).mean(1)
        hidden = nn.functional.gelu(self.head_norm(self.head_hidden(fused)))
        return self.head_logit(hidden).squeeze(-1), torch.stack(features)


def plain_member(network: Network, member: int) -> PlainNetwork:
    """A plain module with the parameters of one member."""
    plain = PlainNetwork(network.spec)
    own = {name: value[member].detach() for name, value in network.layout.views(network.weights).items()}
    with torch.no_grad():
        for index, width in enumerate(network.spec.input_widths):
            prefix = f"encoders.{index}"
            _copy_linear(plain.get_submodule(f"{prefix}.hidden"), own, "encoder.hidden", index, width)
            _copy_linear(plain.get_submodule(f"{prefix}.feature"), own, "encoder.feature", index)
            _copy_norm(plain.get_submodule(f"{prefix}.norm"), own, "encoder.norm", index)
        plain.attention.in_proj_weight.copy_(own["fusion.qkv.weight"].T)
        plain.attention.in_proj_bias.copy_(own["fusion.qkv.bias"][0])
        _copy_linear(plain.attention.out_proj, own, "fusion.out")
        _copy_norm(plain.norm, own, "fusion.norm")
        _copy_linear(plain.head_hidden, own, "head.hidden")
        _copy_norm(plain.head_norm, own, "head.norm")
        _copy_linear(plain.head_logit, own, "head.logit")
    return plain


def _copy_linear(
    module: nn.Module, own: dict[str, Tensor], name: str, index: int | None = None, width: int | None = None
) -> None:
    weight, bias = own[f"{name}.weight"], own[f"{name}.bias"]
    if index is not None:
        weight, bias = weight[index], bias[index]
    module.get_parameter("weight").copy_(weight[:width].T)
    module.get_parameter("bias").copy_(bias[0])


def _copy_norm(module: nn.Module, own: dict[str, Tensor], name: str, index: int | None = None) -> None:
    scale, shift = own[f"{name}.scale"], own[f"{name}.shift"]
    if index is not None:
        scale, shift = scale[index], shift[index]
    module.get_parameter("weight").copy_(scale[0])
    module.get_parameter("bias").copy_(shift[0])
