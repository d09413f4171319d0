"""Runs and their epochs behind the gate, with typed reports: what pages, command line and exports use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from fairviz.evaluation.report import FairnessReport
from fairviz.reports.gate import told_epoch, told_run
from fairviz.store.records import EpochRecord, Json, RunRecord, State


@dataclass(frozen=True)
class Run:
    """One training; ``label`` is shared by runs that differ in their seed alone.

    ``validation`` and ``test`` are reports at ``best_epoch``, as far as they may be told; None until the run
    is finished.
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
    validation: FairnessReport | None
    test: FairnessReport | None

    @classmethod
    def told(cls, record: RunRecord, *, public: bool) -> Self:
        """A run as the store has it, through the gate.

        Args:
            record: of the store.
            public: whether the data are declared synthetic or public.
        """
        told = told_run(record, public=public)
        reports = {"validation": _report(told.validation), "test": _report(told.test)}
        return cls(**(vars(told) | reports))


@dataclass(frozen=True)
class Epoch:
    """A run's validation report after one epoch, as far as it may be told."""

    run_id: int
    epoch: int
    validation: FairnessReport

    @classmethod
    def told(cls, record: EpochRecord, *, public: bool) -> Self:
        """An epoch as the store has it, through the gate; see ``Run.told``."""
        told = told_epoch(record, public=public)
        return cls(told.run_id, told.epoch, FairnessReport.from_json(told.validation))


def _report(record: Json | None) -> FairnessReport | None:
    return None if record is None else FairnessReport.from_json(record)
