"""MultiFair's factors, as pure functions of AUCs, shares and the two dials tau and delta.

Source: Zubair et al. 2025, arXiv:2510.07328. Shapes: M modalities, G groups of one sensitive attribute, N
rows; leading axes broadcast.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

SMALLEST_TAU = 1e-4
_SURROGATE_DEGREE = 10
# A count times 1 / length is a hair under 1 in single precision.
_FULL = 1 - 1e-4


def balance_factors(auc: Tensor, previous: Tensor) -> Tensor:
    """Modality factors B [..., M]: close to 0 for the modality whose AUC just moved most.

    B_m = (S - |d_m|) / S with d = auc - previous and S = sum |d|; the factors sum to M - 1. A single modality
    has nothing to be balanced with: its factor is 1, where the formula would all but stop its learning.
    """
    if auc.shape[-1] == 1:
        return torch.ones_like(auc)
    movement = (auc - previous).abs()
    total = movement.sum(-1, keepdim=True) + 1e-8
    return (total - movement) / total


def surrogate_auc(probabilities: Tensor, labels: Tensor, group_mask: Tensor) -> Tensor:
    """Smooth stand-in for the AUC of each group, differentiable in the probabilities.

    1 - mean over (positive i, negative j) of a group of log(1 + exp(-(p_i - p_j))). On differences in
    [-1, 1] the logarithm is a polynomial to within 1e-9, and a polynomial of p_i - p_j averages over all
    pairs through the moments of p alone: N operations instead of N squared.

    Args:
        probabilities: [..., N].
        labels: 0 or 1, broadcastable to [..., N].
        group_mask: 1 where a row belongs to a group, broadcastable to [..., N, G].

    Returns:
        [..., G], within [-0.31, 0.69]; NaN where a group lacks one of the classes.
    """
    mask = group_mask.double()
    positive = mask * labels.double().unsqueeze(-1)
    negative = mask - positive
    loss: Tensor = _PairLoss.apply(probabilities.double() - 0.5, positive, negative)  # type: ignore[no-untyped-call]
    defined = (positive.sum(-2) > 0) & (negative.sum(-2) > 0)
    return torch.where(defined, 1 - loss, torch.nan).to(probabilities.dtype)


class _PairLoss(torch.autograd.Function):
    """Mean over pairs of log(1 + exp(-(p_i - p_j))) [..., G], of p [..., N] within [-1/2, 1/2].

    ``positive`` and ``negative`` [..., N, G] say which rows the i and the j of each group are. The gradient
    of a polynomial is a polynomial of the other class's moments; written down, it costs two products.
    """

    @staticmethod
    def forward(ctx: Any, p: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        powers = p.unsqueeze(-2).repeat(*[1] * (p.dim() - 1), _SURROGATE_DEGREE + 1, 1)
        powers[..., 0, :] = 1.0
        powers.cumprod_(-2)
        pairs = _pair_coefficients(p.device)
        won, lost = _group_means(powers, positive), pairs @ _group_means(powers, negative)
        ctx.save_for_backward(powers, positive, negative, won, lost)
        return (won * lost).sum(-2)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        powers, positive, negative, won, lost = ctx.saved_tensors
        pairs = _pair_coefficients(powers.device)
        upstream = gradients[0].unsqueeze(-2)
        as_winner = lost * upstream / _sizes(positive)
        as_loser = (pairs.mT @ won) * upstream / _sizes(negative)
        coefficients = as_winner @ positive.mT + as_loser @ negative.mT
        degrees = torch.arange(1, _SURROGATE_DEGREE + 1, device=powers.device).unsqueeze(-1)
        return (degrees * powers[..., :-1, :] * coefficients[..., 1:, :]).sum(-2), None, None


def fairness_factors(ema_auc: Tensor, delta: Tensor | float, tau: Tensor | float) -> Tensor:
    """Group factors F [..., M, G]: above 1 for groups a modality ranks worse than its average group.

    F = 1 + delta * (mean over groups - own) / max(tau, 1e-4). ``delta`` and ``tau`` are numbers or tensors
    that broadcast to [..., M, G].
    """
    tau = torch.as_tensor(tau, dtype=ema_auc.dtype, device=ema_auc.device).clamp_min(SMALLEST_TAU)
    return 1 + delta * (ema_auc.mean(-1, keepdim=True) - ema_auc) / tau


def batch_factors(factors: Tensor, shares: Tensor) -> Tensor:
    """One factor f [..., M] per modality: its group factors [..., M, G], weighted by shares [..., G].

    Shares sum to one, or to 0 in a batch in which nobody's group is known: there the factor is 1.
    """
    return 1 + ((factors - 1) * shares.unsqueeze(-2)).sum(-1)


def group_weights(
    average_auc: Tensor,
    delta: Tensor,
    tau: Tensor | float,
    floor: Tensor | float,
    ceiling: Tensor | float,
) -> Tensor:
    """MultiFair+'s weight [..., G] of a row of each group, before a batch's mean is divided out.

    clip(1 + delta * (mean over groups - own) / max(tau, 1e-4), floor, ceiling); 1 where the group's average
    [..., G] is NaN. ``delta`` is [..., 1], the others are numbers or broadcast to it.
    """
    tau = torch.as_tensor(tau, dtype=average_auc.dtype, device=average_auc.device).clamp_min(SMALLEST_TAU)
    behind = (average_auc.nanmean(-1, keepdim=True) - average_auc).nan_to_num(0.0)
    return (1 + delta / tau * behind).clamp(torch.as_tensor(floor), torch.as_tensor(ceiling))


def keep_where_undefined(new: Tensor, old: Tensor) -> Tensor:
    """``new``, and ``old`` wherever ``new`` is NaN: a group without both classes keeps its value."""
    return torch.where(new.isnan(), old, new)


class AveragedAUC:
    """Moving average [R, G] of AUCs, each over the batches in which its group had both outcomes.

    Corrected for its start, as Adam corrects its moments: the weights of the values seen so far sum to 1, so
    that a rare group is not taken to be behind for having been seen less. NaN until a group was seen as often
    as the memory is long, 1 / (1 - decay) times: a mean of fewer batches is mostly noise.
    """

    def __init__(self, decay: Tensor, groups: int) -> None:
        """Start with nothing seen; ``decay`` [R, 1] is each member's memory."""
        self._decay = decay
        self._total = decay.new_zeros(len(decay), groups)
        self._count = decay.new_zeros(len(decay), groups)

    def update(self, auc: Tensor) -> Tensor:
        """The average after another batch's AUCs [R, G], NaN where undefined."""
        seen = ~auc.isnan()
        moved = self._decay * self._total + (1 - self._decay) * auc
        self._total = torch.where(seen, moved, self._total)
        self._count = self._count + seen
        average = self._total / (1 - self._decay**self._count)
        return torch.where(self._count * (1 - self._decay) >= _FULL, average, torch.nan)


