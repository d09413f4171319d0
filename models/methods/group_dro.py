"""Group DRO: train for the group with the largest loss.

Source: Sagawa et al. 2020, arXiv:1911.08731, algorithm 1. Groups are those of a sensitive attribute; with
several attributes each has weights of its own and the loss is the mean over attributes. Rows without a value
of an attribute count as in plain training. A group that a batch lacks is taken to lose as much as the others
do on average: it neither gains nor loses weight for being rare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
        self._log_weights = torch.zeros(len(specs), groups.total, device=self.device)
        self._weights = self._shares()
        self._rate = self.number("step_size").unsqueeze(-1)

    def step(self, batch: Batch) -> Trace:
        """Raise the weights of groups that lose most, then go down the weighted loss."""
        rows = row_losses(self.predict(batch).logits, batch.labels)
        losses = self._group_losses(rows, batch)
        self._log_weights = self._log_weights + self._rate * self._felt(losses.detach(), batch)
        self._weights = self._shares()
        loss = torch.stack(list(self._attribute_losses(rows, losses, batch))).mean(0)
        loss.sum().backward()
        return {"loss": loss.detach(), "group_loss": losses.detach(), "group_weight": self._weights}

    def _shares(self) -> Tensor:
        """Weights [R, G] that sum to 1 within each attribute."""
        return torch.cat([self._log_weights[:, part].softmax(-1) for part in self.groups.slices], dim=-1)

    def _felt(self, losses: Tensor, batch: Batch) -> Tensor:
        """Losses [R, G], for groups that the batch lacks the mean of their attribute's others."""
        there = (batch.groups.sum(1) > 0).to(losses.dtype)
        felt = []
        for part in self.groups.slices:
            own, present = losses[:, part], there[:, part]
            mean = (own * present).sum(-1, keepdim=True) / present.sum(-1, keepdim=True).clamp_min(1)
            felt.append(torch.where(present > 0, own, mean))
        return torch.cat(felt, dim=-1)

    @staticmethod
    def _group_losses(rows: Tensor, batch: Batch) -> Tensor:
        """Mean [R, G] over each group of the rows' losses [R, N]; 0 for a group that the batch lacks."""
        totals = torch.einsum("rn,rng->rg", rows, batch.groups)
        return totals / batch.groups.sum(1).clamp_min(1)

    def _attribute_losses(self, rows: Tensor, losses: Tensor, batch: Batch) -> Iterator[Tensor]:
        """Loss [R] of each attribute: its weighted groups, and rows in no group, each with their share."""
        for part in self.groups.slices:
            known = batch.groups[..., part].sum(-1)
            grouped = (self._weights[:, part] * losses[:, part]).sum(-1)
            yield known.mean(-1) * grouped + (rows * (1 - known)).mean(-1)
