"""AdamW of many members against torch's AdamW of each."""

from __future__ import annotations

import pytest
import torch

from fairviz.training.optimiser import MemberAdamW
from models.network import Network
from models.specs import NetworkSpec, TrainingSpec

MEMBERS = 4
RATES = {
    "equal": [(1e-3, 5e-4)] * MEMBERS,
    "each its own": [(10.0**-power, 5e-4) for power in range(1, MEMBERS + 1)],
    "two of each": [(1e-2, 5e-4), (1e-3, 5e-4), (1e-2, 5e-4), (1e-3, 5e-4)],
    "classifiers": [(1e-3, 10.0**-power) for power in range(1, MEMBERS + 1)],
}


def make_network() -> Network:
    return Network(NetworkSpec(input_widths=(3, 2), hidden_width=4, feature_width=4), range(MEMBERS))


def settings_of(rates: list[tuple[float, float]]) -> list[TrainingSpec]:
    return [
        TrainingSpec(learning_rate=rate, auxiliary_learning_rate=auxiliary, weight_decay=0.1)
        for rate, auxiliary in rates
    ]


@pytest.mark.parametrize("rates", RATES)
def test_every_member_moves_as_its_own_adamw_would_move_it(rates: str) -> None:
    network, generator = make_network(), torch.Generator().manual_seed(0)
    settings = settings_of(RATES[rates])
    optimiser = MemberAdamW(network, settings)
    alone = [
        [
            weights[member].detach().clone().requires_grad_()
            for weights in (network.weights, network.auxiliary_weights)
        ]
        for member in range(MEMBERS)
    ]
    theirs = [
        torch.optim.AdamW(
            [
                {"params": [own[0]], "lr": setting.learning_rate},
                {"params": [own[1]], "lr": setting.auxiliary_learning_rate},
            ],
            weight_decay=0.1,
            foreach=False,
        )
        for own, setting in zip(alone, settings, strict=True)
    ]
    for _ in range(5):
        for index, weights in enumerate((network.weights, network.auxiliary_weights)):
            weights.grad = torch.randn(weights.shape, generator=generator)
            for member, own in enumerate(alone):
                own[index].grad = weights.grad[member].clone()
        optimiser.step()
        for adamw in theirs:
            adamw.step()
    for member, own in enumerate(alone):
        torch.testing.assert_close(network.weights[member], own[0])
        torch.testing.assert_close(network.auxiliary_weights[member], own[1])


@pytest.mark.parametrize("rates", RATES)
def test_what_has_no_gradient_stays(rates: str) -> None:
    network = make_network()
    optimiser = MemberAdamW(network, settings_of(RATES[rates]))
    weights, auxiliary = network.weights.detach().clone(), network.auxiliary_weights.detach().clone()
    network.weights.grad = torch.ones_like(network.weights)
    optimiser.step()
    assert torch.equal(network.auxiliary_weights, auxiliary)
    assert (network.weights != weights).any(dim=1).all()


@pytest.mark.parametrize("rates", RATES)
def test_gradients_are_forgotten(rates: str) -> None:
    network = make_network()
    optimiser = MemberAdamW(network, settings_of(RATES[rates]))
    network.weights.grad = torch.ones_like(network.weights)
    optimiser.step()
    moved = network.weights.detach().clone()
    assert network.weights.grad is None
    optimiser.step()
    assert torch.equal(network.weights, moved)
