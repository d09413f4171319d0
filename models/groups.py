"""How the groups of several sensitive attributes lie side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise


@dataclass(frozen=True)
class GroupLayout:
    """How the G groups of a batch divide into sensitive attributes: ``sizes`` has one G_k per attribute."""

    sizes: tuple[int, ...]

    @property
    def total(self) -> int:
        """All groups of all attributes."""
        return sum(self.sizes)

    @property
    def slices(self) -> list[slice]:
        """Each attribute's part of the group axis."""
        return [slice(start, stop) for start, stop in pairwise(accumulate(self.sizes, initial=0))]
