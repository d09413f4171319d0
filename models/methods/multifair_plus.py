"""MultiFair+: row weights steered by a controller, so that tau becomes a dial.

Each group's AUC is averaged over batches; while the gap between groups exceeds tau, the controller's strength
delta grows and rows of groups ranked worse than average weigh more. Where groups are equal nothing happens. A
group that had both outcomes in fewer batches than the memory is long is not known to be behind: it stays out
until then.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.groups import GroupLayout
from models.methods.base import Batch, Method, Trace
from models.modulation import AveragedAUC, group_weights
from models.network import Network
from models.outcomes import row_losses
from models.ranking import auc_gap, macro_auc
from models.specs import MethodSpec


class MultiFairPlus(Method):
    """Trace, with A attributes and G groups.

    ``loss`` [R]; ``fused_auc`` (averaged) and ``group_weight`` [R, G]; ``gap`` and ``delta`` [R, A].
    """

    def __init__(
        self,
        specs: Sequence[MethodSpec],
        seeds: Sequence[int],
        network: Network,
        groups: GroupLayout,
    ) -> None:
        """Start with no group seen and every controller at rest."""
        super().__init__(specs, seeds, network, groups)
        self._tau = self.number("tau").unsqueeze(-1)
        self._delta_max = self.number("delta_max").unsqueeze(-1)
        self._gain = self.number("gain").unsqueeze(-1)
        self._average = AveragedAUC(self.number("ema_decay").unsqueeze(-1), groups.total)
        self._floor = self.number("weight_floor").unsqueeze(-1)
        self._ceiling = self.number("weight_ceiling").unsqueeze(-1)
        self._delta = torch.zeros(len(specs), len(groups.sizes), device=self.device)

    def step(self, batch: Batch) -> Trace:
        """Judge groups on the fused logits, move the controllers, weight the rows, go back once."""
        logits = self.predict(batch).logits
        auc = self._average.update(macro_auc(logits, batch.labels, batch.groups))
        gap = auc_gap(self.groups.by_attribute(auc))
        moved = self._delta + self._gain * (gap - self._tau)
        self._delta = moved.clamp_min(0).minimum(self._delta_max)
        group_weight = self._group_weights(auc)
        loss = self._weighted_loss(logits, batch, self._row_weights(group_weight, batch.groups))
        loss.sum().backward()
        return {
            "loss": loss.detach(),
            "fused_auc": auc,
            "group_weight": group_weight,
            "gap": gap,
            "delta": self._delta,
        }

    def _group_weights(self, auc: Tensor) -> Tensor:
        """Weight [R, G] of a row of each group, before the batch's mean is divided out."""
        weights = [
            group_weights(
                auc[:, part], self._delta[:, index : index + 1], self._tau, self._floor, self._ceiling
            )
            for index, part in enumerate(self.groups.slices)
        ]
        return torch.cat(weights, dim=-1)

    def _row_weights(self, group_weight: Tensor, groups: Tensor) -> Tensor:
        """Weight [R, N] per row: mean over attributes (1 where the value is missing), averaging 1."""
        per_attribute = []
        for part in self.groups.slices:
            member = groups[..., part]
            known = member.sum(-1)
            per_attribute.append(torch.einsum("rng,rg->rn", member, group_weight[:, part]) + (1 - known))
        weight = torch.stack(per_attribute).mean(0)
        return weight / weight.mean(-1, keepdim=True)

    @staticmethod
    def _weighted_loss(logits: Tensor, batch: Batch, weights: Tensor) -> Tensor:
        """Weighted mean cross-entropy [R]."""
        return (row_losses(logits, batch.labels) * weights).mean(-1)
