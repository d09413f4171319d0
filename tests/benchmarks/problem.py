"""What all are measured on: 3 modalities of 10, 20 and 15 numbers, attributes of 2 and 4 groups."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from fairviz.training.tensors import Batches, TaskTensors
from models.encoders import pad_inputs
from models.groups import GroupLayout
from models.methods.base import Method
from models.methods.registry import trainer_of
from models.network import Network
from models.specs import MethodSpec, NetworkSpec

WIDTHS = (10, 20, 15)
LAYOUT = GroupLayout((2, 4))
ROWS, BATCH = 20_000, 256
SPEC = NetworkSpec(input_widths=WIDTHS)


class Problem:
    """Made-up rows, and batches of them for a plain module."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        self.inputs = [torch.randn(ROWS, width, generator=generator) for width in WIDTHS]
        signal = sum(modality[:, 0] for modality in self.inputs)
        self.labels = (signal + torch.randn(ROWS, generator=generator) > 1).float()
        codes = [torch.randint(size, (ROWS,), generator=generator) for size in LAYOUT.sizes]
        hot = [torch.nn.functional.one_hot(c, size) for c, size in zip(codes, LAYOUT.sizes, strict=True)]
        self.groups = torch.cat(hot, dim=1).float()
        self._generator = generator

    def next_rows(self) -> tuple[list[Tensor], Tensor, Tensor]:
        """Inputs of each modality, labels and groups of one batch."""
        rows = torch.randint(ROWS, (BATCH,), generator=self._generator)
        return [modality[rows] for modality in self.inputs], self.labels[rows], self.groups[rows]

    def tensors(self) -> TaskTensors:
        """The same rows as the engine has them."""
        return TaskTensors(pad_inputs(self.inputs), self.labels, self.groups, LAYOUT, torch.arange(ROWS))


class Members:
    """R members of one method and seed, stepped as the engine steps them."""

    def __init__(self, problem: Problem, specs: Sequence[MethodSpec]) -> None:
        seeds = [0] * len(specs)
        self.network = Network(SPEC, seeds)
        self.method: Method = trainer_of(specs[0])(specs, seeds, self.network, LAYOUT)
        self.optimiser = torch.optim.AdamW([self.network.weights, self.network.auxiliary_weights], fused=True)
        self.batches = Batches(problem.tensors(), seeds, BATCH)
        self._epoch = self.batches.epoch()

    def step(self) -> None:
        batch = next(self._epoch, None)
        if batch is None:
            self._epoch = self.batches.epoch()
            batch = next(self._epoch)
        self.optimiser.zero_grad()
        self.method.step(batch)
        self.optimiser.step()
