"""From what is told of finished runs to what the figures and tables of groups show; pure functions.

Axis letters: L configurations, G groups of one attribute, R and C groups of two attributes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np

from fairviz.data.specs import TaskSpec
from fairviz.evaluation.intersections import joined
from fairviz.evaluation.report import FairnessReport
from fairviz.figures.crossed import NO_PATIENTS
from fairviz.figures.group_series import Configuration, Crossed, Estimates, Forest
from fairviz.metrics.catalogue import CATALOGUE
from fairviz.metrics.intervals import Interval
from fairviz.reports.joined import Estimate
from fairviz.suppression import SUPPRESSED
from fairviz.ui import words
from fairviz.ui.findings import Result

_OPPOSITE: Final = {"up": "down", "down": "up"}
_DIRECTIONS: Final = {
    "up": "more is better",
    "down": "less is better",
    None: "neither way is better by itself",
}


@dataclass(frozen=True)
class GroupNumber:
    """One number of a group in clinical words.

    Attributes:
        title: what it is.
        metric: field of a report that holds it.
        per_100: told as patients in a hundred.
        rest: what the metric leaves of 1 is told, such as missed cases in place of found ones.
    """

    title: str
    metric: str
    per_100: bool = False
    rest: bool = False

    @property
    def formula(self) -> str:
        """Its definition and direction."""
        entry = CATALOGUE[self.metric]
        return f"{'1 - ' if self.rest else ''}{entry.formula}; {_DIRECTIONS[self.better]}"

    @property
    def better(self) -> str | None:
        """Which way is better: "up", "down", or None."""
        own = CATALOGUE[self.metric].better
        return _OPPOSITE[own] if self.rest and own else own

    @property
    def decimals(self) -> int:
        """Of the number as it is told."""
        return 0 if self.per_100 else 3

    def of(self, estimate: Estimate) -> tuple[float, float, float]:
        """Value and both limits as they are told; NaN where there are none."""
        value = math.nan if estimate.value is None else estimate.value
        limits = estimate.interval or Interval(math.nan, math.nan)
        scale = 100.0 if self.per_100 else 1.0
        if self.rest:
            return scale * (1 - value), scale * (1 - limits.high), scale * (1 - limits.low)
        return scale * value, scale * limits.low, scale * limits.high

    def text(self, estimate: Estimate) -> str:
        """The number with its limits, or why there is none."""
        value, low, high = self.of(estimate)
        if math.isnan(value):
            return estimate.reason
        limits = "" if math.isnan(low) else f" ({self._digits(low)} to {self._digits(high)})"
        return self._digits(value) + limits

    def _digits(self, value: float) -> str:
        return f"{value:.{self.decimals}f}"


def numbers(spec: TaskSpec) -> dict[str, GroupNumber]:
    """What is told of groups, by name: rates of decisions first."""
    having = "the outcome" if spec.positive is None else f"{spec.outcome} = {spec.positive}"
    return {
        "missed": GroupNumber(f"Missed cases per 100 patients with {having}", "sensitivity", True, rest=True),
        "false alarms": GroupNumber(f"False alarms per 100 patients without {having}", "fpr", True),
        "flagged": GroupNumber("Flagged per 100 patients", "selection_rate", True),
        "auc": GroupNumber("Ranking (AUC)", "auc"),
        "ppv": GroupNumber("Right alarms per 100 flagged patients", "ppv", True),
        "calibration": GroupNumber("Distance of predicted from observed risk", "calibration_error"),
    }


RATES: Final = ("missed", "false alarms", "flagged")


def configurations(found: Iterable[Result]) -> tuple[Configuration, ...]:
    """Of results, in their order."""
    return tuple(Configuration(result.label, result.method) for result in found)


def rates_forest(found: Sequence[Result], attribute: str, shown: Sequence[GroupNumber]) -> Forest:
    """Some numbers of each group, a panel each."""
    groups = tuple(found[0].joined.first.attribute(attribute).groups)
    return Forest(
        question="Who is missed, and who is flagged for nothing?",
        details=(
            f"groups of {attribute}",
            "test data",
            "mean over seeds" if len(found[0].joined.by_seed) > 1 else "one seed",
            "bars: 95% intervals",
        ),
        unit="per 100 patients",
        decimals=0,
        configurations=configurations(found),
        groups=groups,
        panels=tuple(_estimates(found, attribute, groups, number) for number in shown),
    )


def _estimates(
    found: Sequence[Result], attribute: str, groups: Sequence[str], number: GroupNumber
) -> Estimates:
    cells = [
        [result.joined.of_group(attribute, group, number.metric) for group in groups] for result in found
    ]
    told = np.array([[number.of(cell) for cell in row] for row in cells]).reshape(len(found), len(groups), 3)
    notes = tuple(tuple(note(cell.reason) for cell in row) for row in cells)
    return Estimates(number.title, number.formula, told[..., 0], told[..., 1], told[..., 2], notes)


def note(reason: str) -> str:
    """A reason in short: suppressed, or not estimable."""
    return reason and (words.SUPPRESSED if reason == SUPPRESSED else words.NOT_ESTIMABLE)


def pairs(report: FairnessReport) -> dict[str, tuple[str, str]]:
    """By the name of an intersection of two attributes that a report has, these two."""
    found = {joined(pair): pair for pair in combinations(report.attributes, 2)}
    return {name: pair for name, pair in found.items() if name in report.intersections}


def crossing(found: Sequence[Result], name: str, number: GroupNumber) -> Crossed:
    """One number in every combination of the groups of two attributes, the one with more of them upright.

    For reports that tell of the intersection; of private data it may be withheld as a whole.
    """
    first = found[0].joined.first
    a, b = pairs(first)[name]
    is_turned = len(first.attributes[a].groups) < len(first.attributes[b].groups)
    across, down = (a, b) if is_turned else (b, a)
    rows, columns = tuple(first.attributes[down].groups), tuple(first.attributes[across].groups)
    cells = [
        [
            [_cell(result, name, joined((c, r) if is_turned else (r, c)), number) for c in columns]
            for r in rows
        ]
        for result in found
    ]
    return Crossed(
        attributes=(down, across),
        rows=rows,
        columns=columns,
        measure=(number.title, number.formula),
        configurations=configurations(found),
        value=np.array([[[cell[0] for cell in row] for row in own] for own in cells], dtype=np.float64),
        texts=tuple(tuple(tuple(cell[1] for cell in row) for row in own) for own in cells),
        hovers=tuple(tuple(tuple(cell[2] for cell in row) for row in own) for own in cells),
        better=number.better,
    )


def _cell(result: Result, name: str, group: str, number: GroupNumber) -> tuple[float, str, str]:
    """Value, what stands in the cell, what it says when pointed at."""
    own = result.joined.first.attribute(name).groups
    if group not in own:
        return math.nan, NO_PATIENTS, NO_PATIENTS
    estimate = result.joined.of_group(name, group, number.metric)
    value = number.of(estimate)[0]
    text = note(estimate.reason) or f"{value:.{number.decimals}f}"
    n = own[group].n
    return value, text, number.text(estimate) + ("" if n is None else f", {words.counted(n, 'patient')}")


def rate_rows(found: Sequence[Result], attribute: str, shown: Sequence[GroupNumber]) -> list[dict[str, Any]]:
    """A row per group and configuration, numbers as text with their limits."""
    groups = found[0].joined.first.attribute(attribute).groups
    return [
        {
            "group": group,
            "method": result.label,
            "patients": _count(own.n),
            "with": _count(own.positives),
            **{
                number.title: _in_table(number, result.joined.of_group(attribute, group, number.metric))
                for number in shown
            },
        }
        for group, own in groups.items()
        for result in found
    ]


def any_suppressed(found: Sequence[Result], attribute: str, shown: Sequence[GroupNumber]) -> bool:
    """Whether a number of any group is withheld."""
    groups = found[0].joined.first.attribute(attribute).groups
    return any(
        result.joined.of_group(attribute, group, number.metric).reason == SUPPRESSED
        for result in found
        for group in groups
        for number in shown
    )


def _in_table(number: GroupNumber, estimate: Estimate) -> str:
    """The number as text; of one that is withheld only that: the reason is the same in every cell."""
    return words.SUPPRESSED if estimate.reason == SUPPRESSED else number.text(estimate)


def _count(value: int | None) -> str:
    return words.SUPPRESSED if value is None else f"{value:,}"


def rate_sentence(result: Result, attribute: str, number: GroupNumber) -> str:
    """One number of every group of one configuration; a person's own words are escaped."""
    groups = result.joined.first.attribute(attribute).groups
    told = {group: result.joined.of_group(attribute, group, number.metric) for group in groups}
    known = [
        f"{words.plain(group)} {number.text(estimate)}"
        for group, estimate in told.items()
        if estimate.value is not None
    ]
    silent: dict[str, list[str]] = {}
    for group, estimate in told.items():
        if estimate.value is None:
            silent.setdefault(note(estimate.reason), []).append(words.plain(group))
    unknown = [f"{reason}: {', '.join(names)}" for reason, names in silent.items()]
    return f"{words.plain(number.title)}: {'; '.join([', '.join(known), *unknown] if known else unknown)}."
