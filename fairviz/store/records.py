"""What the store hands out and takes in: frozen, and free of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from numpy.typing import NDArray

from fairviz.store.arrays import Arrays

Json = Mapping[str, Any]


class State(StrEnum):
    """Where a comparison or run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def active(self) -> bool:
        """Whether something may still change."""
        return self in (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class DatasetRecord:
    """A file's content, by its hash."""

    id: str
    name: str
    rows: int
    columns: int
    created: datetime


@dataclass(frozen=True)
class TaskRecord:
    """A dataset with an outcome, sensitive attributes, modalities and a split."""

    id: str
    dataset_id: str
    name: str
    spec: Json
    created: datetime


@dataclass(frozen=True)
class ComparisonRecord:
    """Runs submitted together.

    ``owner`` is the process that trains them; ``progress`` goes from 0 to 1; ``revision`` grows with every
    visible change; ``message`` says why a comparison, or some of its runs, failed.
    """

    id: str
    task_id: str
    owner: str
    state: State
    progress: float
    revision: int
    message: str
    created: datetime
    started: datetime | None
    ended: datetime | None


@dataclass(frozen=True)
class RunRecord:
    """One training; ``label`` is shared by runs that differ in their seed alone.

    ``validation`` and ``test`` are reports at ``best_epoch``, None until the run is finished.
    """

    id: int
    comparison_id: str
    position: int
    label: str
    spec: Json
    state: State
    epoch: int
    best_epoch: int | None
    seconds: float
    validation: Json | None
    test: Json | None


@dataclass(frozen=True)
class EpochRecord:
    """A run's validation report after one epoch."""

    run_id: int
    epoch: int
    validation: Json


@dataclass(frozen=True)
class RunEntry:
    """A run on its way into the queue."""

    label: str
    spec: Json


@dataclass(frozen=True)
class EpochEntry:
    """A run's epoch on its way into the store."""

    run_id: int
    epoch: int
    seconds: float
    validation: Json
    traces: Arrays


@dataclass(frozen=True)
class ResultEntry:
    """A run's outcome on its way into the store."""

    run_id: int
    best_epoch: int
    validation: Json
    test: Json
    scores: NDArray[Any]
