"""FairGrad's fairness objectives: soft equalized-odds gaps, one per sensitive attribute.

Source: Wang & Yang 2025, arXiv:2504.14388. A stratum is one label y within one group g; its rate r_yg is the
mean predicted probability over its rows. Outcomes of more than two values are taken class by class against
the rest, and the penalty is the mean over classes. Shapes: R members, N rows, C score columns, G groups of
all attributes side by side, K attributes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.groups import GroupLayout
from models.outcomes import probabilities


def strata(labels: Tensor, groups: Tensor) -> Tensor:
    """Membership [R, C, N, 2, G] of rows in strata, of labels [R, C, N]: first y = 0, then y = 1."""
    by_label = torch.stack([1 - labels, labels], dim=-1)
    return by_label.unsqueeze(-1) * groups.unsqueeze(-2).unsqueeze(1)


def stratum_rates(logits: Tensor, membership: Tensor) -> Tensor:
    """Mean predicted probability [R, C, 2, G] per stratum of logits [R, C, N]; NaN in an empty stratum."""
    totals = torch.einsum("rcn,rcnyg->rcyg", probabilities(logits), membership)
    count = membership.sum(2)
    # Never divide by 0: even where the result is not used, its gradient would be NaN.
    return torch.where(count > 0, totals / count.clamp_min(1), torch.nan)


def gap_penalties(rates: Tensor, layout: GroupLayout, *, absolute: bool) -> Tensor:
    """Penalty L_k [R, K] per attribute, of stratum rates [R, C, 2, G].

    L_k = 1/2 * sum over y of the mean over pairs g < g' of phi(r_yg - r_yg'), phi the square or the absolute
    value. Pairs with an empty stratum are left out; an attribute with no pair left has penalty 0.
    """
    return torch.stack([_penalty(rates[..., part], absolute=absolute) for part in layout.slices], dim=-1)


def _penalty(rates: Tensor, *, absolute: bool) -> Tensor:
    """Penalty [R] of one attribute's rates [R, C, 2, G_k]."""
    count = rates.shape[-1]
    first, second = torch.triu_indices(count, count, 1, device=rates.device)
    defined = ~rates.isnan()
    # An empty stratum's NaN goes *before* the difference: hidden later, it would still spoil gradients.
    filled = torch.where(defined, rates, 0.0)
    both = (defined[..., first] & defined[..., second]).to(rates.dtype)
    difference = (filled[..., first] - filled[..., second]) * both
    size = difference.abs() if absolute else difference.square()
    by_column = (size.sum(-1) / both.sum(-1).clamp_min(1)).sum(-1) / 2
    return by_column.mean(-1)
