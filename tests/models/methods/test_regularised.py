"""Regularisation is the sum of its parts."""

from __future__ import annotations

import torch

from models.gradients import jacobian
from models.methods.base import cross_entropy
from models.objectives import gap_penalties, strata, stratum_rates
from models.specs import BaselineSpec, RegularisedSpec
from tests.models.problem import LAYOUT, gradient_after_step, make_batch, make_method


def test_without_strength_it_is_the_baseline() -> None:
    ours = gradient_after_step(make_method([RegularisedSpec(strength=0)], [0]), make_batch(1))
    torch.testing.assert_close(ours, gradient_after_step(make_method([BaselineSpec()], [0]), make_batch(1)))


def test_its_gradient_is_the_weighted_sum_of_the_objectives_gradients() -> None:
    method, batch = make_method([RegularisedSpec(strength=0.7)] * 2, [0, 1]), make_batch(2)
    logits = method.network.predict(batch.inputs).logits
    rates = stratum_rates(logits, strata(batch.labels, batch.groups))
    penalties = gap_penalties(rates, LAYOUT, absolute=False)
    losses = torch.cat([cross_entropy(logits, batch.labels).unsqueeze(-1), penalties], dim=-1)
    rows = jacobian(losses, logits, method.network.weights)
    expected = torch.einsum("k,rkp->rp", torch.tensor([1.0, 0.7, 0.7]), rows)
    torch.testing.assert_close(gradient_after_step(method, batch), expected, rtol=1e-4, atol=1e-6)
