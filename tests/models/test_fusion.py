"""Attention against torch's own, and its gradients by hand against differences."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.fusion import fuse, fusion_parameters
from models.layers import ParameterLayout
from models.specs import NetworkSpec

MEMBERS, ROWS, WIDTH = 2, 9, 8


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def with_torch(own: dict[str, Tensor], features: Tensor, heads: int, available: Tensor) -> Tensor:
    """Fused vectors [N, D] of one member's features [M, N, D]."""
    attention = nn.MultiheadAttention(WIDTH, heads, batch_first=True, dtype=torch.float64)
    attention.load_state_dict(
        {
            "in_proj_weight": own["fusion.qkv.weight"].T,
            "in_proj_bias": own["fusion.qkv.bias"][0],
            "out_proj.weight": own["fusion.out.weight"].T,
            "out_proj.bias": own["fusion.out.bias"][0],
        }
    )
    tokens, present = features.transpose(0, 1), available.T
    attended, _ = attention(tokens, tokens, tokens, key_padding_mask=present == 0)
    mixed = functional.layer_norm(
        tokens + attended, [WIDTH], own["fusion.norm.scale"][0], own["fusion.norm.shift"][0]
    )
    return torch.stack([row[has > 0].mean(0) for row, has in zip(mixed, present, strict=True)])


@pytest.mark.parametrize("incomplete", [False, True])
@pytest.mark.parametrize("heads", [1, 2, 8])
@pytest.mark.parametrize("modalities", [1, 2, 5])
def test_values_and_gradients_are_those_of_torch(
    modalities: int, heads: int, incomplete: bool, generator: torch.Generator
) -> None:
    layout = ParameterLayout(fusion_parameters(NetworkSpec(input_widths=(1,), feature_width=WIDTH)))
    weights = torch.randn(MEMBERS, layout.size, generator=generator, dtype=torch.float64)
    features = torch.randn(MEMBERS, modalities, ROWS, WIDTH, generator=generator, dtype=torch.float64)
    available = torch.ones(MEMBERS, modalities, ROWS, dtype=torch.float64)
    if incomplete:
        available = (torch.rand(available.shape, generator=generator) < 0.5).double()
        available[:, 0] = 1
    pull = torch.randn(MEMBERS, ROWS, WIDTH, generator=generator, dtype=torch.float64)
    features.requires_grad_()
    fused = fuse(layout, weights, features.mT, heads, available=available if incomplete else None).mT
    (ours,) = torch.autograd.grad(fused, features, pull)
    for member in range(MEMBERS):
        own = {name: value[member] for name, value in layout.views(weights).items()}
        single = features[member].detach().requires_grad_()
        expected = with_torch(own, single, heads, available[member])
        torch.testing.assert_close(fused[member], expected)
        (gradient,) = torch.autograd.grad(expected, single, pull[member])
        torch.testing.assert_close(ours[member], gradient)


@pytest.mark.parametrize("incomplete", [False, True])
@pytest.mark.parametrize(("modalities", "heads"), [(1, 1), (3, 2)])
def test_gradients_by_hand_are_those_of_differences(
    modalities: int, heads: int, incomplete: bool, generator: torch.Generator
) -> None:
    layout = ParameterLayout(fusion_parameters(NetworkSpec(input_widths=(1,), feature_width=4)))
    shapes = (MEMBERS, layout.size), (MEMBERS, modalities, 4, 3)
    weights, features = (
        torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True) for shape in shapes
    )
    available = None
    if incomplete:
        available = torch.ones(MEMBERS, modalities, 3, dtype=torch.float64)
        available[:, 1:, 0] = 0
    assert torch.autograd.gradcheck(
        lambda w, h: fuse(layout, w, h, heads, available=available), (weights, features)
    )
