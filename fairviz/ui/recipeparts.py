"""Readings of what each modality tells by itself, and of what methods cost in time; pure functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Final

from scipy.special import stdtrit

from fairviz.evaluation.report import FairnessReport
from fairviz.ui import words
from fairviz.ui.findings import Result
from fairviz.ui.recipeended import Ended, Told, named
from fairviz.ui.stepwords import bold

_MOST_NAMED: Final = 4


@dataclass(frozen=True)
class _Cell:
    """One modality among one group's patients, or among all.

    Attributes:
        name: for a sentence; a person's own words are escaped.
        title: for a table.
        auc: what a report tells of it.
    """

    name: str
    title: str
    auc: Callable[[FairnessReport], float | None]

    def of(self, result: Result) -> float | None:
        """Mean over seeds; None where a seed has none."""
        found = [self.auc(report) for report in result.joined.by_seed.values()]
        known = [auc for auc in found if auc is not None]
        return fmean(known) if len(known) == len(found) else None

    def changes(self, result: Result, baseline: Result) -> list[float]:
        """Against the baseline of the same seed."""
        pairs = [
            (self.auc(report), self.auc(baseline.joined.by_seed[seed]))
            for seed, report in result.joined.by_seed.items()
            if seed in baseline.joined.by_seed
        ]
        return [ours - theirs for ours, theirs in pairs if ours is not None and theirs is not None]


def modalities(ended: Ended) -> Told:
    """AUC of each modality alone, overall and per group, with and without modulation."""
    attribute = ended.axes.attribute
    report = ended.baseline.joined.first
    cells = [
        cell
        for modality in report.modalities
        for cell in (
            _overall(modality),
            *(_in_group(modality, attribute, g) for g in _groups(report, attribute)),
        )
    ]
    known = [cell for cell in cells if cell.of(ended.baseline) is not None]
    if not known:
        return Told(("What each modality tells by itself is not estimable here, or withheld.",))
    rows = [
        {"modality": cell.title, **{own.label: _shown(cell, own) for own in ended.results}} for cell in cells
    ]
    return Told(
        (
            *(_moved(own, ended.baseline, known) for own in ended.others),
            _strongest(report, ended.baseline),
            f"The table has the AUC of each modality alone, for all and by {bold(attribute)}: a logistic "
            "regression on what its trained encoder makes of test rows.",
        ),
        tuple(rows),
    )


def _groups(report: FairnessReport, attribute: str) -> list[str]:
    return list(report.attribute(attribute).groups)


def _overall(modality: str) -> _Cell:
    return _Cell(bold(modality), f"{modality}: all", lambda report: report.modalities[modality].value("auc"))


def _in_group(modality: str, attribute: str, group: str) -> _Cell:
    return _Cell(
        f"{bold(modality)} in {bold(group)}",
        f"{modality}: {group}",
        lambda report: report.modalities[modality].attribute(attribute).groups[group].value("auc"),
    )


def _shown(cell: _Cell, result: Result) -> str:
    value = cell.of(result)
    return "not estimable, or withheld" if value is None else words.number(value)


def _moved(result: Result, baseline: Result, cells: Sequence[_Cell]) -> str:
    """Which modalities tell more or less with a method than without, beyond what seeds make."""
    by_cell = {cell: cell.changes(result, baseline) for cell in cells}
    known = {cell: changes for cell, changes in by_cell.items() if len(changes) > 1}
    if not known:
        return f"{named(result)}: one seed alone cannot be told from the luck of its start."
    beyond = [told for cell, changes in known.items() if (told := _beyond(cell, changes))]
    count = len(known)
    expected = f"of {words.counted(count, 'comparison')}, one in twenty would be by chance alone"
    if not beyond:
        return f"{named(result)}: no change of a modality's AUC is clear of what seeds make ({expected})."
    more = f" and {len(beyond) - _MOST_NAMED} more" if len(beyond) > _MOST_NAMED else ""
    return (
        f"{named(result)}: beyond what seeds make, {words.listed(beyond[:_MOST_NAMED])}{more} "
        f"({len(beyond)} {expected})."
    )


def _beyond(cell: _Cell, changes: Sequence[float]) -> str:
    """A change with its limits over seeds; empty where these hold 0."""
    mean, error = fmean(changes), stdev(changes) / math.sqrt(len(changes))
    reach = float(stdtrit(len(changes) - 1, 0.975)) * error
    if abs(mean) <= reach:
        return ""
    limits = f"{words.change(mean - reach)} to {words.change(mean + reach)}"
    return f"{cell.name} {words.change(mean)} ({limits})"


def _strongest(report: FairnessReport, baseline: Result) -> str:
    """Which modality tells most without modulation."""
    known = [(_overall(name).of(baseline), name) for name in report.modalities]
    told = sorted(((auc, name) for auc, name in known if auc is not None), reverse=True)
    if len(told) < 2:
        return "Fewer than two modalities have an AUC that may be told."
    (most, best), (least, worst) = told[0], told[-1]
    return (
        f"Without modulation {bold(best)} tells most by itself (AUC {words.number(most)}) and {bold(worst)} "
        f"least ({words.number(least)})."
    )


def overhead(ended: Ended) -> Told:
    """Seconds of an epoch with each method; what a prediction costs."""
    seconds = {own.label: _seconds(ended, own.label) for own in ended.results}
    usual = seconds[ended.baseline.label]
    rows = [
        {
            "method": label,
            "seconds of an epoch": f"{own:.2f}",
            "times the baseline": f"{own / usual:.1f}" if usual > 0 else words.NOT_ESTIMABLE,
            "runs at once": _at_once(ended, label),
        }
        for label, own in seconds.items()
    ]
    times = [f"{named(own)} {seconds[own.label] / usual:.1f} times" for own in ended.others if usual > 0]
    return Told(
        (
            f"An epoch took {usual:.2f} s with the baseline, and {words.listed(times)} as long."
            if times
            else "The baseline's epochs were too short to be clocked.",
            "Runs of one method are trained side by side and share their time: these are seconds of all that "
            "were trained at once, not of one. Each was clocked once, while other work may have gone on, so "
            "that there are no limits and small differences mean nothing.",
            "A prediction takes the same time with every method: all predict with one network of the same "
            "size, and what a method adds stays behind in training.",
        ),
        tuple(rows),
    )


def _seconds(ended: Ended, label: str) -> float:
    """Of an epoch: mean over the runs of a configuration, each with the seconds of its pack."""
    return fmean(run.seconds / run.epoch for run in ended.runs if run.label == label and run.epoch)


def _at_once(ended: Ended, label: str) -> str:
    """How many runs shared a clock: members of a pack have the same seconds."""
    clocks = [run.seconds for run in ended.runs if run.label == label]
    sizes = sorted({clocks.count(clock) for clock in clocks})
    return " or ".join(map(str, sizes))
