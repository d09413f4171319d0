"""The head and the modality classifiers: gradients by hand against differences."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.heads import (
    HeadOutput,
    auxiliary_parameters,
    classify,
    classify_modalities,
    head_parameters,
    modality_features_gradient,
)
from models.layers import ParameterLayout
from models.specs import NetworkSpec

MEMBERS, MODALITIES, ROWS, WIDTH = 2, 2, 5, 4


def spec(columns: int) -> NetworkSpec:
    return NetworkSpec(input_widths=(1, 1), feature_width=WIDTH, score_columns=columns)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)


def mask_of(*shape: int, dropped: bool) -> Tensor | None:
    """Dropout of every third row."""
    mask = torch.ones(shape, dtype=torch.float64) * 1.25
    mask[..., ::3] = 0
    return mask if dropped else None


@pytest.mark.parametrize("dropped", [False, True], ids=["", "dropout"])
@pytest.mark.parametrize("columns", [1, 3])
def test_the_heads_gradients_by_hand_are_those_of_differences(columns: int, dropped: bool) -> None:
    layout = ParameterLayout(head_parameters(spec(columns)))
    mask = mask_of(MEMBERS, WIDTH, ROWS, dropped=dropped)

    def judged(weights: Tensor, fused: Tensor) -> HeadOutput:
        return classify(layout, weights, fused, mask)

    arguments = drawn(MEMBERS, layout.size), drawn(MEMBERS, WIDTH, ROWS, seed=1)
    assert torch.autograd.gradcheck(judged, arguments)
    for part in range(2):  # each output may be all that is asked for
        assert torch.autograd.gradcheck(lambda w, z, part=part: judged(w, z)[part], arguments)


@pytest.mark.parametrize("dropped", [False, True], ids=["", "dropout"])
@pytest.mark.parametrize("columns", [1, 3])
def test_the_classifiers_gradients_by_hand_are_those_of_differences(columns: int, dropped: bool) -> None:
    layout = ParameterLayout(auxiliary_parameters(spec(columns)))
    mask = mask_of(MEMBERS, MODALITIES, WIDTH, ROWS, dropped=dropped)
    weights, features = drawn(MEMBERS, layout.size), drawn(MEMBERS, MODALITIES, WIDTH, ROWS, seed=1)

    def logits(own: Tensor) -> Tensor:
        return classify_modalities(layout, own, features.detach(), mask).logits

    assert torch.autograd.gradcheck(logits, weights)


@pytest.mark.parametrize("dropped", [False, True], ids=["", "dropout"])
@pytest.mark.parametrize("columns", [1, 3])
def test_the_gradient_of_watched_features_is_that_of_differences(columns: int, dropped: bool) -> None:
    layout = ParameterLayout(auxiliary_parameters(spec(columns)))
    mask = mask_of(MEMBERS, MODALITIES, WIDTH, ROWS, dropped=dropped)
    weights = drawn(MEMBERS, layout.size).detach()
    features = drawn(MEMBERS, MODALITIES, WIDTH, ROWS, seed=1).detach()
    output = classify_modalities(layout, weights, features, mask)
    signal = drawn(*output.logits.shape, seed=2).detach()
    computed = modality_features_gradient(layout, weights, output.last_features, signal, mask)
    step, direction = 1e-6, drawn(*features.shape, seed=3).detach()
    ends = [
        (classify_modalities(layout, weights, features + sign * step * direction, mask).logits * signal).sum()
        for sign in (1, -1)
    ]
    torch.testing.assert_close((computed * direction).sum(), (ends[0] - ends[1]) / (2 * step))
