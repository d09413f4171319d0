from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.page import FOLDER, PAGE, RECIPES, coverages, render, verdict, write
from tests.simulation.results import FOLDER as RESULTS
from tests.simulation.results import ScenarioResult, Tally, load_results
from tests.simulation.scenarios import SCENARIOS


def _made_up(name: str, covered: int, intervals: int = 600) -> ScenarioResult:
    own = Tally(
        intervals=intervals,
        covered=covered,
        too_high=intervals - covered,
        detected=intervals - covered,
        width=0.1,
    )
    return ScenarioResult(
        name=name, repetitions=600, seconds=60, recipes={recipe.name: own for recipe in RECIPES}
    )


MADE_UP = {own.name: _made_up(own.name, 570 + place % 3) for place, own in enumerate(SCENARIOS)}


def test_the_committed_page_is_what_the_committed_results_make() -> None:
    there = (FOLDER / PAGE).read_text(encoding="utf-8")
    assert there == render(load_results(RESULTS)), "run: python -m tests.simulation page"


def test_committed_results_are_of_scenarios_that_exist() -> None:
    assert set(load_results(RESULTS)) <= {own.name for own in SCENARIOS}


def test_every_scenario_and_recipe_is_on_the_page() -> None:
    page = render(MADE_UP)
    assert all(f"\n| {own.name} |" in page for own in SCENARIOS)
    assert all(f"### {recipe.label}\n\n| Scenario" in page for recipe in RECIPES)
    assert "Not run" not in page


def test_what_was_not_run_is_said() -> None:
    first = SCENARIOS[0].name
    page = render({first: MADE_UP[first]})
    assert f"Not run: {SCENARIOS[1].name}, " in page
    assert first not in page.split("Not run: ")[1].split(".")[0]


@pytest.mark.parametrize(
    ("found", "expected", "said"),
    [
        ([94.0, 97.0], 95.0, "as expected"),
        ([92.9], 95.0, "2.1 points **fewer**"),
        ([98.0], 95.0, "3.0 points more"),
        ([], 95.0, "not run"),
        ([96.0], None, "nothing expected"),
    ],
)
def test_verdicts(found: list[float], expected: float | None, said: str) -> None:
    assert verdict(found, expected) == said


def test_few_intervals_are_left_out_of_means() -> None:
    equal = [own.name for own in SCENARIOS if own.equal]
    results = {equal[0]: _made_up(equal[0], 540), equal[1]: _made_up(equal[1], 20, intervals=99)}
    assert coverages(RECIPES[0], results, equal=True) == [90.0]


def test_the_page_is_written(tmp_path: Path) -> None:
    assert write(MADE_UP, tmp_path).read_text(encoding="utf-8") == render(MADE_UP)
