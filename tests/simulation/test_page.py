from __future__ import annotations

from pathlib import Path

from tests.simulation.expected import percent
from tests.simulation.families import FAMILIES
from tests.simulation.gap_tables import RECIPES, coverages
from tests.simulation.jobs import JOBS
from tests.simulation.page import FOLDER, PAGE, render, write
from tests.simulation.results import FOLDER as RESULTS
from tests.simulation.results import ScenarioResult, Share, Tally, load_results
from tests.simulation.scenarios import SCENARIOS

SHARES = {line.recipe for family in FAMILIES for line in family.lines}


def _made_up(name: str, covered: int, intervals: int = 600) -> ScenarioResult:
    own = Tally(
        intervals=intervals,
        covered=covered,
        too_high=intervals - covered,
        detected=intervals - covered,
        width=0.1,
    )
    if name in {scenario.name for scenario in SCENARIOS}:
        recipes = {recipe.name: own for recipe in RECIPES}
        return ScenarioResult(name=name, repetitions=600, seconds=60, recipes=recipes)
    shares = dict.fromkeys(SHARES, Share(of=intervals, hits=covered))
    return ScenarioResult(name=name, repetitions=1000, seconds=60, shares=shares)


MADE_UP = {job.name: _made_up(job.name, 570 + place % 3) for place, job in enumerate(JOBS)}


def test_the_committed_page_is_what_the_committed_results_make() -> None:
    there = (FOLDER / PAGE).read_text(encoding="utf-8")
    assert there == render(load_results(RESULTS)), "run: python -m tests.simulation page"


def test_committed_results_are_of_scenarios_that_exist() -> None:
    assert set(load_results(RESULTS)) <= {job.name for job in JOBS}


def test_every_scenario_and_recipe_is_on_the_page() -> None:
    page = render(MADE_UP)
    assert all(f"\n| {own.name} |" in page for own in SCENARIOS)
    assert all(f"### {recipe.label}\n\n| Scenario" in page for recipe in RECIPES)
    for line in (line for family in FAMILIES for line in family.lines):
        assert f"\n| {line.label} | {600 * len(line.scenarios)} | 9" in page
    assert all(page.count(job.name) for job in JOBS)
    assert "1,000 repetitions each" in page
    assert "not run" not in page.lower()


def test_what_was_not_run_is_said() -> None:
    first = JOBS[0].name
    page = render({first: MADE_UP[first]})
    assert f"Not run: {JOBS[1].name}, " in page
    assert first not in page.split("Not run: ")[1].split(".")[0].split(", ")
    assert all(f"| {line.label} | 0 |" in page for family in FAMILIES for line in family.lines)


def test_few_intervals_are_left_out_of_means() -> None:
    equal = [own.name for own in SCENARIOS if own.equal]
    results = {equal[0]: _made_up(equal[0], 540), equal[1]: _made_up(equal[1], 20, intervals=99)}
    assert [percent(own) for own in coverages(RECIPES[0], results, equal=True)] == [90.0]


def test_the_page_is_written(tmp_path: Path) -> None:
    assert write(MADE_UP, tmp_path).read_text(encoding="utf-8") == render(MADE_UP)
