"""From the gradients of several objectives to one direction: Gram matrix, reconciliation.

K counts objectives (here accuracy and one gap per sensitive attribute), R members, P parameters.
Projecting a gradient on the others only ever takes linear combinations of the objectives' gradients, so the
result is w^T J with weights w that depend on the Gram matrix J J^T alone. The K x K problem is solved in
double precision; the [K, P] gradients are combined once.

Sources: gradient surgery, Yu et al. 2020, arXiv:2001.06782; FairGrad, Wang & Yang 2025, arXiv:2504.14388.
"""

from __future__ import annotations

import torch
from torch import Tensor


def gram(gradients: Tensor) -> Tensor:
    """Inner products [..., K, K] of gradients [..., K, P], in double precision."""
    double = gradients.double()
    return double @ double.mT


def cosines(gramian: Tensor) -> Tensor:
    """Cosine matrix [..., K, K]; NaN in the row and column of a zero gradient."""
    norms = gramian.diagonal(dim1=-2, dim2=-1).sqrt()
    product = norms.unsqueeze(-1) * norms.unsqueeze(-2)
    return torch.where(product > 0, gramian / product, torch.nan)


def reconcile(gramian: Tensor, orders: Tensor, *, only_conflicting: bool = True) -> Tensor:
    """Weights of the objectives after each gradient was projected on the others.

    For each objective i: v = g_i; for each j in its order: where v . g_j < 0, v loses its part along the
    *original* g_j. The direction is the sum of all v.

    Args:
        gramian: inner products of the gradients [..., K, K].
        orders: integers [..., K, K-1]; row i lists the others in the order of projection.
        only_conflicting: project only where two gradients oppose each other; otherwise always.

    Returns:
        w [..., K] such that the direction is sum_k w_k g_k. A zero gradient is never projected on.
    """
    count = gramian.shape[-1]
    combination = torch.eye(count, dtype=gramian.dtype, device=gramian.device).expand_as(gramian).clone()
    squared_norms = gramian.diagonal(dim1=-2, dim2=-1)
    for step in range(count - 1):
        other = orders[..., step]
        rows = gramian.gather(-2, other.unsqueeze(-1).expand(*other.shape, count))
        overlap = (rows * combination).sum(-1)
        length = squared_norms.gather(-1, other)
        wanted = (length > 0) & ((overlap < 0) | (not only_conflicting))
        removed = torch.where(wanted, overlap / length, 0.0)
        combination.scatter_add_(-1, other.unsqueeze(-1), -removed.unsqueeze(-1))
    return combination.sum(-2)


def random_orders(count: int, generator: torch.Generator) -> Tensor:
    """Random order of projection [K, K-1] for each of K objectives over the others."""
    others = torch.tensor([[j for j in range(count) if j != i] for i in range(count)], dtype=torch.long)
    shuffle = torch.rand(count, count - 1, generator=generator).argsort(-1)
    return others.gather(-1, shuffle)


def conflict_share(cosine: Tensor) -> Tensor:
    """Share [...] of pairs of objectives whose gradients point against each other, of cosines [..., K, K]."""
    count = cosine.shape[-1]
    first, second = torch.triu_indices(count, count, 1, device=cosine.device)
    return (cosine[..., first, second] < 0).to(cosine.dtype).mean(-1)


def combined_norm(gramian: Tensor, weights: Tensor) -> Tensor:
    """Euclidean norm [...] of the gradients' sum under weights [..., K], of their Gram matrix [..., K, K]."""
    return torch.einsum("...k,...kl,...l->...", weights, gramian, weights).clamp_min(0).sqrt()
