"""MultiFair: encoder gradients modulated by each modality's progress and by how groups fare in it.

Source: Zubair et al. 2025, arXiv:2510.07328. With several sensitive attributes each has its own gate; the
factor of a modality is the mean over attributes, a closed gate counting as 1.

Switches, for research, each on its own: factors per row in place of one per batch (``granularity``), made of
the fused head's AUC in place of each modality's (``signal``), a gate on averaged AUCs or none (``gate``),
factors on the optimiser's update in place of the gradient (``scales``), a strength that a controller sets
(``delta_rule``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.groups import GroupLayout
from models.heads import HeadOutput
from models.methods.base import Batch, Method, Trace
from models.modulation import (
    AveragedAUC,
    balance_factors,
    batch_factors,
    fairness_factors,
    keep_where_undefined,
    surrogate_auc,
)
from models.network import Network, Prediction
from models.outcomes import cross_entropy, probabilities
from models.ranking import auc_gap, macro_auc
from models.specs import CONTROLLER_GAIN, MethodSpec

_ROW_FACTORS = 0.2, 5.0


class Watched(NamedTuple):
    """What the modality classifiers c_m say of a batch.

    Attributes:
        output: their logits and what the last linear map made them of.
        masks: of their dropout.
        logits: the same logits as the leaf of a graph of their own.
        probabilities: of the positive value or of every class, in that graph [R, M, C, N].
        error: gradient of each row's cross-entropy with respect to the logits, 0 where a row lacks the
            modality.
        present: 1 where a row has the modality [R, M, N], or [1, 1, N] where no row lacks any.
    """

    output: HeadOutput
    masks: Mapping[str, Tensor] | None
    logits: Tensor
    probabilities: Tensor
    error: Tensor
    present: Tensor


class GroupState(NamedTuple):
    """What the batch says about groups, over all attributes.

    Attributes:
        signal: averaged AUC that the factors are made of [R, M, G].
        factors: F [R, M, G], never negative: below 0 an encoder would climb its loss.
        batch: f per attribute [R, A, M].
        shares: of each group among the batch's rows with a known value [R, G].
        fused_auc: of the fused logits [R, G], NaN where undefined.
        gap: between the best and the worst group per attribute [R, A]; 0 where fewer than two are defined.
        gate: 1 where the gate is open [R, A].
    """

    signal: Tensor
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
    - [R, M, G]: ``surrogate_auc`` (the moving average that factors are made of), ``group_factors``
    - [R, G]: ``shares``, ``fused_auc``
    - [R, A]: ``gap``, ``gate``, ``delta``, ``fairness_loss``
    """

    def __init__(
        self,
        specs: Sequence[MethodSpec],
        seeds: Sequence[int],
        network: Network,
        groups: GroupLayout,
    ) -> None:
        """Start every remembered AUC at one half, and a controlled strength at rest."""
        super().__init__(specs, seeds, network, groups)
        members, modalities = len(specs), len(network.spec.input_widths)
        self._tau = self.number("tau").unsqueeze(-1)
        self._largest_delta = self.number("delta").unsqueeze(-1).expand(-1, len(groups.sizes))
        self._rho = self.number("rho").unsqueeze(-1)
        self._lambda_gm = self.number("lambda_gm")
        self._lambda_f = self.number("lambda_f")
        self._decay = self.number("ema_decay").view(-1, 1, 1)
        self._clip = self.number("clip_norm").unsqueeze(-1)
        self._paper = self.choice("losses") == "paper"
        self._balances, self._groups_count = bool(self.choice("modalities")), bool(self.choice("groups"))
        self._per_row = self.choice("granularity") == "sample"
        self._scales_update = self.choice("scales") == "update"
        self._gate, self._signal = self.choice("gate"), self.choice("signal")
        self._adaptive = self.choice("delta_rule") == "adaptive"
        self._delta = torch.zeros_like(self._largest_delta) if self._adaptive else self._largest_delta
        self._modality_auc = torch.full((members, modalities), 0.5, device=self.device)
        self._surrogate_auc = torch.full((members, modalities, groups.total), 0.5, device=self.device)
        membership = groups.membership.to(self.device)
        self._means = membership / membership.sum(0)
        self._means_of_groups = self._means @ membership.mT
        self._fused_average = AveragedAUC(self._decay.squeeze(-1), groups.total)
        self._pending: tuple[Tensor, Tensor] | None = None

    def step(self, batch: Batch) -> Trace:
        """Forward once, judge modalities and groups, go back once, scale what the encoders get."""
        prediction = self.predict(batch)
        watched = self._watch(prediction, batch)
        modality_auc, balance = self._modality_balance(watched, batch)
        surrogate = self._surrogate(watched, batch)
        fairness = self._fairness_loss(surrogate)
        groups = self._group_state(prediction, batch)

        task = cross_entropy(prediction.logits, batch.labels)
        guidance = self._guidance_loss(prediction, watched, batch.labels, balance)
        self._backward(
            task + self._lambda_gm * guidance,
            self._lambda_f * (groups.gate * fairness).mean(-1),
            prediction,
            watched,
            row_factors=self._row_factors(groups, batch) if self._per_row else None,
        )
        scale = self._scale(balance, groups)
        self._modulate(scale)
        return {
            "loss": task.detach(),
            "modality_auc": modality_auc,
            "balance": balance,
            "surrogate_auc": groups.signal,
            "group_factors": groups.factors,
            "batch_factors": groups.batch.mean(1),
            "shares": groups.shares,
            "fused_auc": groups.fused_auc,
            "gap": groups.gap,
            "gate": groups.gate,
            "delta": self._delta,
            "fairness_loss": fairness.detach(),
            "guidance_loss": guidance.detach(),
            "scale": scale,
        }

    def finish(self) -> None:
        """Where factors act on updates, weight decay included: scale how far the encoders were moved."""
        if self._pending is not None:
            before, scale = self._pending
            parts = (self.network.encoders(flat) for flat in (before, self.network.weights))
            with torch.no_grad():
                for old, now, share in zip(*parts, self.network.of_encoders(scale), strict=True):
                    now.copy_(torch.lerp(old, now, share))

    def _watch(self, prediction: Prediction, batch: Batch) -> Watched:
        """Let the classifiers judge features that are cut off from the encoders."""
        masks = self.dropout.auxiliary_masks(batch.labels.shape[-1])
        output = self.network.watch(prediction.features, masks)
        everyone = torch.ones(1, 1, batch.labels.shape[-1], device=self.device)
        present = everyone if batch.available is None else batch.available
        logits = output.logits.detach().requires_grad_(self._paper)
        judged = probabilities(logits)
        error = (judged.detach() - batch.labels.unsqueeze(1)) * present.unsqueeze(2)
        return Watched(output, masks, logits, judged, error, present)

    def _modality_balance(self, watched: Watched, batch: Batch) -> tuple[Tensor, Tensor]:
        """AUC and factor B of each modality, both [R, M]; B is 1 where modalities are not balanced."""
        logits, labels = watched.logits, batch.labels.unsqueeze(1)
        new = macro_auc(logits, labels, watched.present.unsqueeze(-1)).squeeze(-1)
        auc = keep_where_undefined(new, self._modality_auc)
        previous, self._modality_auc = self._modality_auc, auc
        return auc, balance_factors(auc, previous) if self._balances else torch.ones_like(auc)

    def _surrogate(self, watched: Watched, batch: Batch) -> Tensor:
        """Moving average [R, M, G] of each modality's surrogate AUC, from then on remembered.

        The batch's own term carries a gradient into the features.
        """
        members = batch.groups.unsqueeze(1)
        if batch.available is not None:
            members = members * watched.present.unsqueeze(-1)
        new = surrogate_auc(watched.probabilities, batch.labels.unsqueeze(1), members.unsqueeze(2)).mean(2)
        averaged = self._decay * self._surrogate_auc + (1 - self._decay) * new.nan_to_num(0.0)
        averaged = torch.where(new.isnan(), self._surrogate_auc, averaged)
        self._surrogate_auc = averaged.detach()
        return averaged

    def _fairness_loss(self, surrogate: Tensor) -> Tensor:
        """F_G per attribute [R, A]: mean distance of the groups' averaged surrogate AUCs from their mean."""
        distances = (surrogate - surrogate @ self._means_of_groups).abs()
        return distances.mean(1) @ self._means

    def _group_state(self, prediction: Prediction, batch: Batch) -> GroupState:
        """Factors and gates of every attribute."""
        fused_auc = macro_auc(prediction.logits, batch.labels, batch.groups)
        averaged = self._fused_average.update(fused_auc)
        gap = self._gaps(averaged if self._gate == "ema" else fused_auc)
        if self._adaptive:
            moved = self._delta + CONTROLLER_GAIN * (self._gaps(averaged) - self._tau)
            self._delta = moved.clamp_min(0).minimum(self._largest_delta)
        signal = self._surrogate_auc
        if self._signal == "fused":
            signal = self._known(averaged).unsqueeze(1).expand_as(signal)
        factors, shares, combined = self._factors(signal, batch.groups.sum(1))
        is_open = torch.ones_like(gap, dtype=torch.bool) if self._gate == "none" else gap >= self._tau
        gate = (is_open & self._groups_count).to(gap.dtype)
        return GroupState(signal, factors, combined, shares, fused_auc, gap, gate)

    def _known(self, auc: Tensor) -> Tensor:
        """AUCs [R, G] with the mean of its attribute's groups for a group that is not known: factor 1."""
        parts = [auc[:, part] for part in self.groups.slices]
        filled = [torch.where(own.isnan(), own.nanmean(-1, keepdim=True), own) for own in parts]
        return torch.cat(filled, dim=-1).nan_to_num(0.5)

    def _gaps(self, auc: Tensor) -> Tensor:
        """Gap [R, A] of each attribute's groups."""
        return auc_gap(self.groups.by_attribute(auc))

    def _factors(self, signal: Tensor, present: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """F [R, M, G], shares [R, G] and f [R, A, M] of a signal and the groups' rows [R, G]."""
        factors, shares, combined = [], [], []
        for index, part in enumerate(self.groups.slices):
            delta = self._delta[:, index].view(-1, 1, 1)
            factor = fairness_factors(signal[..., part], delta, self._tau.unsqueeze(-1)).clamp_min(0)
            share = present[:, part] / present[:, part].sum(-1, keepdim=True).clamp_min(1)
            factors.append(factor)
            shares.append(share)
            combined.append(batch_factors(factor, share))
        return torch.cat(factors, -1), torch.cat(shares, -1), torch.stack(combined, 1)

    def _row_factors(self, groups: GroupState, batch: Batch) -> Tensor:
        """Factor [R, M, N] on what each row sends into each encoder: mean over attributes."""
        by_attribute = []
        for index, part in enumerate(self.groups.slices):
            member = batch.groups[..., part]
            own = torch.einsum("rmg,rng->rmn", groups.factors[..., part].clamp(*_ROW_FACTORS), member)
            own = own + (1 - member.sum(-1)).unsqueeze(1)
            by_attribute.append(torch.where(groups.gate[:, index, None, None] > 0, own, 1.0))
        return torch.stack(by_attribute).mean(0)

    def _guidance_loss(
        self, prediction: Prediction, watched: Watched, labels: Tensor, balance: Tensor
    ) -> Tensor:
        """L_gm [R]: 1/M * sum_m (|B_m| - B_m cos(head's gradient, c_m's gradient)), for the last weights.

        The gradient of cross-entropy with respect to a last linear weight is (p - y)^T h / N, so no second
        backward pass is needed. c_m is the reference: its side carries no gradient.
        """
        with torch.set_grad_enabled(self._paper):
            error = probabilities(prediction.logits) - labels
            head = _last_weight_gradient(error, prediction.last_features).unsqueeze(1)
        reference = _last_weight_gradient(watched.error, watched.output.last_features)
        cosine = functional.cosine_similarity(head, reference, dim=-1)
        return (balance.abs() - balance * cosine).mean(-1)

    def _backward(
        self,
        loss: Tensor,
        fairness: Tensor,
        prediction: Prediction,
        watched: Watched,
        *,
        row_factors: Tensor | None,
    ) -> None:
        """Gradients of all: the classifiers learn to watch, F_G goes through them into the features."""
        reaches_features = self._paper and self._groups_count
        (self.network.auxiliary_weights.grad,) = torch.autograd.grad(
            watched.output.logits,
            self.network.auxiliary_weights,
            watched.error / watched.present.sum(-1).clamp_min(1)[..., None, None],
        )
        if row_factors is not None:
            prediction.features.register_hook(lambda gradient: gradient * row_factors.unsqueeze(2))
        if reaches_features:
            (signal,) = torch.autograd.grad(fairness.sum(), watched.logits)
            pull = self.network.watched_gradient(watched.output, signal, watched.masks)
            torch.autograd.backward([loss.sum(), prediction.features], [None, pull])
        else:
            loss.sum().backward()

    def _scale(self, balance: Tensor, groups: GroupState) -> Tensor:
        """Factor [R, M] on all that each encoder gets."""
        scale = self._rho * balance
        if self._per_row:
            return scale
        return scale * torch.where(groups.gate.unsqueeze(-1) > 0, groups.batch, 1.0).mean(1)

    def _modulate(self, scale: Tensor) -> None:
        """Scale the encoders' gradients (or keep the factor for their updates), then clip the whole."""
        whole = self.network.weights.grad
        assert whole is not None
        if self._scales_update:
            self._pending = self.network.weights.detach().clone(), scale
        else:
            parts = zip(self.network.encoders(whole), self.network.of_encoders(scale), strict=True)
            for gradient, factor in parts:
                gradient.mul_(factor)
        norm = whole.norm(dim=1, keepdim=True)
        whole.mul_((self._clip / (norm + 1e-6)).clamp(max=1))


def _last_weight_gradient(error: Tensor, features: Tensor) -> Tensor:
    """Direction [..., C * D] of a loss's gradient with respect to the last linear weight.

    Args:
        error: gradient with respect to the logits [..., C, N].
        features: inputs of the last linear map [..., D, N].
    """
    return (error @ features.mT).flatten(-2)
