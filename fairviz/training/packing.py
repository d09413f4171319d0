"""Which runs are trained together: a pack's members share their method's choices and training settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fairviz.training.runs import RunSpec

MEMBERS_ON_CPU = 24
"""Beyond about this many members a CPU is bound by arithmetic and its caches: larger packs gain nothing."""


@dataclass(frozen=True)
class Pack:
    """Runs trained side by side, and where each stands in the list they came from."""

    runs: tuple[RunSpec, ...]
    positions: tuple[int, ...]


def pack_runs(runs: Sequence[RunSpec], *, largest: int = MEMBERS_ON_CPU) -> list[Pack]:
    """Group runs into packs of at most ``largest``, keeping the order in which they were given."""
    alike: dict[Any, list[int]] = defaultdict(list)
    for position, run in enumerate(runs):
        alike[_shared_choices(run)].append(position)
    return [
        Pack(
            tuple(runs[p] for p in positions[start : start + largest]),
            tuple(positions[start : start + largest]),
        )
        for positions in alike.values()
        for start in range(0, len(positions), largest)
    ]


def _shared_choices(run: RunSpec) -> tuple[Any, ...]:
    """What members of a pack must have in common: all that is not a number of the method's own."""
    choices = {
        name: value for name, value in run.parameters.model_dump().items() if isinstance(value, bool | str)
    }
    return type(run.parameters), run.training, tuple(sorted(choices.items()))
