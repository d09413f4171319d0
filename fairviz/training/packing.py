"""Which runs are trained together: a pack's members share their method's choices and training settings.

A method that does not train the network has packs of one run.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fairviz.data.prepare import PreparedData
from fairviz.training.runs import RunSpec
from models.specs import TrainingSpec, numbers_kept

MEMBERS_ON_CPU = 24
"""Beyond about this many members a CPU is bound by arithmetic and its caches: larger packs gain nothing."""
IMAGE_BYTES_ON_CPU = 2**31
"""Memory for what steps make of images, of all packs together."""
_BYTES_PER_NUMBER = 8
"""Of a number that is kept for the way back, and of another that the way back makes meanwhile."""
_BYTES_PER_PIXEL = 8
"""As a number, and as bytes in four batches: one in use, two that wait and one that is being read."""


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


def largest_pack(runs: int, workers: int, *, on_cpu: bool, bytes_per_member: int = 0) -> int:
    """Members of a pack: a GPU takes any number at once, on a CPU they are shared out among the workers.

    ``bytes_per_member`` are of images: on a CPU all packs that train at the same time stay within 2 GiB, but
    for packs of one member.
    """
    if not on_cpu:
        return runs
    members = min(MEMBERS_ON_CPU, math.ceil(runs / workers))
    return max(1, min(members, IMAGE_BYTES_ON_CPU // (workers * max(1, bytes_per_member))))


def image_bytes(data: PreparedData, runs: Sequence[RunSpec]) -> int:
    """Memory that a step takes for the images of a member; 0 where a task has none."""
    rows = min(max(run.training.batch_size for run in runs), len(data.split.train))
    return rows * sum(
        _BYTES_PER_NUMBER * numbers_kept(*images.stack.shape[1:])
        + _BYTES_PER_PIXEL * math.prod(images.stack.shape[1:])
        for images in data.images.values()
    )


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
