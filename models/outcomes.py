"""What logits say of an outcome: two values through one logit, more through one logit per class.

Shapes: C score columns (1 for two values, else the number of classes), N rows; leading axes broadcast. Labels
are 0 or 1 in every column: "positive" for two values, "of this class" for more, so that whatever is asked of
a binary outcome is asked of every class against the rest.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def row_losses(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy [..., N] of logits [..., C, N] against labels that broadcast to them."""
    if logits.shape[-2] == 1:
        labels = labels.expand_as(logits)
        return functional.binary_cross_entropy_with_logits(logits, labels, reduction="none").squeeze(-2)
    return -(functional.log_softmax(logits, dim=-2) * labels).sum(-2)


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy [...] over rows."""
    return row_losses(logits, labels).mean(-1)


def probabilities(logits: Tensor) -> Tensor:
    """Probability [..., C, N] of the positive value, or of every class."""
    return logits.sigmoid() if logits.shape[-2] == 1 else logits.softmax(-2)


def ranking_scores(logits: Tensor) -> Tensor:
    """What rows are ranked by [..., C, N]: as the probabilities do, without the ties of saturation."""
    return logits if logits.shape[-2] == 1 else functional.log_softmax(logits, dim=-2)
