"""FairGrad: gradient reconciliation between accuracy and one fairness objective per sensitive attribute.

Source: Wang & Yang 2025, arXiv:2504.14388.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from models.aggregators import aggregator_weights
from models.gradients import combined_norm, conflict_share, cosines, gram, random_orders, reconcile
from models.groups import GroupLayout
from models.jacobian import jacobian
from models.layers import Uses
from models.methods.base import Batch, Method, Trace
from models.modulation import keep_where_undefined
from models.network import Network
from models.objectives import gap_penalties, strata, stratum_rates
from models.outcomes import cross_entropy
from models.randomness import Purpose, SeededStream
from models.specs import MethodSpec


class FairGrad(Method):
    """Trace, with K objectives (accuracy first, then one per attribute).

    ``losses``, ``weights`` and ``norms`` [R, K], ``cosines`` [R, K, K], ``conflict_share`` (of the objectives
    that act) and ``update_norm`` (of the gradients' weighted sum) [R]. An attribute that does not act has
    weight 0; its loss, norm and cosines are told all the same.
    """

    def __init__(
        self,
        specs: Sequence[MethodSpec],
        seeds: Sequence[int],
        network: Network,
        groups: GroupLayout,
    ) -> None:
        """Start the random orders of projection and the memory of the strata's rates."""
        super().__init__(specs, seeds, network, groups)
        self._orders = SeededStream(seeds, Purpose.PROJECTION_ORDER, self.device)
        self._smoothing = self.number("smoothing").view(-1, 1, 1, 1)
        self._strength = self.number("balance_strength").unsqueeze(-1)
        self._acting = 2 if self.choice("attributes") == "first" else 1 + len(groups.sizes)
        self._remembered = torch.full(
            (len(specs), network.spec.score_columns, 2, groups.total), torch.nan, device=self.device
        )

    def step(self, batch: Batch) -> Trace:
        """Gradients of all objectives, reconciled on their Gram matrix."""
        uses = Uses()
        logits = self.predict(batch, uses=uses).logits
        # A graph of its own: the objectives' gradients stop at the logits.
        leaf = logits.detach().requires_grad_()
        losses = self._losses(leaf, batch)
        network = self.network
        gradients = jacobian(losses, leaf, logits, weights=network.weights, uses=uses, layout=network.layout)
        gramian = gram(gradients)
        acting = gramian[..., : self._acting, : self._acting]
        weights = functional.pad(self._weights(acting), (0, gramian.shape[-1] - self._acting))
        self.network.weights.grad = torch.einsum("rk,rkp->rp", weights.to(gradients.dtype), gradients)
        cosine = cosines(gramian)
        return {
            "losses": losses.detach(),
            "cosines": cosine,
            "conflict_share": conflict_share(cosine[..., : self._acting, : self._acting]),
            "weights": weights,
            "norms": gramian.diagonal(dim1=-2, dim2=-1).sqrt(),
            "update_norm": combined_norm(gramian, weights),
        }

    def _losses(self, logits: Tensor, batch: Batch) -> Tensor:
        """Cross-entropy and gap penalties [R, K]."""
        rates = self._smoothed(stratum_rates(logits, strata(batch.labels, batch.groups)))
        penalties = gap_penalties(rates, self.groups, absolute=self.choice("penalty") == "absolute")
        return torch.cat([cross_entropy(logits, batch.labels).unsqueeze(-1), penalties], dim=-1)

    def _smoothed(self, rates: Tensor) -> Tensor:
        """Rates whose value is averaged over batches and whose gradient is the batch's, unscaled.

        A plain moving average would shrink the gradient by 1 - smoothing: a hidden, weaker penalty.
        """
        batch = rates.detach()
        before = keep_where_undefined(self._remembered, batch)
        value = self._smoothing * before + (1 - self._smoothing) * batch
        self._remembered = keep_where_undefined(value, self._remembered)
        return value + rates - batch

    def _weights(self, gramian: Tensor) -> Tensor:
        """Weights [R, K] in the update, of the inner products [R, K, K] of the objectives that act."""
        scale = self._balance(gramian)
        scaled = gramian * scale.unsqueeze(-1) * scale.unsqueeze(-2)
        rule = str(self.choice("reconciliation"))
        if rule != "projection":
            return aggregator_weights(rule, scaled) * scale
        count = gramian.shape[-1]
        orders = self._orders.draw(lambda generator: random_orders(count, generator))
        only_conflicting = self.choice("projection") == "conflicting"
        return reconcile(scaled, orders, only_conflicting=only_conflicting) * scale

    def _balance(self, gramian: Tensor) -> Tensor:
        """Factor [R, K] on each objective's gradient before projecting."""
        norms = gramian.diagonal(dim1=-2, dim2=-1).sqrt()
        if self.choice("balance") == "none":
            return torch.ones_like(norms)
        wanted = self._strength.to(norms.dtype) * norms[:, :1]
        scale = torch.where(norms > 0, wanted / norms, 1.0)
        return torch.cat([torch.ones_like(norms[:, :1]), scale[:, 1:]], dim=-1)
