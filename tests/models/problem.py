"""A small made-up problem with three modalities and two sensitive attributes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.encoders import pad_inputs
from models.groups import GroupLayout
from models.methods.base import Batch, Method
from models.methods.registry import trainer_of
from models.network import Network
from models.specs import MethodSpec, NetworkSpec

WIDTHS = (5, 3, 7)
LAYOUT = GroupLayout((2, 3))


def make_inputs(rows: int, seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(rows, width, generator=generator) for width in WIDTHS]


def make_batch(members: int, rows: int = 64, seed: int = 0, *, missing: bool = False) -> Batch:
    """One batch shared by all members; with ``missing``, some rows have no group of the second attribute."""
    generator = torch.Generator().manual_seed(seed + 1)
    inputs = make_inputs(rows, seed)
    labels = (inputs[0][:, 0] + torch.randn(rows, generator=generator) > 0).float()
    codes = [torch.randint(size, (rows,), generator=generator) for size in LAYOUT.sizes]
    groups = torch.cat(
        [torch.nn.functional.one_hot(c, size).float() for c, size in zip(codes, LAYOUT.sizes, strict=True)], 1
    )
    if missing:
        groups[: rows // 4, 2:] = 0
    stacked = pad_inputs(inputs).transpose(0, 1)
    return Batch(
        stacked.expand(members, *stacked.shape),
        labels.expand(members, rows),
        groups.expand(members, *groups.shape),
    )


def make_method(
    specs: Sequence[MethodSpec], seeds: Sequence[int], *, dropout: float = 0.0, layout: GroupLayout = LAYOUT
) -> Method:
    network = Network(NetworkSpec(input_widths=WIDTHS, dropout=dropout), seeds)
    return trainer_of(specs[0])(specs, seeds, network, layout)


def gradient_after_step(method: Method, batch: Batch) -> Tensor:
    """Gradient [R, P] that one step of a method leaves."""
    method.network.weights.grad = None
    method.network.auxiliary_weights.grad = None
    method.step(batch)
    assert method.network.weights.grad is not None
    return method.network.weights.grad.clone()
