"""All objectives' gradients in one pass back, against one pass for each."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from models.jacobian import jacobian
from models.layers import Uses
from models.network import Dropout, Network
from models.specs import NetworkSpec
from tests.models.problem import WIDTHS, make_batch

SEEDS = (0, 1)


def three_losses(logits: Tensor) -> Tensor:
    """[R, K] of logits [R, C, N], each by other rows and other powers."""
    rows = torch.linspace(-1, 1, logits.shape[-1], dtype=logits.dtype)
    return torch.stack(
        [
            logits.square().mean((1, 2)),
            (logits.sigmoid() * rows).sum((1, 2)),
            logits[:, :, :5].logsumexp((1, 2)),
        ],
        dim=-1,
    )


def in_double(network: Network) -> Network:
    network.weights = network.weights.detach().double().requires_grad_()
    return network


@pytest.mark.parametrize("dropped", [False, True], ids=["", "dropout"])
@pytest.mark.parametrize("absent", [False, True], ids=["complete", "incomplete"])
@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("modalities", [1, 3])
def test_rows_are_each_objectives_gradient(
    modalities: int, columns: int, absent: bool, dropped: bool
) -> None:
    spec = NetworkSpec(input_widths=WIDTHS[-modalities:], score_columns=columns, dropout=0.3)
    network = in_double(Network(spec, SEEDS))
    batch = make_batch(len(SEEDS), absent=absent and modalities > 1)
    inputs = batch.inputs[:, -modalities:].double()
    available = None if batch.available is None else batch.available.double()
    masks: Mapping[str, Tensor] | None = Dropout(spec, SEEDS).masks(64) if dropped else None

    uses = Uses()
    logits = network.predict(inputs, masks, available, uses=uses).logits
    leaf = logits.detach().requires_grad_()
    computed = jacobian(
        three_losses(leaf), leaf, logits, weights=network.weights, uses=uses, layout=network.layout
    )

    losses = three_losses(network.predict(inputs, masks, available).logits)
    expected = [
        torch.autograd.grad(losses[:, k].sum(), network.weights, retain_graph=True)[0] for k in range(3)
    ]
    torch.testing.assert_close(computed, torch.stack(expected, dim=1))


def test_writing_down_changes_no_number_and_leaves_the_weights_alone() -> None:
    network = Network(NetworkSpec(input_widths=WIDTHS), SEEDS)
    inputs = make_batch(len(SEEDS)).inputs
    noted = network.predict(inputs, uses=Uses()).logits
    assert torch.equal(noted, network.predict(inputs).logits)
    noted.sum().backward()
    assert network.weights.grad is None
