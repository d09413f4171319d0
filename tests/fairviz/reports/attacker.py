"""Whoever reads all that is told and wants to know how few patients there were.

The attacker knows the reports of several runs on the same rows, and that counts are whole and not negative.
Rates and their intervals are taken for their counts, areas under curves and mean errors for all that they
rest on. What follows are the exact bounds of any count, by integer programming.

Variables are the patients of each combination of groups ("no value" is one), outcome and decision, by run.

Axis letters: V variables.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from fairviz.metrics.rates import CELLS, RATES

Weights = NDArray[np.float64]
Mask = NDArray[np.bool_]
Json = Mapping[str, Any]

COUNTED = {"n": CELLS, "positives": ("tp", "fn"), "negatives": ("fp", "tn")}

_Z2 = 1.959963984540054**2
_CASES = {"interval": (5, 9), "imprecise": (10, 19), "normal": (20, math.inf)}
_GIVES_AWAY = {
    "auc": ("positives", "negatives"),
    "brier": ("n",),
    "log_loss": ("n",),
    "calibration_error": ("n",),
}


class Fact(NamedTuple):
    """``low <= weights [V] times variables <= high``."""

    weights: Weights
    low: float
    high: float


class Count(NamedTuple):
    """Patients in some cells of the confusion matrix of a group (None: of all rows), in one run.

    Attributes and groups of intersections are joined by " & ".
    """

    run: int
    attribute: str
    group: str | None
    cells: tuple[str, ...]


class Attacker:
    """Bounds of counts from reports that are told."""

    def __init__(self, told: Sequence[Json], truth: Sequence[Json]) -> None:
        """Take what is told of each run; of the truth, only what areas under curves give away is read."""
        self._groups = {name: [*own["groups"], None] for name, own in truth[0]["attributes"].items()}
        places = product(range(len(told)), *(range(len(own)) for own in self._groups.values()), CELLS)
        self._run, *codes, self._cell = (np.array(own) for own in zip(*places, strict=True))
        self._codes = dict(zip(self._groups, codes, strict=True))
        facts = list(self._same_rows(len(told)))
        for run, (report, true) in enumerate(zip(told, truth, strict=True)):
            facts += self._facts(run, report, true)
        self._constraint = LinearConstraint(
            np.array([fact.weights for fact in facts]),
            np.array([fact.low for fact in facts]) - 1e-9,
            np.array([fact.high for fact in facts]) + 1e-9,
        )

    def bounds(self, *counts: Count) -> tuple[float, float]:
        """Smallest and largest total of these counts."""
        return self._smallest(self._total(counts)), -self._smallest(-self._total(counts))

    def pins(self, *counts: Count) -> bool:
        """Whether the total of these counts is known to be one of 1 to 10."""
        return self._smallest(self._total(counts)) > 0 and -self._smallest(-self._total(counts)) < 11

    def _total(self, counts: Sequence[Count]) -> Weights:
        each = [self._inside(count) & np.isin(self._cell, count.cells) for count in counts]
        total: Weights = np.array(each).sum(axis=0).astype(np.float64)
        return total

    def _smallest(self, weights: Weights) -> float:
        found = milp(
            weights, constraints=self._constraint, integrality=np.ones(len(weights)), bounds=Bounds(0, np.inf)
        )
        assert found.status in (0, 3), found.message  # 3: it has no bound
        return -math.inf if found.status == 3 else round(float(found.fun), 6)

    def _inside(self, count: Count) -> Mask:
        """Variables of a group in a run [V]."""
        inside: Mask = self._run == count.run
        if count.group is not None:
            for attribute, group in zip(count.attribute.split(" & "), count.group.split(" & "), strict=True):
                inside &= self._codes[attribute] == self._groups[attribute].index(group)
        return inside

    def _same_rows(self, runs: int) -> Iterator[Fact]:
        """Groups and outcomes do not change from run to run."""
        for codes in product(*(range(len(own)) for own in self._groups.values())):
            group = np.all(
                [own == code for own, code in zip(self._codes.values(), codes, strict=True)], axis=0
            )
            for here in (group & np.isin(self._cell, COUNTED[noun]) for noun in ("positives", "negatives")):
                for run in range(1, runs):
                    first, other = ((here & (self._run == place)).astype(float) for place in (0, run))
                    yield Fact(first - other, 0, 0)

    def _facts(self, run: int, report: Json, true: Json) -> Iterator[Fact]:
        """All that a report says."""
        yield from self._about(self._run == run, report, true)
        for name, own in report["attributes"].items():
            if (missing := own["rows_left_out"]) is not None:
                nowhere = (self._run == run) & (self._codes[name] == len(own["groups"]))
                yield Fact(nowhere.astype(float), missing, missing)
            for group, record in own["groups"].items():
                inside = self._inside(Count(run, name, group, CELLS))
                yield from self._about(inside, record, true["attributes"][name]["groups"][group])
        for name, own in report.get("intersections", {}).items():
            yield from self._crossed(run, name, own, true["intersections"][name])

    def _crossed(self, run: int, name: str, own: Json, true: Json) -> Iterator[Fact]:
        """What is said of an intersection; a combination that is not in a list of some has no rows."""
        complete = np.all(
            [self._codes[one] < len(self._groups[one]) - 1 for one in name.split(" & ")], axis=0
        ) & (self._run == run)
        if (missing := own["rows_left_out"]) is not None:
            yield Fact(((self._run == run) & ~complete).astype(float), missing, missing)
        listed = np.zeros_like(complete)
        for group, record in own["groups"].items():
            inside = self._inside(Count(run, name, group, CELLS))
            listed |= inside
            yield from self._about(inside, record, true["groups"][group])
        if own["groups"]:
            yield Fact((complete & ~listed).astype(float), 0, 0)

    def _about(self, inside: Mask, record: Json, true: Json) -> Iterator[Fact]:
        """What a record says of the rows inside [V]."""

        def patients(cells: Collection[str]) -> Weights:
            return (inside & np.isin(self._cell, list(cells))).astype(float)

        given = {noun: record[noun] for noun in COUNTED}
        for metric, nouns in _GIVES_AWAY.items():
            if any(record.get(f"{metric}{end}") is not None for end in ("", "_low", "_high")):
                given |= {noun: true[noun] for noun in nouns}
        for noun, value in given.items():
            if value is not None:
                yield Fact(patients(COUNTED[noun]), value, value)
        for name, rate in RATES.items():
            successes, trials = patients(rate.successes), patients(rate.trials)
            yield Fact(trials, *_CASES.get(record["grade"][name], (0, math.inf)))
            if record[name] is not None:
                yield Fact(successes - record[name] * trials, 0, 0)
            if record[f"{name}_low"] is not None and record[f"{name}_high"] is not None:
                counts = wilson_counts(record[f"{name}_low"], record[f"{name}_high"])
                yield from (Fact(own, n, n) for own, n in zip((successes, trials), counts, strict=True))
        if (balanced := record["balanced_accuracy"]) is not None:
            both = patients(["tp"]) / true["positives"] + patients(["tn"]) / true["negatives"]
            yield Fact(both, 2 * balanced, 2 * balanced)


def wilson_counts(low: float, high: float) -> tuple[int, int]:
    """Successes and trials from their Wilson interval (95 %): its limits tell both.

    With t = z^2 / n the limits add up to (2 p + t) / (1 + t), and their product is p^2 / (1 + t).
    """
    if low < 1e-9:
        return 0, round(_Z2 * (1 - high) / high)
    if high > 1 - 1e-9:
        certain = round(_Z2 * low / (1 - low))
        return certain, certain
    total, both = low + high, low * high
    # (total (1 + t) - t)^2 = 4 both (1 + t), a quadratic in t
    roots = np.roots([(total - 1) ** 2, 2 * total * (total - 1) - 4 * both, total**2 - 4 * both])
    for t in sorted(float(root.real) for root in roots if root.real > 1e-9):
        trials, share = _Z2 / t, (total * (1 + t) - t) / 2
        if abs(trials - round(trials)) < 1e-3 and 0 <= share <= 1:
            return round(share * trials), round(trials)
    raise AssertionError(f"no counts have the limits {low} and {high}")
