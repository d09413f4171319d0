"""A prepared task as tensors, and the batches drawn from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fairviz.data.prepare import PreparedData
from fairviz.training.inputs import CodedInputs, stacked_inputs
from models.groups import GroupLayout
from models.methods.base import Batch
from models.randomness import Purpose, SeededStream

_ROWS_AT_ONCE = {"cpu": 4096, "cuda": 2**20}
"""Rows of all members together that go through a network in one forward pass without gradients, by kind of
device: on a CPU less memory than a step of a full pack takes, whatever the size of the dataset."""


@dataclass(frozen=True)
class TaskTensors:
    """All rows of a task.

    Attributes:
        inputs: [rows, M, W], modalities padded to the widest; of large tables dense in batches alone.
        labels: 0 or 1 [rows, C], a column per class where the outcome has more than two values.
        groups: [rows, G], the groups of all attributes side by side.
        layout: how G divides into attributes.
        training: indices of the training rows.
        available: 1 where a row has a modality [rows, M]; None where no row lacks any.
    """

    inputs: Tensor | CodedInputs
    labels: Tensor
    groups: Tensor
    layout: GroupLayout
    training: Tensor
    available: Tensor | None = None

    @classmethod
    def of(cls, data: PreparedData, device: torch.device) -> TaskTensors:
        """Move a prepared task to a device."""
        membership = [
            torch.from_numpy(a.codes)[:, None] == torch.arange(len(a.values)) for a in data.attributes
        ]
        return cls(
            inputs=stacked_inputs(data.inputs, device),
            labels=_label_columns(data).to(device),
            groups=torch.cat(membership, dim=1).float().to(device),
            layout=GroupLayout(tuple(len(a.values) for a in data.attributes)),
            training=torch.from_numpy(data.split.train).to(device),
            available=None if data.available.all() else torch.from_numpy(data.available).float().to(device),
        )

    def parts(self, rows: Tensor, members: int) -> Iterator[tuple[Tensor, Tensor | None]]:
        """Some rows, the same for every member, a part at a time.

        Yields:
            Inputs [R, M, N, W] and where a row has a modality [R, M, N], None where no row lacks any.
        """
        for part in rows.split(max(1, _ROWS_AT_ONCE[rows.device.type] // members)):
            inputs = self.inputs[part].transpose(0, 1).expand(members, -1, -1, -1)
            available = None if self.available is None else self.available[part].mT.expand(members, -1, -1)
            yield inputs, available


class Batches:
    """Batches of R members: members of one seed see the same rows in the same order."""

    def __init__(self, tensors: TaskTensors, seeds: Sequence[int], batch_size: int) -> None:
        """Divide the training rows evenly, so that each is used once an epoch."""
        self._tensors = tensors
        self._stream = SeededStream(seeds, Purpose.BATCHES, tensors.training.device)
        self.steps = max(1, round(len(tensors.training) / batch_size))

    def epoch(self) -> Iterator[Batch]:
        """One pass over the training rows, in a new order."""
        count = len(self._tensors.training)
        order = self._stream.draw(lambda generator: torch.randperm(count, generator=generator))
        for chosen in order.tensor_split(self.steps, dim=1):
            yield self._batch(self._tensors.training[chosen])

    def _batch(self, rows: Tensor) -> Batch:
        """Batch of rows [R, N]."""
        tensors = self._tensors
        available = None if tensors.available is None else tensors.available[rows].mT
        inputs = tensors.inputs[rows].transpose(1, 2)
        return Batch(inputs, tensors.labels[rows].mT, tensors.groups[rows], available)


def _label_columns(data: PreparedData) -> Tensor:
    """0 or 1 [rows, C]: the positive value, or each of several classes, against the rest."""
    codes = torch.from_numpy(data.labels)
    if data.score_columns == 1:
        return codes.float().unsqueeze(1)
    return torch.nn.functional.one_hot(codes, data.score_columns).float()
