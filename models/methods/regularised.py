"""Plain regularisation: the same gaps as FairGrad's, added to the loss with a weight and no reconciliation.

The front of these runs over the weight is what FairGrad has to be seen against.
"""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from models.methods.base import Batch, Method, Trace
from models.objectives import gap_penalties, strata, stratum_rates
from models.outcomes import cross_entropy


class Regularised(Method):
    """Trace: ``losses`` [R, K], accuracy first, then one penalty per attribute."""

    @cached_property
    def _strength(self) -> Tensor:
        return self.number("strength")

    def step(self, batch: Batch) -> Trace:
        """Gradient of cross-entropy plus ``strength`` times the sum of the attributes' penalties."""
        logits = self.predict(batch).logits
        rates = stratum_rates(logits, strata(batch.labels, batch.groups))
        penalties = gap_penalties(rates, self.groups, absolute=self.choice("penalty") == "absolute")
        task = cross_entropy(logits, batch.labels)
        (task + self._strength * penalties.sum(-1)).sum().backward()
        return {"losses": torch.cat([task.unsqueeze(-1), penalties], dim=-1).detach()}
