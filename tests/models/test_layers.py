"""Where parameters lie and how they start."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from models.encoders import encoder_parameters
from models.layers import (
    ParameterLayout,
    linear,
    linear_parameters,
    norm_parameters,
    normalise_,
    normalise_backward_,
    rectified_,
    rectified_backward_,
)
from models.specs import NetworkSpec
from tests.models.problem import WIDTHS


def test_views_cover_every_number_once() -> None:
    layout = ParameterLayout({**linear_parameters("a", 3, 2, stack=(4,)), **norm_parameters("b", 5)})
    flat = torch.arange(2 * layout.size, dtype=torch.float32).view(2, -1)
    views = layout.views(flat)
    assert views["a.weight"].shape == (2, 4, 3, 2)
    assert views["b.scale"].shape == (2, 1, 5)
    assert torch.equal(torch.cat([view.flatten(1) for view in views.values()], dim=1), flat)


def test_a_linear_map_starts_as_torch_starts_one() -> None:
    layout = ParameterLayout(linear_parameters("a", 100, 50))
    started = layout.initial(torch.Generator().manual_seed(0))
    weight = torch.nn.Linear(100, 50).weight.detach()
    bound = 1 / math.sqrt(100)
    for values in (started, weight):
        assert values.abs().max() <= bound
        assert torch.isclose(values.std(), torch.tensor(bound / math.sqrt(3)), rtol=0.05)
        assert values.mean().abs() < 0.05 * bound


def test_a_normalisation_starts_by_changing_nothing() -> None:
    layout = ParameterLayout(norm_parameters("a", 4))
    views = layout.views(layout.initial(torch.Generator().manual_seed(0)).unsqueeze(0))
    assert torch.equal(views["a.scale"], torch.ones(1, 1, 4))
    assert torch.equal(views["a.shift"], torch.zeros(1, 1, 4))


def test_an_encoder_starts_by_its_own_number_of_inputs_and_at_zero_on_padding() -> None:
    layout = ParameterLayout(encoder_parameters(NetworkSpec(input_widths=WIDTHS)))
    views = layout.views(layout.initial(torch.Generator().manual_seed(0)).unsqueeze(0))
    weight = views["encoder.hidden.weight"][0]
    for m, width in enumerate(WIDTHS):
        own = weight[m, :width].abs().max().item()
        assert 0.9 / math.sqrt(width) < own <= 1 / math.sqrt(width)
        assert torch.equal(weight[m, width:], torch.zeros_like(weight[m, width:]))


def test_one_linear_map_serves_all_modalities() -> None:
    layout = ParameterLayout(linear_parameters("a", 3, 2))
    parameters = layout.views(torch.randn(4, layout.size, generator=torch.Generator().manual_seed(0)))
    rows = torch.randn(4, 5, 3, 7, generator=torch.Generator().manual_seed(1))
    mapped = linear(parameters, "a", rows)
    for member in range(4):
        weight, bias = (parameters[f"a.{name}"][member] for name in ("weight", "bias"))
        expected = functional.linear(rows[member].mT, weight.mT, bias[0])
        torch.testing.assert_close(mapped[member].mT, expected)


def test_normalisation_and_its_gradient_are_those_of_torch() -> None:
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(2, 5, 7, generator=generator, dtype=torch.float64, requires_grad=True)
    pull = torch.randn(2, 5, 7, generator=generator, dtype=torch.float64)
    expected = functional.layer_norm(rows.mT, [5]).mT
    normal = rows.detach().clone()
    inverse = normalise_(normal)
    torch.testing.assert_close(normal, expected)
    (gradient,) = torch.autograd.grad(expected, rows, pull)
    torch.testing.assert_close(normalise_backward_(pull.clone(), normal, inverse), gradient)


def test_rectified_rows_and_their_gradient_are_those_of_torch() -> None:
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(2, 5, 7, generator=generator, dtype=torch.float64, requires_grad=True)
    pull = torch.randn(2, 5, 7, generator=generator, dtype=torch.float64)
    mask = (torch.rand(2, 5, 7, generator=generator) < 0.7).double() / 0.7
    expected = rows.relu() * mask
    rectified = rectified_(rows.detach().clone(), mask)
    torch.testing.assert_close(rectified, expected)
    (gradient,) = torch.autograd.grad(expected, rows, pull)
    torch.testing.assert_close(rectified_backward_(pull.clone(), rectified, mask), gradient)
