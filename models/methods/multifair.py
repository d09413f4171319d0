"""MultiFair: encoder gradients modulated by each modality's progress and by how groups fare in it.

Source: Zubair et al. 2025, arXiv:2510.07328. With several sensitive attributes each has its own gate; the
factor of a modality is the mean over attributes, a closed gate counting as 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.groups import GroupLayout
from models.heads import HeadOutput
from models.methods.base import Batch, Method, Trace, cross_entropy
from models.modulation import (
    balance_factors,
    batch_factors,
    fairness_factors,
    keep_where_undefined,
    surrogate_auc,
)
from models.network import Network, Prediction
from models.ranking import auc_gap, batch_auc
from models.specs import MethodSpec


class GroupState(NamedTuple):
    """What the batch says about groups, over all attributes.

    Attributes:
        factors: F [R, M, G], never negative: below 0 an encoder would climb its loss.
        batch: f per attribute [R, A, M].
        shares: of each group among the batch's rows with a known value [R, G].
        fused_auc: of the fused logits [R, G], NaN where undefined.
        gap: between the best and the worst group per attribute [R, A]; 0 where fewer than two are defined.
        gate: 1 where the gap reached tau [R, A].
    """

    factors: Tensor
    batch: Tensor
    shares: Tensor
    fused_auc: Tensor
    gap: Tensor
    gate: Tensor


class MultiFair(Method):
    """Trace, with M modalities, A attributes and G groups.

    - [R]: ``loss``, ``guidance_loss``
    - [R, M]: ``modality_auc``, ``balance``, ``scale``, ``batch_factors`` (mean over attributes)
    - [R, M, G]: ``surrogate_auc`` (its moving average), ``group_factors``
    - [R, G]: ``shares``, ``fused_auc``
    - [R, A]: ``gap``, ``gate``, ``fairness_loss``
    """

    def __init__(
        self,
        specs: Sequence[MethodSpec],
        seeds: Sequence[int],
        network: Network,
        groups: GroupLayout,
    ) -> None:
        """Start every remembered AUC at one half."""
        super().__init__(specs, seeds, network, groups)
        members, modalities = len(specs), len(network.spec.input_widths)
        self._tau = self.number("tau")
        self._delta = self.number("delta")
        self._rho = self.number("rho")
        self._lambda_gm = self.number("lambda_gm")
        self._lambda_f = self.number("lambda_f")
        self._decay = self.number("ema_decay").view(-1, 1, 1)
        self._clip = self.number("clip_norm")
        self._modality_auc = torch.full((members, modalities), 0.5, device=self.device)
        self._ema = torch.full((members, modalities, groups.total), 0.5, device=self.device)

    def step(self, batch: Batch) -> Trace:
        """Forward once, judge modalities and groups, go back once, scale the encoders' gradients."""
        prediction = self.predict(batch)
        watched = self.network.watch(
            prediction.features.detach(), self.dropout.auxiliary_masks(batch.labels.shape[-1])
        )
        labels = batch.labels.unsqueeze(1)
        modality_auc, balance = self._modality_balance(watched, labels)
        self._remember_groups(watched, batch)
        groups = self._group_state(prediction, batch)

        task = cross_entropy(prediction.logits, batch.labels)
        guidance = self._guidance_loss(prediction, watched, labels, balance)
        fairness = self._fairness_loss(prediction, batch)
        extra = self._lambda_gm * guidance + self._lambda_f * (groups.gate * fairness).mean(-1)
        watching = cross_entropy(watched.logits, labels).sum(-1)
        (task + extra + watching).sum().backward()

        scale = self._scale(balance, groups)
        self._modulate(scale)
        return {
            "loss": task.detach(),
            "modality_auc": modality_auc,
            "balance": balance,
            "surrogate_auc": self._ema,
            "group_factors": groups.factors,
            "batch_factors": groups.batch.mean(1),
            "shares": groups.shares,
            "fused_auc": groups.fused_auc,
            "gap": groups.gap,
            "gate": groups.gate,
            "fairness_loss": fairness.detach(),
            "guidance_loss": guidance.detach(),
            "scale": scale,
        }

    def _modality_balance(self, watched: HeadOutput, labels: Tensor) -> tuple[Tensor, Tensor]:
        """AUC and factor B of each modality, both [R, M]; B is 1 where modalities are not balanced."""
        everyone = torch.ones(1, device=self.device)
        new = batch_auc(watched.logits, labels, everyone).squeeze(-1)
        auc = keep_where_undefined(new, self._modality_auc)
        previous, self._modality_auc = self._modality_auc, auc
        balance = balance_factors(auc, previous) if self.choice("modalities") else torch.ones_like(auc)
        return auc, balance

    def _remember_groups(self, watched: HeadOutput, batch: Batch) -> None:
        """Update the moving average of each modality's surrogate AUC per group."""
        new = self._surrogate(watched.logits.detach(), batch)
        averaged = self._decay * self._ema + (1 - self._decay) * new
        self._ema = keep_where_undefined(averaged, self._ema)

    def _group_state(self, prediction: Prediction, batch: Batch) -> GroupState:
        """Factors and gates of every attribute."""
        present = batch.groups.sum(1)
        fused_auc = batch_auc(prediction.logits, batch.labels, batch.groups)
        factors, shares, combined, gaps = [], [], [], []
        for part in self.groups.slices:
            factor = fairness_factors(self._ema[..., part], _wide(self._delta), _wide(self._tau)).clamp_min(0)
            known = present[:, part]
            share = known / known.sum(-1, keepdim=True).clamp_min(1)
            factors.append(factor)
            shares.append(share)
            combined.append(batch_factors(factor, share))
            gaps.append(auc_gap(fused_auc[:, part]))
        gap = torch.stack(gaps, dim=-1)
        open_gate = (gap >= self._tau.unsqueeze(-1)) & bool(self.choice("groups"))
        return GroupState(
            torch.cat(factors, -1),
            torch.stack(combined, 1),
            torch.cat(shares, -1),
            fused_auc,
            gap,
            open_gate.to(gap.dtype),
        )

    def _guidance_loss(
        self, prediction: Prediction, watched: HeadOutput, labels: Tensor, balance: Tensor
    ) -> Tensor:
        """L_gm [R]: 1/M * sum_m (|B_m| - B_m cos(head's gradient, c_m's gradient)), for the last weights.

        The gradient of cross-entropy with respect to a last linear weight is (p - y)^T h / N, so no second
        backward pass is needed. c_m is the reference: its side carries no gradient.
        """
        head = _last_weight_gradient(
            prediction.logits.unsqueeze(1), labels, prediction.last_features.unsqueeze(1)
        )
        reference = _last_weight_gradient(watched.logits, labels, watched.last_features).detach()
        cosine = functional.cosine_similarity(head, reference, dim=-1)
        loss = (balance.abs() - balance * cosine).mean(-1)
        return loss if self._differentiable else loss.detach()

    def _fairness_loss(self, prediction: Prediction, batch: Batch) -> Tensor:
        """F_G per attribute [R, A]: mean distance of a group's averaged surrogate AUC from the groups' mean.

        The batch's own term carries the gradient, through a frozen c_m into the encoders.
        """
        averaged = self._ema
        if self._differentiable:
            frozen = self.network.watch(prediction.features, frozen=True)
            new = self._surrogate(frozen.logits, batch)
            carried = (1 - self._decay) * (new - new.detach())
            averaged = averaged + torch.where(new.isnan(), 0.0, carried)
        distances = [
            (averaged[..., part] - averaged[..., part].mean(-1, keepdim=True)).abs().mean((-2, -1))
            for part in self.groups.slices
        ]
        return torch.stack(distances, dim=-1)

    @property
    def _differentiable(self) -> bool:
        return self.choice("losses") == "paper"

    def _surrogate(self, logits: Tensor, batch: Batch) -> Tensor:
        """Surrogate AUC [R, M, G] of modality logits [R, M, N]."""
        return surrogate_auc(logits.sigmoid(), batch.labels.unsqueeze(1), batch.groups.unsqueeze(1))

    def _scale(self, balance: Tensor, groups: GroupState) -> Tensor:
        """Factor [R, M] on each encoder's gradient."""
        gate = groups.gate.unsqueeze(-1)
        by_group = torch.where(gate > 0, groups.batch, 1.0).mean(1)
        return self._rho.unsqueeze(-1) * balance * by_group

    def _modulate(self, scale: Tensor) -> None:
        """Scale the encoders' gradients, then clip each member's whole gradient."""
        for gradient in self.network.encoder_gradients():
            gradient.mul_(scale.view(*scale.shape, *[1] * (gradient.dim() - 2)))
        whole = self.network.weights.grad
        assert whole is not None
        norm = whole.norm(dim=1, keepdim=True)
        whole.mul_((self._clip.unsqueeze(-1) / (norm + 1e-6)).clamp(max=1))


def _wide(per_member: Tensor) -> Tensor:
    """[R] to [R, 1, 1]."""
    return per_member.view(-1, 1, 1)


def _last_weight_gradient(logits: Tensor, labels: Tensor, features: Tensor) -> Tensor:
    """Gradient [R, M, D] of the cross-entropy with respect to the last linear weight."""
    error = (logits.sigmoid() - labels).unsqueeze(-1)
    return (error * features).mean(-2)
