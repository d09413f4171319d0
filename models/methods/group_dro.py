"""Group DRO: train for the group with the largest loss.

Source: Sagawa et al. 2020, arXiv:1911.08731, algorithm 1. Groups are those of a sensitive attribute; with
several attributes each has weights of its own and the loss is the mean over attributes.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.groups import GroupLayout
from models.methods.base import Batch, Method, Trace
from models.network import Network
from models.outcomes import row_losses
from models.specs import MethodSpec


class GroupDRO(Method):
    """Trace: ``loss`` [R], ``group_loss`` and ``group_weight`` [R, G]."""

    def __init__(
        self, specs: Sequence[MethodSpec], seeds: Sequence[int], network: Network, groups: GroupLayout
    ) -> None:
        """Start with equal weights within each attribute."""
        super().__init__(specs, seeds, network, groups)
        equal = torch.cat([torch.full((size,), 1 / size) for size in groups.sizes])
        self._weights = equal.repeat(len(specs), 1).to(self.device)
        self._rate = self.number("step_size").unsqueeze(-1)

    def step(self, batch: Batch) -> Trace:
        """Raise the weights of groups that lose most, then go down the weighted loss."""
        losses = self._group_losses(self.predict(batch).logits, batch)
        raised = self._weights * (self._rate * losses.detach()).exp()
        self._weights = torch.cat(
            [raised[:, part] / raised[:, part].sum(-1, keepdim=True) for part in self.groups.slices], dim=-1
        )
        loss = (self._weights * losses).sum(-1) / len(self.groups.sizes)
        loss.sum().backward()
        return {"loss": loss.detach(), "group_loss": losses.detach(), "group_weight": self._weights}

    @staticmethod
    def _group_losses(logits: Tensor, batch: Batch) -> Tensor:
        """Mean cross-entropy [R, G] of each group; 0 for a group that the batch lacks."""
        totals = torch.einsum("rn,rng->rg", row_losses(logits, batch.labels), batch.groups)
        return totals / batch.groups.sum(1).clamp_min(1)
