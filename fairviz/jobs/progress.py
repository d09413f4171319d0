"""How far a comparison is, and how long it will take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from fairviz.store.records import ComparisonRecord, State


class Stage(StrEnum):
    """What a comparison in training is at; of a large table each takes minutes."""

    ENCODING = "splitting and encoding the table"
    TRAINING = "training"
    MEASURING = "measuring the models on test rows"


@dataclass(frozen=True)
class Progress:
    """How far a comparison is.

    Attributes:
        share: from 0 to 1.
        seconds_left: estimate, None before there is anything to estimate from.
        ahead: comparisons that are trained before this one.
        revision: grows whenever there is something new to draw.
    """

    state: State
    share: float
    seconds_left: float | None
    ahead: int
    revision: int
    message: str

    @property
    def stage(self) -> Stage:
        """What is going on: before the first step, between steps, or after the last."""
        if self.share <= 0:
            return Stage.ENCODING
        return Stage.TRAINING if self.share < 1 else Stage.MEASURING

    @classmethod
    def of(cls, record: ComparisonRecord, others: Iterable[ComparisonRecord]) -> Self:
        """Progress of a comparison among all that are kept."""
        return cls(
            state=record.state,
            share=record.progress,
            seconds_left=_seconds_left(record),
            ahead=_ahead(record, others),
            revision=record.revision,
            message=record.message,
        )


def _ahead(record: ComparisonRecord, others: Iterable[ComparisonRecord]) -> int:
    """Active comparisons submitted before a queued one."""
    if record.state is not State.QUEUED:
        return 0
    return sum(other.state.active and other.created < record.created for other in others)


def _seconds_left(record: ComparisonRecord) -> float | None:
    """Seconds until the end at the speed so far."""
    if record.state is not State.RUNNING or record.started is None or record.progress <= 0:
        return None
    elapsed = (datetime.now(UTC).replace(tzinfo=None) - record.started).total_seconds()
    return elapsed * (1 - record.progress) / record.progress
