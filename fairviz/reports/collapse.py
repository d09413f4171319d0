"""Runs whose gap is small because the model no longer tells patients apart, by name.

A model that flags everyone, or no one, treats all groups alike; so does one that ranks at random. A high
sensitivity alone is none of this, nor is a gap of exactly 0: a perfect model has both. What defines a
collapse is that patients *without* the outcome are treated like those with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from fairviz.evaluation.report import Performance
from fairviz.reports.pairing import baselines
from fairviz.reports.run import Run

_NEARLY_ALL: Final = 0.95
_NEARLY_NONE: Final = 1 - _NEARLY_ALL
_MOST: Final = 0.9
_FEW: Final = 1 - _MOST
_CHANCE: Final = 0.5
_HARDLY_ABOVE_CHANCE: Final = 0.6
_FAR: Final = 0.05


class Collapse(StrEnum):
    """What has become of a run, in words that follow its name."""

    FLAGS_ALL = "flags nearly every patient"
    FLAGS_NONE = "flags hardly anyone"
    AT_CHANCE = "ranks no better than chance"
    FAR_BELOW = "ranks far worse than the baseline"


def collapse_of(report: Performance, baseline: Performance | None = None) -> Collapse | None:
    """Name the collapse of a run, None where there is none or too little to tell.

    - It flags nearly every patient: more than .95 of those with the outcome and more than .9 of those
      without.
    - It flags hardly anyone: fewer than .1 of those with the outcome and fewer than .05 of those without.
    - It ranks no better than chance: the 95 % interval of its AUC holds .5, or lies below it, and ends
      below .6. An interval that reaches further says that patients are few, not that the model has failed.
    - It ranks far worse than the baseline: its AUC is more than .05 lower and the two intervals lie apart. On
      the same rows, where AUCs rise and fall together, that is stricter than a paired test at 5 %. It is not
      asked of methods whose scores are probabilities of a decision: those rank coarsely by nature.

    Args:
        report: on test rows.
        baseline: that of the baseline with the same seed.
    """
    if (decided := _by_decisions(report)) is not None:
        return decided
    # Here and below, what is not known is NaN, of which no comparison is true.
    if report.auc_low <= _CHANCE and report.auc_high < _HARDLY_ABOVE_CHANCE:
        return Collapse.AT_CHANCE
    if baseline is not None and _is_far_below(report, baseline):
        return Collapse.FAR_BELOW
    return None


def collapses(runs: Sequence[Run]) -> dict[int, Collapse]:
    """By run id, the collapses among finished runs, each against the baseline of its seed."""
    references = baselines(runs)
    named = {
        run.id: collapse_of(run.test, references[run.id].test if run.id in references else None)
        for run in runs
        if run.test is not None
    }
    return {run_id: name for run_id, name in named.items() if name is not None}


def collapses_by_label(runs: Sequence[Run]) -> dict[str, str]:
    """By configuration, what has become of it on how many seeds, in words; left out where nothing has."""
    named = collapses(runs)
    told: dict[str, str] = {}
    for label in dict.fromkeys(run.label for run in runs):
        own = [run for run in runs if run.label == label and run.test is not None]
        kinds = [named[run.id] for run in own if run.id in named]
        counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
        if counts:
            told[label] = ", ".join(f"{kind}{_on(n, len(own))}" for kind, n in counts.items())
    return told


def _by_decisions(report: Performance) -> Collapse | None:
    found, alarmed = report.sensitivity, 1 - report.specificity
    if found > _NEARLY_ALL and alarmed > _MOST:
        return Collapse.FLAGS_ALL
    if found < _FEW and alarmed < _NEARLY_NONE:
        return Collapse.FLAGS_NONE
    return None


def _is_far_below(report: Performance, baseline: Performance) -> bool:
    ranks_by_risk = report.value("brier") is not None
    return ranks_by_risk and baseline.auc - report.auc > _FAR and report.auc_high < baseline.auc_low


def _on(count: int, seeds: int) -> str:
    return "" if seeds == 1 else f" on {count} of {seeds} seeds"
