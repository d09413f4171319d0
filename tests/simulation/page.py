"""The page of coverage: Markdown from stored results, the same bytes every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

from tests.simulation.results import ScenarioResult, Tally
from tests.simulation.scenarios import SCENARIOS, Scenario

FOLDER: Final = Path(__file__).resolve().parent
PAGE: Final = "README.md"
TOLERANCE: Final = 2.0
# Below, chance alone moves a scenario's coverage by more than what is judged here.
FEWEST: Final = 100

Results = Mapping[str, ScenarioResult]

_INTRODUCTION: Final = """\
# What the intervals of gaps cover

Every number on this page comes from the runs in `results/`: tables drawn from populations whose gaps are
known, each reported on as a run's test rows are.

```
python -m tests.simulation run     # draws and counts, and stores the counts
python -m tests.simulation page    # makes this page of them
```"""

_HOW_TO_READ: Final = """\
## How to read

- Intervals are nominal 95 % intervals. *Covered*: share that holds the true value, over the groups that
  entered; mean over scenarios, and in brackets the lowest. *Expected*: what an earlier simulation of the same
  recipes found, in populations like these.
- *Groups equal*: every gap is truly 0. Then an interval that does not hold 0 detects a difference that is not
  there, and *false alarms* counts these.
- A gap between groups that differ is covered more often than 95 times in 100: its interval is careful.
- A group of fewer than ten cases enters no gap; a gap of fewer than two groups has no interval, and scenarios
  with fewer than {fewest} intervals are left out of means."""


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


def render(results: Results) -> str:
    """The page."""
    parts = [_INTRODUCTION, _made(results), "## Found\n\n" + _summary(results)]
    parts += [_HOW_TO_READ.format(fewest=FEWEST), "## Scenarios\n\n" + _populations()]
    parts += [f"### {recipe.label}\n\n{_by_scenario(recipe, results)}" for recipe in RECIPES]
    return "\n\n".join(parts) + "\n"


def write(results: Results, folder: Path = FOLDER) -> Path:
    """Write the page."""
    path = folder / PAGE
    path.write_text(render(results), encoding="utf-8")
    return path


def _made(results: Results) -> str:
    """What the results are of, and what is missing."""
    absent = [scenario.name for scenario in SCENARIOS if scenario.name not in results]
    minutes = sum(result.seconds for result in results.values()) / 60
    repetitions = sorted({result.repetitions for result in results.values()})
    each = " or ".join(map(str, repetitions)) or "0"
    told = f"{len(results)} scenarios, {each} repetitions each, in {minutes:.0f} minutes."
    return f"{told} Not run: {', '.join(absent)}." if absent else told


def coverages(recipe: Recipe, results: Results, *, equal: bool) -> list[float]:
    """Coverage in percent in each scenario that has enough intervals."""
    return [100 * found.covered / found.intervals for found in _tallies(recipe, results, equal=equal)]


def _tallies(recipe: Recipe, results: Results, *, equal: bool) -> list[Tally]:
    found = [
        results[scenario.name].recipes.get(recipe.name)
        for scenario in SCENARIOS
        if scenario.equal is equal and scenario.name in results
    ]
    return [own for own in found if own is not None and own.intervals >= FEWEST]


def verdict(found: Sequence[float], expected: float | None) -> str:
    """Where the mean coverage stands beside what is expected of it."""
    if not found:
        return "not run"
    if expected is None:
        return "nothing expected"
    above = round(fmean(found) - expected, 1)
    if abs(above) <= TOLERANCE:
        return "as expected"
    return f"{abs(above):.1f} points {'more' if above > 0 else '**fewer**'}"


def _summary(results: Results) -> str:
    rows = []
    for recipe in RECIPES:
        for equal, expected in ((True, recipe.equal), (False, recipe.unequal)):
            found = coverages(recipe, results, equal=equal)
            alarms = [100 * own.detected / own.intervals for own in _tallies(recipe, results, equal=True)]
            rows.append(
                [
                    recipe.label if equal else "",
                    "equal" if equal else "not equal",
                    f"{fmean(found):.1f} ({min(found):.1f})" if found else "",
                    "" if expected is None else f"{expected:.1f}",
                    verdict(found, expected),
                    f"{fmean(alarms):.1f} %" if equal and recipe.gap and alarms else "",
                ]
            )
    headings = ("Interval of", "Groups", "Covered, %", "Expected, %", "Verdict", "False alarms")
    return _table(headings, rows)


def _populations() -> str:
    rows = [
        [
            scenario.name,
            " / ".join(map(str, scenario.sizes)),
            f"{scenario.prevalence:.0%}".replace("%", " %"),
            f"{scenario.aucs[0]:.2f}"
            if scenario.equal
            else " / ".join(f"{auc:.2f}" for auc in scenario.aucs),
            f"{scenario.positives_spread:g}",
            str(scenario.visits),
        ]
        for scenario in SCENARIOS
    ]
    return _table(
        ("Name", "Rows", "Positives", "True AUC", "Spread of positives' scores", "Rows per patient"), rows
    )


def _by_scenario(recipe: Recipe, results: Results) -> str:
    rows = [
        _row(scenario, recipe, results[scenario.name])
        for scenario in SCENARIOS
        if scenario.name in results and recipe.name in results[scenario.name].recipes
    ]
    if not rows:
        return "Not run."
    return _table(("Scenario", "Intervals", "Covered, %", "Too high, %", "Detected, %", "Mean width"), rows)


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


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, its first column to the left and the others to the right."""
    rule = [":--", *["--:"] * (len(headings) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (headings, rule, *rows))
