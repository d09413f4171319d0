"""Which run of the baseline every other run is measured against."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from fairviz.reports.run import Run
from fairviz.store.records import RunRecord
from fairviz.training.runs import BASELINE

# As it is told, or as the store has it.
AnyRun = TypeVar("AnyRun", Run, RunRecord)


def baselines(runs: Iterable[AnyRun]) -> dict[int, AnyRun]:
    """By run id, the finished baseline with the same seed and the same training settings.

    Runs without one, and those of the baseline itself, are left out.
    """
    known = list(runs)
    references = {_shared(run): run for run in known if _is_baseline(run) and run.test is not None}
    return {
        run.id: references[_shared(run)]
        for run in known
        if not _is_baseline(run) and _shared(run) in references
    }


def baselines_by_label(runs: Iterable[AnyRun]) -> dict[str, dict[int, AnyRun]]:
    """By configuration and seed, the baseline that this run is measured against."""
    known = list(runs)
    references = baselines(known)
    paired: dict[str, dict[int, AnyRun]] = {}
    for run in known:
        if run.id in references:
            paired.setdefault(run.label, {})[run.spec["seed"]] = references[run.id]
    return paired


def _is_baseline(run: Run | RunRecord) -> bool:
    return bool(run.spec["method"] == BASELINE)


def _shared(run: Run | RunRecord) -> tuple[Any, ...]:
    """What two runs must have in common for their difference to be the method's alone."""
    return run.spec["seed"], tuple(sorted(run.spec["training"].items()))
