"""Random numbers that depend on a member's seed and on what they are for, never on who shares its pack.

Members of one seed share starting weights, batches and dropout masks (common random numbers), so that two
points of a sweep differ by their hyperparameters alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

import numpy as np
import torch
from torch import Tensor


class Purpose(IntEnum):
    """What a stream of random numbers is for; the value is part of its seed, so it must not change."""

    WEIGHTS = 0
    AUXILIARY_WEIGHTS = 1
    BATCHES = 2
    DROPOUT = 3
    AUXILIARY_DROPOUT = 4
    PROJECTION_ORDER = 5


def seeded_generator(seed: int, purpose: Purpose) -> torch.Generator:
    """Generator of one seed and purpose, on the CPU so that every device sees the same numbers."""
    state = np.random.SeedSequence([seed, int(purpose)]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


class SeededStream:
    """Draws for the members of a pack: once per distinct seed, handed to every member of that seed."""

    def __init__(self, seeds: Sequence[int], purpose: Purpose, device: torch.device | str = "cpu") -> None:
        """Start one generator per distinct seed; ``device`` is where the numbers are used."""
        distinct = list(dict.fromkeys(seeds))
        self.generators = [seeded_generator(seed, purpose) for seed in distinct]
        self._of_member = torch.tensor([distinct.index(seed) for seed in seeds], device=device)

    def draw(self, sample: Callable[[torch.Generator], Tensor]) -> Tensor:
        """Tensor [R, ...] made by ``sample(generator)``, equal for members of equal seed."""
        # Only what differs travels to the device; members get their copy there.
        drawn = torch.stack([sample(generator) for generator in self.generators])
        if self._of_member.is_cuda:  # from pinned memory the copy need not be waited for
            drawn = drawn.pin_memory().to(self._of_member.device, non_blocking=True)
        if len(self.generators) == 1:
            return drawn.expand(len(self._of_member), *drawn.shape[1:])
        return drawn[self._of_member]
