"""Which runs are trained together: a pack's members share their method's choices and training settings.

A method that does not train the network has packs of one run.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fairviz.training.runs import RunSpec
from models.specs import TrainingSpec

MEMBERS_ON_CPU = 24
"""Beyond about this many members a CPU is bound by arithmetic and its caches: larger packs gain nothing."""


@dataclass(frozen=True)
class Pack:
    """Runs trained side by side, and where each stands in the list they came from."""

    runs: tuple[RunSpec, ...]
    positions: tuple[int, ...]

    def halves(self) -> tuple[Pack, Pack]:
        """The same runs as two packs."""
        middle = len(self.runs) // 2
        return (
            Pack(self.runs[:middle], self.positions[:middle]),
            Pack(self.runs[middle:], self.positions[middle:]),
        )


def largest_pack(runs: int, workers: int, *, on_cpu: bool) -> int:
    """Members of a pack: a GPU takes any number at once, on a CPU they are shared out among the workers."""
    return min(MEMBERS_ON_CPU, math.ceil(runs / workers)) if on_cpu else runs


def pack_runs(runs: Sequence[RunSpec], *, largest: int = MEMBERS_ON_CPU) -> list[Pack]:
    """Group runs into packs of at most ``largest``, keeping the order in which they were given."""
    alike: dict[Any, list[int]] = defaultdict(list)
    for position, run in enumerate(runs):
        alike[_shared_choices(run) if run.trains_network else position].append(position)
    return [
        Pack(
            tuple(runs[p] for p in positions[start : start + largest]),
            tuple(positions[start : start + largest]),
        )
        for positions in alike.values()
        for start in range(0, len(positions), largest)
    ]


def _shared_choices(run: RunSpec) -> tuple[Any, ...]:
    """What members of a pack must have in common: all but the method's numbers and what is a member's own."""
    choices = {
        name: value for name, value in run.parameters.model_dump().items() if isinstance(value, bool | str)
    }
    training = run.training.model_dump(exclude=set(TrainingSpec.PER_MEMBER))
    return type(run.parameters), tuple(training.values()), tuple(sorted(choices.items()))
