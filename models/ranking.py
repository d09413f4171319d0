"""Exact area under the ROC curve for many score vectors and groups in one call."""

from __future__ import annotations

import numpy as np
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
    scores, groups = scores.detach(), group_mask.shape[-1]
    order = _ascending(scores)
    ordered = scores.gather(-1, order)
    mask = group_mask.expand(*scores.shape, groups)
    positive = _rows(mask * labels.expand(scores.shape).unsqueeze(-1), order)
    negative = _rows(mask, order) - positive
    # Negatives seen before each position; one more entry, so that a tie block's end is an index too.
    seen = torch.nn.functional.pad(negative.cumsum(-2), (0, 0, 1, 0))
    below = _rows(seen, torch.searchsorted(ordered, ordered))
    upto = _rows(seen, torch.searchsorted(ordered, ordered, right=True))
    wins = (positive * (below + upto)).sum(-2) / 2
    return wins / (positive.sum(-2) * negative.sum(-2))


def _ascending(scores: Tensor) -> Tensor:
    """Order [..., N] of scores [..., N] from low to high; ties in any order.

    On a CPU numpy sorts several numbers at once and torch does not: it takes eight times as long.
    """
    if scores.is_cuda:
        return scores.argsort(-1)
    return torch.from_numpy(np.argsort(scores.numpy(), axis=-1))


def _rows(tables: Tensor, places: Tensor) -> Tensor:
    """Rows [..., K, G] of tables [..., N, G] at places [..., K], whole rows at a time."""
    rows = tables.shape[-2]
    first = torch.arange(0, places[..., 0].numel() * rows, rows, device=places.device)
    flat = (places + first.view(*places.shape[:-1], 1)).flatten()
    return tables.reshape(-1, tables.shape[-1]).index_select(0, flat).view(*places.shape, -1)


def auc_gap(auc: Tensor) -> Tensor:
    """Largest minus smallest defined group AUC [...] of [..., G]; 0 where fewer than two are defined."""
    undefined = auc.isnan()
    largest = auc.masked_fill(undefined, -torch.inf).amax(-1)
    smallest = auc.masked_fill(undefined, torch.inf).amin(-1)
    return torch.where((~undefined).sum(-1) >= 2, largest - smallest, 0.0)
