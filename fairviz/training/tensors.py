"""A prepared task as tensors, and the batches drawn from it; images are read from disk as they are used."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairviz.data.prepare import PreparedData
from fairviz.training.inputs import CodedInputs, stacked_inputs
from fairviz.training.streaming import StreamedImages, read_ahead
from models.encoders import NO_IMAGES
from models.groups import GroupLayout
from models.images import Pixels
from models.methods.base import Batch
from models.randomness import Purpose, SeededStream
from models.specs import numbers_kept

_ROWS_AT_ONCE = {"cpu": 4096, "cuda": 2**20}
"""Rows of all members together that go through a network in one forward pass without gradients, by kind of
device: on a CPU less memory than a step of a full pack takes, whatever the size of the dataset."""
_PIXELS_AT_ONCE = {"cpu": 2**24, "cuda": 2**28}
"""Numbers that convolutions make of the images of these rows at most, but for a single row."""


class Seen(NamedTuple):
    """What R members see of some rows.

    Attributes:
        inputs: of the T modalities that are tables [R, T, N, W].
        available: where a row has a modality [R, M, N], None where no row lacks any.
        images: of the other modalities, by their place.
    """

    inputs: Tensor
    available: Tensor | None
    images: Mapping[int, Pixels]


@dataclass(frozen=True)
class TaskTensors:
    """All rows of a task.

    Attributes:
        inputs: of the T modalities that are tables [rows, T, W], padded to the widest; of large tables dense
            in batches alone.
        labels: 0 or 1 [rows, C], a column per class where the outcome has more than two values.
        groups: [rows, G], the groups of all attributes side by side.
        layout: how G divides into attributes.
        training: indices of the training rows.
        available: 1 where a row has a modality [rows, M]; None where no row lacks any.
        images: of the other modalities, by their place, still on disk.
    """

    inputs: Tensor | CodedInputs
    labels: Tensor
    groups: Tensor
    layout: GroupLayout
    training: Tensor
    available: Tensor | None = None
    images: Mapping[int, StreamedImages] = field(default_factory=dict)

    @classmethod
    def of(cls, data: PreparedData, device: torch.device) -> TaskTensors:
        """Move a prepared task to a device, but for its images.

        Raises:
            DataError: if the file of the images cannot be read.
        """
        membership = [
            torch.from_numpy(a.codes)[:, None] == torch.arange(len(a.values)) for a in data.attributes
        ]
        return cls(
            inputs=_table_inputs(data, device),
            labels=_label_columns(data).to(device),
            groups=torch.cat(membership, dim=1).float().to(device),
            layout=GroupLayout(tuple(len(a.values) for a in data.attributes)),
            training=torch.from_numpy(data.split.train).to(device),
            available=None if data.available.all() else torch.from_numpy(data.available).float().to(device),
            images={place: StreamedImages(images, device) for place, images in data.images.items()},
        )

    def parts(self, rows: Tensor, members: int) -> Iterator[Seen]:
        """Some rows, the same for every member, a part at a time."""
        parts = rows.split(self._rows_at_once(members))
        with closing(self.streamed([part[None] for part in parts], [range(members)])) as streamed:
            for part, images in zip(parts, streamed, strict=True):
                inputs = self.inputs[part].transpose(0, 1).expand(members, -1, -1, -1)
                available = (
                    None if self.available is None else self.available[part].mT.expand(members, -1, -1)
                )
                yield Seen(inputs, available, images)

    def _rows_at_once(self, members: int) -> int:
        """Rows of a part."""
        device = self.inputs.device.type
        rows = _ROWS_AT_ONCE[device] // members
        if self.images:
            per_row = members * sum(numbers_kept(*own.shape) for own in self.images.values())
            rows = min(rows, _PIXELS_AT_ONCE[device] // per_row)
        return max(1, rows)

    def streamed(
        self, rows: Sequence[Tensor], members: Sequence[Sequence[int]]
    ) -> Generator[Mapping[int, Pixels], None, None]:
        """Images of each of some batches, the next ones being read while one is in use.

        Args:
            rows: by batch, rows [Q, N] of Q sets of members.
            members: of each set.
        """
        if not self.images:
            yield from (NO_IMAGES for _ in rows)
            return
        with closing(read_ahead(self._read, [own.cpu().numpy() for own in rows])) as batches:
            for batch in batches:
                yield {m: Pixels(self.images[m].standardised(own), members) for m, own in batch.items()}

    def _read(self, rows: NDArray[np.int64]) -> dict[int, Tensor]:
        """Bytes of all image modalities of rows [Q, N]."""
        return {place: images.read(rows) for place, images in self.images.items()}


class Batches:
    """Batches of R members: members of one seed see the same rows in the same order."""

    def __init__(self, tensors: TaskTensors, seeds: Sequence[int], batch_size: int) -> None:
        """Divide the training rows evenly, so that each is used once an epoch."""
        self._tensors = tensors
        self._stream = SeededStream(seeds, Purpose.BATCHES, tensors.training.device)
        self.steps = max(1, round(len(tensors.training) / batch_size))
        self._of_seeds = [
            [place for place, other in enumerate(seeds) if other == seed] for seed in dict.fromkeys(seeds)
        ]

    def epoch(self) -> Iterator[Batch]:
        """One pass over the training rows, in a new order."""
        count = len(self._tensors.training)
        order = self._stream.draw(lambda generator: torch.randperm(count, generator=generator))
        rows = (self._tensors.training[chosen] for chosen in order.tensor_split(self.steps, dim=1))
        yield from self._with_images(rows) if self._tensors.images else map(self._batch, rows)

    def _with_images(self, rows: Iterable[Tensor]) -> Iterator[Batch]:
        """Batches of rows [R, N], put in the order of the file; the images of each seed are read once."""
        batches = [own.sort(dim=1).values for own in rows]
        of_seeds = [own[[places[0] for places in self._of_seeds]] for own in batches]
        with closing(self._tensors.streamed(of_seeds, self._of_seeds)) as streamed:
            for own, images in zip(batches, streamed, strict=True):
                yield self._batch(own)._replace(images=images)

    def _batch(self, rows: Tensor) -> Batch:
        """Batch of rows [R, N]."""
        tensors = self._tensors
        available = None if tensors.available is None else tensors.available[rows].mT
        inputs = tensors.inputs[rows].transpose(1, 2)
        return Batch(inputs, tensors.labels[rows].mT, tensors.groups[rows], available)


def _table_inputs(data: PreparedData, device: torch.device) -> Tensor | CodedInputs:
    """Inputs [rows, T, W] of the modalities that are tables."""
    tables = [own for m, own in enumerate(data.inputs) if m not in data.images]
    return stacked_inputs(tables, device) if tables else torch.empty(len(data.labels), 0, 0, device=device)


def _label_columns(data: PreparedData) -> Tensor:
    """0 or 1 [rows, C]: the positive value, or each of several classes, against the rest."""
    codes = torch.from_numpy(data.labels)
    if data.score_columns == 1:
        return codes.float().unsqueeze(1)
    return torch.nn.functional.one_hot(codes, data.score_columns).float()
