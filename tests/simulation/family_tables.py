"""Tables of the recipes for comparisons: what was found, beside what is claimed."""

from __future__ import annotations

from collections.abc import Mapping

from tests.simulation import evidence, few_positives, seeds
from tests.simulation.claims import Family, Line
from tests.simulation.expected import FEWEST, monte_carlo_error, percent, pooled, verdict
from tests.simulation.markdown import table
from tests.simulation.results import ScenarioResult, Share

Results = Mapping[str, ScenarioResult]


def section(family: Family, results: Results) -> str:
    """One family: its title, what it is about, its table, and the scenarios that are counted."""
    names = dict.fromkeys(name for line in family.lines for name in line.scenarios)
    headings = ("Share", "Of", "Found, %", "±", "Expected, %", "Source", "Verdict")
    rows = [_row(line, results) for line in family.lines]
    return "\n\n".join(
        [f"## {family.title}", family.words, table(headings, rows), f"Scenarios: {', '.join(names)}."]
    )


def _shares(line: Line, results: Results) -> list[Share]:
    """The line's share in each scenario that has enough to count."""
    found = [results[name].shares.get(line.recipe) for name in line.scenarios if name in results]
    return [own for own in found if own is not None and own.of >= FEWEST]


def judged(line: Line, results: Results) -> list[float]:
    """What the verdict is on: with a figure the share over all scenarios, with a range that of each."""
    shares = _shares(line, results)
    if line.expected is not None and line.expected.is_figure and shares:
        return [percent(pooled(shares))]
    return [percent(own) for own in shares]


def _row(line: Line, results: Results) -> list[str]:
    shares = _shares(line, results)
    everything = pooled(shares)
    expected = line.expected
    return [
        line.label,
        str(everything.of),
        _found(shares),
        f"{monte_carlo_error(everything):.1f}" if shares else "",
        str(expected) if expected else line.told and f"({line.told})",
        expected.source if expected else "",
        verdict(judged(line, results), expected),
    ]


def _found(shares: list[Share]) -> str:
    """The share over all scenarios and, of several, the lowest and the highest."""
    if not shares:
        return ""
    each = [percent(own) for own in shares]
    spread = f" ({min(each):.1f} to {max(each):.1f})" if len(each) > 1 else ""
    return f"{percent(pooled(shares)):.1f}{spread}"


def populations() -> str:
    """What tables of two models are drawn from."""
    rows = [
        [
            own.name,
            " / ".join(map(str, own.sizes)),
            f"{100 * own.prevalence:.0f} %",
            _aucs(own.old),
            "the same" if own.alike else _aucs(own.new),
            str(own.seeds),
            f"{own.seed_sd:g}",
        ]
        for own in (*evidence.SCENARIOS, *seeds.SCENARIOS, *few_positives.SCENARIOS)
    ]
    headings = ("Name", "Rows", "Positives", "AUC, old", "AUC, new", "Seeds", "SD over seeds")
    return table(headings, rows)


def _aucs(aucs: tuple[float, ...]) -> str:
    """One where all groups have the same."""
    return " / ".join(f"{auc:.2f}" for auc in (aucs if len(set(aucs)) > 1 else aucs[:1]))
