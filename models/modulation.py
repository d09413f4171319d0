"""MultiFair's factors, as pure functions of AUCs, shares and the two dials tau and delta.

Source: Zubair et al. 2025, arXiv:2510.07328. Shapes: M modalities, G groups of one sensitive attribute, N
rows; leading axes broadcast.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import accumulate
from operator import mul

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SMALLEST_TAU = 1e-4
_SURROGATE_DEGREE = 10


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
    centred = probabilities.double() - 0.5
    powers = torch.stack(
        list(accumulate([centred] * _SURROGATE_DEGREE, mul, initial=torch.ones_like(centred))), -2
    )
    mask = group_mask.double()
    positive = mask * labels.double().unsqueeze(-1)
    negative = mask - positive
    moments = _group_means(powers, positive), _group_means(powers, negative)
    pairs = torch.from_numpy(_pair_coefficients()).to(centred.device)
    loss = torch.einsum("...jg,jk,...kg->...g", moments[0], pairs, moments[1])
    defined = (positive.sum(-2) > 0) & (negative.sum(-2) > 0)
    return torch.where(defined, 1 - loss, torch.nan).to(probabilities.dtype)


def fairness_factors(ema_auc: Tensor, delta: Tensor | float, tau: Tensor | float) -> Tensor:
    """Group factors F [..., M, G]: above 1 for groups a modality ranks worse than its average group.

    F = 1 + delta * (mean over groups - own) / max(tau, 1e-4). ``delta`` and ``tau`` are numbers or tensors
    that broadcast to [..., M, G].
    """
    tau = torch.as_tensor(tau, dtype=ema_auc.dtype, device=ema_auc.device).clamp_min(SMALLEST_TAU)
    return 1 + delta * (ema_auc.mean(-1, keepdim=True) - ema_auc) / tau


def batch_factors(factors: Tensor, shares: Tensor) -> Tensor:
    """One factor f [..., M] per modality: its group factors [..., M, G], weighted by shares [..., G]."""
    return (factors * shares.unsqueeze(-2)).sum(-1)


def keep_where_undefined(new: Tensor, old: Tensor) -> Tensor:
    """``new``, and ``old`` wherever ``new`` is NaN: a group without both classes keeps its value."""
    return torch.where(new.isnan(), old, new)


def _group_means(powers: Tensor, weights: Tensor) -> Tensor:
    """Means [..., K, G] of powers [..., K, N] under weights [..., N, G]; 0 for an empty group.

    Never 0 / 0: even where the result is not used, its gradient would be NaN.
    """
    return (powers @ weights) / weights.sum(-2).unsqueeze(-2).clamp_min(1)


@cache
def _pair_coefficients() -> NDArray[np.float64]:
    """Matrix Q [K, K] with log(1 + exp(-(p - q))) = sum_jk p^j Q_jk q^k for p, q within [-1/2, 1/2]."""
    nodes = np.cos(np.pi * (np.arange(400) + 0.5) / 400)
    fit = np.polynomial.Chebyshev.fit(nodes, np.log1p(np.exp(-nodes)), _SURROGATE_DEGREE, domain=[-1, 1])
    coefficients = fit.convert(kind=np.polynomial.Polynomial).coef.tolist()
    pairs = np.zeros((_SURROGATE_DEGREE + 1, _SURROGATE_DEGREE + 1))
    for power, coefficient in enumerate(coefficients):
        for j in range(power + 1):
            pairs[j, power - j] = coefficient * math.comb(power, j) * (-1) ** (power - j)
    return pairs
