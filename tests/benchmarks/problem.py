"""What all are measured on: 3 modalities of 10, 20 and 15 numbers, attributes of 2 and 4 groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from fairviz.data.groups import Attribute
from fairviz.data.prepare import PreparedData
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.data.split import Split
from fairviz.training.optimiser import MemberAdamW
from fairviz.training.tensors import Batches, TaskTensors
from models.groups import GroupLayout
from models.methods.base import Method
from models.methods.registry import trainer_of
from models.network import Network
from models.specs import MethodSpec, NetworkSpec, TrainingSpec

WIDTHS = (10, 20, 15)
LAYOUT = GroupLayout((2, 4))
ROWS, BATCH = 20_000, 256
# Without dropout, which the plain modules do not have either.
SPEC = NetworkSpec(input_widths=WIDTHS, dropout=0)


class Problem:
    """Made-up rows, and batches of them for a plain module."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        self.inputs = [torch.randn(ROWS, width, generator=generator) for width in WIDTHS]
        signal = sum(modality[:, 0] for modality in self.inputs)
        self.labels = (signal + torch.randn(ROWS, generator=generator) > 1).float()
        self.codes = [torch.randint(size, (ROWS,), generator=generator) for size in LAYOUT.sizes]
        hot = [torch.nn.functional.one_hot(c, size) for c, size in zip(self.codes, LAYOUT.sizes, strict=True)]
        self.groups = torch.cat(hot, dim=1).float()
        self._generator = generator

    def next_rows(self) -> tuple[list[Tensor], Tensor, Tensor]:
        """Inputs of each modality, labels and groups of one batch."""
        rows = torch.randint(ROWS, (BATCH,), generator=self._generator)
        return [modality[rows] for modality in self.inputs], self.labels[rows], self.groups[rows]

    def prepared(self) -> PreparedData:
        """The same rows as the engine has them, the last fifth held out twice."""
        names = [f"modality {index}" for index in range(len(WIDTHS))]
        attributes = [
            Attribute(f"attribute {k}", tuple(f"group {g}" for g in range(size)), codes.numpy())
            for k, (size, codes) in enumerate(zip(LAYOUT.sizes, self.codes, strict=True))
        ]
        rows = np.arange(ROWS, dtype=np.int64)
        training, held_out = rows[: ROWS * 4 // 5], rows[ROWS * 4 // 5 :]
        return PreparedData(
            task=TaskSpec(
                name="Benchmark",
                dataset="made up",
                outcome="outcome",
                positive="1",
                sensitive=tuple(attribute.name for attribute in attributes),
                modalities=tuple(ModalitySpec(name=name, columns=(name,)) for name in names),
            ),
            inputs=tuple(modality.numpy() for modality in self.inputs),
            available=np.ones((ROWS, len(WIDTHS)), dtype=bool),
            labels=self.labels.long().numpy(),
            classes=("0", "1"),
            attributes=tuple(attributes),
            split=Split(training, held_out, held_out),
            encoders=(),
        )


class Members:
    """R members of one method and seed, stepped as the engine steps them."""

    def __init__(self, problem: Problem, specs: Sequence[MethodSpec], device: str = "cpu") -> None:
        seeds = [0] * len(specs)
        self.network = Network(SPEC, seeds, device)
        self.method: Method = trainer_of(specs[0])(specs, seeds, self.network, LAYOUT)
        self.optimiser = MemberAdamW(self.network, [TrainingSpec()] * len(specs))
        self.batches = Batches(TaskTensors.of(problem.prepared(), torch.device(device)), seeds, BATCH)
        self._epoch = self.batches.epoch()

    def step(self) -> None:
        batch = next(self._epoch, None)
        if batch is None:
            self._epoch = self.batches.epoch()
            batch = next(self._epoch)
        self.method.step(batch)
        self.optimiser.step()
        self.method.finish()
