"""How the groups of several sensitive attributes lie side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor
from torch.nn import functional


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

    @property
    def membership(self) -> Tensor:
        """1 where a group is one of an attribute's, else 0 [G, A]."""
        of_group = torch.arange(len(self.sizes)).repeat_interleave(torch.tensor(self.sizes))
        return functional.one_hot(of_group, len(self.sizes)).float()

    def by_attribute(self, values: Tensor) -> Tensor:
        """Values [..., G] as [..., A, most groups of an attribute], filled up with NaN."""
        parts = values.split(self.sizes, dim=-1)
        most = max(self.sizes)
        padded = [functional.pad(own, (0, most - own.shape[-1]), value=torch.nan) for own in parts]
        return torch.stack(padded, dim=-2)
