"""A small made-up problem with three modalities and two sensitive attributes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from models.encoders import pad_inputs
from models.groups import GroupLayout
from models.methods.base import Batch, Method
from models.methods.registry import trainer_of
from models.network import Network
from models.specs import MethodSpec, NetworkSpec

WIDTHS = (5, 3, 7)
LAYOUT = GroupLayout((2, 3))
COLUMNS = {2: 1, 3: 3}
"""Score columns by number of classes."""


def make_batch(
    members: int,
    rows: int = 64,
    seed: int = 0,
    *,
    classes: int = 2,
    missing: bool = False,
    absent: bool = False,
) -> Batch:
    """A batch in which every member has rows of its own, the same whoever else is there.

    Args:
        members: R.
        rows: N.
        seed: of the numbers.
        classes: values of the outcome.
        missing: whether some rows have no group of the second attribute.
        absent: whether about a third of the rows lack each modality.
    """
    own = [_rows(rows, 1000 * seed + member, classes) for member in range(members)]
    inputs, labels, groups, available = (torch.stack(parts) for parts in zip(*own, strict=True))
    if missing:
        groups[:, : rows // 4, LAYOUT.slices[1]] = 0
    return Batch(inputs, labels, groups, available if absent else None)


def _rows(rows: int, seed: int, classes: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One member's inputs [M, N, W], labels [C, N], groups [N, G] and which modalities rows have [M, N]."""
    generator = torch.Generator().manual_seed(seed)
    inputs = [torch.randn(rows, width, generator=generator) for width in WIDTHS]
    risk = inputs[0][:, 0] + inputs[1][:, 0] + torch.randn(rows, generator=generator)
    codes = torch.bucketize(risk, risk.quantile(torch.linspace(0, 1, classes + 1)[1:-1]))
    groups = [
        functional.one_hot(torch.randint(size, (rows,), generator=generator), size) for size in LAYOUT.sizes
    ]
    available = torch.rand(len(WIDTHS), rows, generator=generator) < 2 / 3
    # Every row has a modality at least.
    available[torch.randint(len(WIDTHS), (rows,), generator=generator), torch.arange(rows)] = True
    return (
        pad_inputs(inputs).transpose(0, 1),
        label_columns(codes, classes),
        torch.cat(groups, dim=1).float(),
        available.float(),
    )


def label_columns(codes: Tensor, classes: int) -> Tensor:
    """Class codes [N] as 0 or 1 [C, N]."""
    return codes.float().unsqueeze(0) if classes == 2 else functional.one_hot(codes, classes).T.float()


def members_of(batch: Batch, members: Sequence[int]) -> Batch:
    """The batch of some of the members, in the order given."""
    own = list(members)
    available = None if batch.available is None else batch.available[own]
    return Batch(batch.inputs[own], batch.labels[own], batch.groups[own], available)


def make_method(
    specs: Sequence[MethodSpec],
    seeds: Sequence[int],
    *,
    dropout: float = 0.0,
    layout: GroupLayout = LAYOUT,
    columns: int = 1,
) -> Method:
    """A method on a network of its own, with C score columns."""
    network = Network(NetworkSpec(input_widths=WIDTHS, dropout=dropout, score_columns=columns), seeds)
    return trainer_of(specs[0])(specs, seeds, network, layout)


def gradient_after_step(method: Method, batch: Batch) -> Tensor:
    """Gradient [R, P] that one step of a method leaves."""
    method.network.weights.grad = None
    method.network.auxiliary_weights.grad = None
    method.step(batch)
    assert method.network.weights.grad is not None
    return method.network.weights.grad.clone()


def watching_gradient(method: Method) -> Tensor:
    """Gradient [R, Q] that the last step left the modality classifiers."""
    gradient = method.network.auxiliary_weights.grad
    assert gradient is not None
    return gradient


def assert_same_gradients(computed: Tensor, expected: Tensor, *, tolerance: float = 1e-5) -> None:
    """Each member's gradient [R, P] within a share of the largest entry expected of it."""
    assert computed.shape == expected.shape
    largest = expected.abs().amax(-1)
    error = (computed - expected).abs().amax(-1)
    assert (largest > 0).all()
    assert (error <= tolerance * largest).all(), f"relative errors {(error / largest).tolist()}"
