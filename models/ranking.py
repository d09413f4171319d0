"""Exact area under the ROC curve for many score vectors and groups in one call."""

from __future__ import annotations

import torch
from torch import Tensor

from models.outcomes import ranking_scores


def macro_auc(logits: Tensor, labels: Tensor, group_mask: Tensor) -> Tensor:
    """AUC [..., G] of logits [..., C, N]: the mean over score columns of each against the rest.

    Args:
        logits: [..., C, N].
        labels: 0 or 1, broadcastable to [..., C, N].
        group_mask: 1 where a row belongs to a group, broadcastable to [..., N, G].

    Returns:
        NaN where a group lacks rows of a class, or has no others.
    """
    by_column = batch_auc(ranking_scores(logits), labels, group_mask.unsqueeze(-3))
    return by_column.mean(-2)


def batch_auc(scores: Tensor, labels: Tensor, group_mask: Tensor) -> Tensor:
    """AUC of each group under each score vector, ties counted one half.

    Pass logits, not probabilities: saturated probabilities tie.

    Args:
        scores: [..., N].
        labels: 0 or 1, broadcastable to [..., N].
        group_mask: 1 where a row belongs to a group, broadcastable to [..., N, G].

    Returns:
        AUC [..., G]; NaN where a group lacks one of the classes.
    """
    ordered, order = scores.detach().sort(dim=-1)
    ordered = ordered.contiguous()
    groups = group_mask.shape[-1]
    mask = group_mask.expand(*scores.shape, groups)
    positive = mask * labels.expand(scores.shape).unsqueeze(-1)
    index = order.unsqueeze(-1).expand(*order.shape, groups)
    positive = positive.gather(-2, index)
    negative = mask.gather(-2, index) - positive
    # Negatives seen before each position; one more entry, so that a tie block's end is an index too.
    seen = torch.nn.functional.pad(negative.cumsum(-2), (0, 0, 1, 0))
    below = torch.searchsorted(ordered, ordered).unsqueeze(-1).expand_as(index)
    upto = torch.searchsorted(ordered, ordered, right=True).unsqueeze(-1).expand_as(index)
    wins = (positive * (seen.gather(-2, below) + seen.gather(-2, upto))).sum(-2) / 2
    return wins / (positive.sum(-2) * negative.sum(-2))


def auc_gap(auc: Tensor) -> Tensor:
    """Largest minus smallest defined group AUC [...] of [..., G]; 0 where fewer than two are defined."""
    undefined = auc.isnan()
    largest = auc.masked_fill(undefined, -torch.inf).amax(-1)
    smallest = auc.masked_fill(undefined, torch.inf).amin(-1)
    return torch.where((~undefined).sum(-1) >= 2, largest - smallest, 0.0)
