"""Cross-entropy alone: the point every other method is compared with."""

from __future__ import annotations

from models.methods.base import Batch, Method, Trace
from models.outcomes import cross_entropy


class Baseline(Method):
    """Trace: ``loss`` [R]."""

    def step(self, batch: Batch) -> Trace:
        """Gradient of the cross-entropy."""
        loss = cross_entropy(self.predict(batch).logits, batch.labels)
        loss.sum().backward()
        return {"loss": loss.detach()}
