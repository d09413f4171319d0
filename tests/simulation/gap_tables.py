"""Tables of the intervals in a report: their coverage over scenarios, and in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from tests.simulation.expected import FEWEST, Expected, monte_carlo_error, percent, pooled, verdict
from tests.simulation.markdown import table
from tests.simulation.results import ScenarioResult, Share, Tally
from tests.simulation.scenarios import SCENARIOS, Scenario

Results = Mapping[str, ScenarioResult]


@dataclass(frozen=True)
class Recipe:
    """What is expected of the intervals of one quantity.

    Attributes:
        name: the quantity, as results have it.
        label: in words.
        equal: expected coverage in percent where groups are equal; None where none is known.
        unequal: where they are not.
        gap: whether it is 0 where groups are equal, so that there are false alarms.
    """

    name: str
    label: str
    equal: float | None
    unequal: float | None
    gap: bool = True


RECIPES: Final = (
    Recipe("auc_gap", "AUC gap", 96.5, 98.7),
    Recipe("equalized_odds_difference", "Equalized odds difference, worst case", 95.4, 99.2),
    Recipe("equalized_odds_difference_mean", "Equalized odds difference, mean", 94.0, None),
    Recipe("demographic_parity_difference", "Demographic parity difference", 94.0, None),
    Recipe("equal_opportunity_difference", "Equal opportunity difference", 95.0, None),
    Recipe("es_auc", "Equity-scaled AUC", 95.8, 96.9, gap=False),
    Recipe("worst_group_auc", "Worst-group AUC", 95.5, 97.7, gap=False),
    Recipe("auc_of_a_group", "AUC of a group", 95.0, 95.0, gap=False),
    Recipe("auc_of_a_small_group", "AUC of a group with under 20 of an outcome", 97.3, 97.3, gap=False),
    Recipe("tpr_of_a_group", "True positive rate of a group", 95.5, 95.5, gap=False),
)


def coverages(recipe: Recipe, results: Results, *, equal: bool) -> list[Share]:
    """Coverage in each scenario that has enough intervals."""
    return [Share(of=found.intervals, hits=found.covered) for found in _tallies(recipe, results, equal=equal)]


def _tallies(recipe: Recipe, results: Results, *, equal: bool) -> list[Tally]:
    found = [
        results[scenario.name].recipes.get(recipe.name)
        for scenario in SCENARIOS
        if scenario.equal is equal and scenario.name in results
    ]
    return [own for own in found if own is not None and own.intervals >= FEWEST]


def summary(results: Results) -> str:
    """Every quantity, over scenarios whose groups are equal and over those whose groups are not."""
    rows = [_summed(recipe, results, equal=equal) for recipe in RECIPES for equal in (True, False)]
    headings = ("Interval of", "Groups", "Covered, %", "±", "Expected, %", "Verdict", "False alarms")
    return table(headings, rows)


def _summed(recipe: Recipe, results: Results, *, equal: bool) -> list[str]:
    shares = coverages(recipe, results, equal=equal)
    found = [percent(own) for own in shares]
    mean = [fmean(found)] if found else []
    figure = recipe.equal if equal else recipe.unequal
    expected = None if figure is None else Expected.figure(figure)
    alarms = [100 * own.detected / own.intervals for own in _tallies(recipe, results, equal=True)]
    return [
        recipe.label if equal else "",
        "equal" if equal else "not equal",
        f"{mean[0]:.1f} ({min(found):.1f})" if mean else "",
        f"{monte_carlo_error(pooled(shares)):.1f}" if mean else "",
        "" if expected is None else str(expected),
        verdict(mean, expected),
        f"{fmean(alarms):.1f} %" if equal and recipe.gap and alarms else "",
    ]


def populations() -> str:
    """What tables are drawn from."""
    rows = [
        [
            scenario.name,
            " / ".join(map(str, scenario.sizes)),
            f"{100 * scenario.prevalence:.0f} %",
            f"{scenario.aucs[0]:.2f}"
            if scenario.equal
            else " / ".join(f"{auc:.2f}" for auc in scenario.aucs),
            f"{scenario.positives_spread:g}",
            str(scenario.visits),
        ]
        for scenario in SCENARIOS
    ]
    headings = ("Name", "Rows", "Positives", "True AUC", "Spread of positives' scores", "Rows per patient")
    return table(headings, rows)


def by_scenario(recipe: Recipe, results: Results) -> str:
    """One quantity in each scenario."""
    rows = [
        _row(scenario, recipe, results[scenario.name])
        for scenario in SCENARIOS
        if scenario.name in results and recipe.name in results[scenario.name].recipes
    ]
    if not rows:
        return "Not run."
    return table(("Scenario", "Intervals", "Covered, %", "Too high, %", "Detected, %", "Mean width"), rows)


def _row(scenario: Scenario, recipe: Recipe, result: ScenarioResult) -> list[str]:
    own = result.recipes[recipe.name]

    def share(count: int) -> str:
        return f"{100 * count / own.intervals:.1f}"

    detected = share(own.detected) if recipe.gap else ""
    return [
        scenario.name,
        str(own.intervals),
        share(own.covered),
        share(own.too_high),
        detected,
        f"{own.width:.3f}",
    ]
