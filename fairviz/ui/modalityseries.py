"""What each modality tells about each group, with and without modulation; pure functions.

Axis letters: M modalities, G groups of one attribute.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final

import numpy as np

from fairviz.evaluation.report import FairnessReport
from fairviz.figures.group_series import Configuration, ModalityGroups, ModalityPanel, Told
from fairviz.metrics.intervals import Interval
from fairviz.reports.joined import Estimate, Joined
from fairviz.reports.pairing import baselines_by_label
from fairviz.reports.run import Run
from fairviz.training.runs import BASELINE
from fairviz.ui import words
from fairviz.ui.groupseries import note

_NO_LIMITS: Final = Interval(math.nan, math.nan)
Reports = Mapping[int, FairnessReport]


@dataclass(frozen=True)
class Probed:
    """One configuration with encoders.

    Attributes:
        label: the configuration.
        method: its method's name.
        own: its reports on test rows, by seed.
        reference: those of the baseline, of the seeds that both have; empty for the baseline, or without one.
    """

    label: str
    method: str
    own: Reports
    reference: Reports


@dataclass(frozen=True)
class Change:
    """How what a modality tells about a group differs from the baseline: AUCs, means over shared seeds.

    Attributes:
        baseline: AUC.
        own: AUC.
        by_seed: differences.
    """

    modality: str
    group: str
    baseline: float
    own: float
    by_seed: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean difference."""
        return fmean(self.by_seed)


def probed(runs: Sequence[Run], labels: Sequence[str]) -> list[Probed]:
    """Those of some configurations that have encoders of several modalities."""
    references = baselines_by_label(runs)
    found = []
    for label in labels:
        finished = [run for run in runs if run.label == label and run.test is not None]
        own = {run.spec["seed"]: run.test for run in finished if run.test is not None and run.test.modalities}
        if own:
            paired = {
                seed: run.test
                for seed, run in references.get(label, {}).items()
                if seed in own and run.test is not None and run.test.modalities
            }
            found.append(Probed(label, finished[0].spec["method"], own, paired))
    return found


def modality_plane(found: Sequence[Probed], attribute: str) -> ModalityGroups:
    """Figure's record: a panel per configuration; the baseline has none where it stands beside others."""
    first = next(iter(found[0].own.values()))
    others = [own for own in found if own.reference]
    seeds = max(len(own.own) for own in found)
    return ModalityGroups(
        attribute,
        tuple(first.modalities),
        tuple(first.attribute(attribute).groups),
        tuple(
            ModalityPanel(
                Configuration(own.label, own.method),
                _told(own.own, attribute),
                _told(own.reference, attribute) if own.reference else None,
            )
            for own in found
            if own.method != BASELINE or not others
        ),
        (f"mean over {seeds} seeds" if seeds > 1 else "one seed",),
    )


def _told(reports: Reports, attribute: str) -> Told:
    joined, first = Joined(reports), next(iter(reports.values()))
    cells = [
        [
            joined.of_modality_group(modality, attribute, group, "auc")
            for group in first.attribute(attribute).groups
        ]
        for modality in first.modalities
    ]
    value, low, high = np.moveaxis(np.array([[_numbers(cell) for cell in row] for row in cells]), 2, 0)
    return Told(value, low, high, tuple(tuple(note(cell.reason) for cell in row) for row in cells))


def _numbers(estimate: Estimate) -> tuple[float, float, float]:
    limits = estimate.interval or _NO_LIMITS
    return math.nan if estimate.value is None else estimate.value, limits.low, limits.high


def changes(own: Probed, attribute: str) -> list[Change]:
    """How a configuration differs from the baseline, where both have a number on every shared seed."""
    first = next(iter(own.own.values()))
    found = (
        _change(own, attribute, modality, group)
        for modality in first.modalities
        for group in first.attribute(attribute).groups
    )
    return [change for change in found if change is not None]


def _change(own: Probed, attribute: str, modality: str, group: str) -> Change | None:
    pairs = [
        (_auc(own.own[seed], attribute, modality, group), _auc(reference, attribute, modality, group))
        for seed, reference in own.reference.items()
    ]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    if not known or len(known) < len(pairs):
        return None
    return Change(
        modality,
        group,
        fmean(b for _, b in known),
        fmean(a for a, _ in known),
        tuple(a - b for a, b in known),
    )


def _auc(report: FairnessReport, attribute: str, modality: str, group: str) -> float | None:
    return report.modalities[modality].attribute(attribute).groups[group].value("auc")


def change_sentence(own: Probed, attribute: str) -> str:
    """The largest of a configuration's changes; a person's own words are escaped."""
    found = changes(own, attribute)
    if not found:
        return "No modality has a number in any group that the baseline has too."
    largest = max(found, key=lambda change: abs(change.mean))
    many = words.counted(len(found), "change")
    return f"{_in_words(largest, own.label, attribute)} This is the largest of {many}."


def _in_words(change: Change, label: str, attribute: str) -> str:
    lowest, highest = min(change.by_seed), max(change.by_seed)
    over = (
        f", over {len(change.by_seed)} seeds {words.change(lowest)} to {words.change(highest)}"
        if len(change.by_seed) > 1
        else " on one seed"
    )
    return (
        f"{words.upper(words.plain(attribute))}: in {words.plain(change.modality)}, "
        f"{words.plain(change.group)} patients are ranked at {words.number(change.baseline)} in the baseline "
        f"and {words.number(change.own)} with {words.plain(label)} "
        f"(difference {words.change(change.mean)}{over})."
    )


def modality_rows(found: Sequence[Probed], attribute: str) -> list[dict[str, Any]]:
    """A row per modality and group: AUC of each configuration, and its change, as text."""
    first = next(iter(found[0].own.values()))
    changed = {
        own.label: {(c.modality, c.group): c for c in changes(own, attribute)}
        for own in found
        if own.reference
    }
    joined = {own.label: Joined(own.own) for own in found}
    return [
        {
            "modality": modality,
            "group": group,
            **{
                label: _cell(own.of_modality_group(modality, attribute, group, "auc"))
                for label, own in joined.items()
            },
            **{
                f"{label}: change": _range(known[modality, group]) if (modality, group) in known else ""
                for label, known in changed.items()
            },
        }
        for modality in first.modalities
        for group in first.attribute(attribute).groups
    ]


def _cell(estimate: Estimate) -> str:
    value, low, high = _numbers(estimate)
    if math.isnan(value):
        return note(estimate.reason)
    return words.number(value) + ("" if math.isnan(low) else f" ({words.between(low, high)})")


def _range(change: Change) -> str:
    lowest, highest = words.change(min(change.by_seed)), words.change(max(change.by_seed))
    seeds = f" ({lowest} to {highest} over seeds)" if len(change.by_seed) > 1 else ""
    return words.change(change.mean) + seeds