def _group_means(powers: Tensor, weights: Tensor) -> Tensor:
    """Means [..., K, G] of powers [..., K, N] under weights [..., N, G]; 0 for an empty group."""
    return (powers @ weights) / _sizes(weights)


def _sizes(weights: Tensor) -> Tensor:
    """Rows [..., 1, G] of each group, at least 1: nothing is divided by 0, used or not."""
    return weights.sum(-2, keepdim=True).clamp_min(1)


@cache
def _pair_coefficients(device: torch.device) -> Tensor:
    """Matrix Q [K, K] with log(1 + exp(-(p - q))) = sum_jk p^j Q_jk q^k for p, q within [-1/2, 1/2]."""
    nodes = np.cos(np.pi * (np.arange(400) + 0.5) / 400)
    fit = np.polynomial.Chebyshev.fit(nodes, np.log1p(np.exp(-nodes)), _SURROGATE_DEGREE, domain=[-1, 1])
    coefficients = fit.convert(kind=np.polynomial.Polynomial).coef.tolist()
    pairs = np.zeros((_SURROGATE_DEGREE + 1, _SURROGATE_DEGREE + 1))
    for power, coefficient in enumerate(coefficients):
        for j in range(power + 1):
            pairs[j, power - j] = coefficient * math.comb(power, j) * (-1) ** (power - j)
    return torch.from_numpy(pairs).to(device)
