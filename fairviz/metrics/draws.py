"""Rows drawn again and again, so many draws at a time that their weights fit into memory.

Axis letters: S seeds, N rows, B + 1 weightings (the first weighs every row once).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from fairviz.metrics.inputs import FloatArray, Groups, IntArray
from fairviz.metrics.resampling import Strata

WEIGHTS_AT_ONCE: Final = 2**26
"""Of four bytes each. With 500 draws up to 134,000 rows are drawn once and kept; of more, the draws are made
again in parts whenever they are asked for."""


@dataclass(frozen=True)
class Draws:
    """Draws of the rows of one attribute, the same whoever asks: one or several ``Strata``.

    Attributes:
        labels: [N].
        groups: of these rows.
        replicates: B.
        patients: [N] patient of each row; None where each row is its own.
    """

    labels: IntArray
    groups: Groups
    replicates: int
    patients: IntArray | None = None

    def __iter__(self) -> Iterator[Strata]:
        """Parts of the draws, each beginning with the weighting that weighs every row once."""
        if len(self.labels) * (self.replicates + 1) <= WEIGHTS_AT_ONCE:
            yield self._kept
            return
        at_once = max(1, WEIGHTS_AT_ONCE // len(self.labels) - 1)
        for number, start in enumerate(range(0, self.replicates, at_once)):
            yield Strata.draw(
                self.labels, self.groups, min(at_once, self.replicates - start), self.patients, part=number
            )

    @cached_property
    def _kept(self) -> Strata:
        return Strata.draw(self.labels, self.groups, self.replicates, self.patients)


def under_draws(
    draws: Iterable[Strata], measure: Callable[[Strata], Mapping[str, FloatArray]]
) -> dict[str, FloatArray]:
    """Metrics [S, B + 1] under all draws, from what ``measure`` finds under each part of them."""
    parts = [measure(strata) for strata in draws]
    return {
        name: np.concatenate([first, *(part[name][:, 1:] for part in parts[1:])], axis=1)
        for name, first in parts[0].items()
    }
