"""Encoders: gradients by hand against differences, and what a pass back notes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.encoders import Encoders, encoder_parameters
from models.layers import ParameterLayout, Uses
from models.specs import NetworkSpec

SPEC = NetworkSpec(input_widths=(3, 2), hidden_width=5, feature_width=4)
ENCODERS, LAYOUT = Encoders(SPEC), ParameterLayout(encoder_parameters(SPEC))
MEMBERS, MODALITIES, ROWS = 2, 2, 6


@pytest.fixture
def weights() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(MEMBERS, LAYOUT.size, generator=generator, dtype=torch.float64, requires_grad=True)


@pytest.fixture
def inputs() -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(MEMBERS, MODALITIES, ROWS, 3, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("dropped", [False, True], ids=["", "dropout"])
def test_gradients_by_hand_are_those_of_differences(dropped: bool, weights: Tensor, inputs: Tensor) -> None:
    mask = torch.ones(MEMBERS, MODALITIES, 5, ROWS, dtype=torch.float64) * 1.25
    mask[..., ::3] = 0
    own = mask if dropped else None
    assert torch.autograd.gradcheck(lambda w: ENCODERS.encode(w, inputs, own), weights)


def test_a_pass_back_that_is_noted_gives_the_weights_no_gradient(weights: Tensor, inputs: Tensor) -> None:
    uses = Uses()
    ENCODERS.encode(weights, inputs, uses=uses).sum().backward()
    assert weights.grad is None
    assert [use.layer for use in uses.layers] == ["encoder.norm", "encoder.feature", "encoder.hidden"]
