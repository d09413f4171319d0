"""AdamW for all members of a pack at once, each with a learning rate of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor

from models.network import Network
from models.specs import TrainingSpec


class MemberAdamW:
    """AdamW over the network's two flat tensors [R, P] and [R, Q]: one fused call each where rates agree.

    Where learning rates differ, members of equal rate have a call of their own. The optimiser is handed views
    of the members' rows, which share memory with the network's tensors.
    """

    def __init__(self, network: Network, settings: Sequence[TrainingSpec]) -> None:
        """Start without momentum; ``settings`` has one entry per member."""
        by_rates: dict[tuple[float, float], list[int]] = defaultdict(list)
        for member, own in enumerate(settings):
            by_rates[own.learning_rate, own.auxiliary_learning_rate].append(member)
        self._parts: list[tuple[Tensor, Tensor, int | None]] = []
        groups = []
        for (rate, auxiliary_rate), members in by_rates.items():
            places = [None] if len(by_rates) == 1 else members
            groups.append({"params": self._rows(network.weights, places), "lr": rate})
            groups.append({"params": self._rows(network.auxiliary_weights, places), "lr": auxiliary_rate})
        self._adamw = torch.optim.AdamW(groups, weight_decay=settings[0].weight_decay, fused=True)

    def _rows(self, whole: Tensor, places: Sequence[int | None]) -> list[Tensor]:
        """Views of some members' rows, remembered with where they come from."""
        rows = [whole.detach() if place is None else whole.detach()[place] for place in places]
        self._parts.extend((row, whole, place) for row, place in zip(rows, places, strict=True))
        return rows

    def step(self) -> None:
        """Move the network along its gradients, and forget them."""
        for row, whole, place in self._parts:
            gradient = whole.grad
            row.grad = gradient if gradient is None or place is None else gradient[place]
        self._adamw.step()
        for _, whole, _ in self._parts:
            whole.grad = None
