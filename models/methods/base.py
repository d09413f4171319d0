"""The one seam between training methods and everything else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from models.encoders import NO_IMAGES
from models.groups import GroupLayout
from models.images import Pixels
from models.layers import Uses
from models.network import Dropout, Network, Prediction
from models.specs import MethodSpec

Trace = Mapping[str, Tensor]
"""What a method did in one step: named tensors [R, ...]."""


class Batch(NamedTuple):
    """Rows of one step.

    Attributes:
        inputs: of the T modalities that are tables [R, T, N, W].
        labels: 0 or 1 [R, C, N], a column per class where an outcome has more than two values.
        groups: [R, N, G], 1 where a row belongs to a group; the groups of all sensitive attributes side by
            side. A row whose value is missing has no group of that attribute.
        available: [R, M, N], 1 where a row has a modality; None where no row of the task lacks any.
        images: of the other modalities, by their place.
    """

    inputs: Tensor
    labels: Tensor
    groups: Tensor
    available: Tensor | None = None
    images: Mapping[int, Pixels] = NO_IMAGES


class Method(ABC):
    """Trains R members of one network; subclasses say how a batch becomes gradients.

    Everything else (network, batches, starting weights, optimiser, evaluation) is the same for all methods,
    so that a difference between two runs of one seed is the method's alone.
    """

    def __init__(
        self,
        specs: Sequence[MethodSpec],
        seeds: Sequence[int],
        network: Network,
        groups: GroupLayout,
    ) -> None:
        """Keep one specification and one seed per member."""
        self.specs = specs
        self.seeds = seeds
        self.network = network
        self.groups = groups
        self.device = network.weights.device
        self.dropout = Dropout(network.spec, seeds, self.device)

    @abstractmethod
    def step(self, batch: Batch) -> Trace:
        """Leave gradients in ``network.weights.grad`` (and the classifiers') and tell what was done."""

    def finish(self) -> None:  # noqa: B027  (a hook that most methods have no use for)
        """What is left to do once the optimiser has used the gradients; for most methods nothing."""

    def predict(self, batch: Batch, *, uses: Uses | None = None) -> Prediction:
        """Forward pass with this step's dropout masks; ``uses`` as ``Network.predict`` has it."""
        masks = self.dropout.masks(batch.labels.shape[-1])
        return self.network.predict(batch.inputs, masks, batch.available, images=batch.images, uses=uses)

    def number(self, name: str) -> Tensor:
        """Hyperparameter ``name`` of every member [R]."""
        return torch.tensor([float(getattr(spec, name)) for spec in self.specs], device=self.device)

    def choice(self, name: str) -> str | bool:
        """Hyperparameter ``name`` that a pack's members must share.

        Raises:
            ValueError: if the members differ.
        """
        values = {getattr(spec, name) for spec in self.specs}
        if len(values) != 1:
            raise ValueError(f"{name}: expected one value for all members of a pack, found {sorted(values)}")
        value: str | bool = values.pop()
        return value
