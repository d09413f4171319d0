from __future__ import annotations

from functools import cache

import pytest

from tests.simulation.claims import Family, Line
from tests.simulation.expected import Expected
from tests.simulation.families import FAMILIES
from tests.simulation.family_tables import judged, section
from tests.simulation.jobs import JOBS
from tests.simulation.results import ScenarioResult, Share

BY_NAME = {job.name: job for job in JOBS}


@cache
def _run(name: str) -> ScenarioResult:
    return BY_NAME[name].run(2)


def _result(name: str, of: int, hits: int) -> ScenarioResult:
    return ScenarioResult(name=name, repetitions=of, seconds=1, shares={"own": Share(of=of, hits=hits)})


RESULTS = {own.name: own for own in (_result("a", 1000, 50), _result("b", 1000, 10), _result("few", 99, 99))}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda own: own.title)
def test_every_scenario_of_a_line_makes_its_share(family: Family) -> None:
    for line in family.lines:
        for name in line.scenarios:
            assert line.recipe in _run(name).shares, line.label


def test_everything_that_is_counted_is_on_the_page() -> None:
    lines = [line for family in FAMILIES for line in family.lines]
    counted = {recipe for line in lines for name in line.scenarios for recipe in _run(name).shares}
    assert counted == {line.recipe for line in lines}


def test_labels_of_a_family_differ_and_what_is_told_is_not_judged() -> None:
    for family in FAMILIES:
        assert len({line.label for line in family.lines}) == len(family.lines)
        assert not any(line.told and line.expected for line in family.lines)


def test_a_figure_is_judged_over_all_scenarios_and_a_range_in_each() -> None:
    line = Line("made up", "own", ("a", "b", "few"), Expected.figure(3))
    assert judged(line, RESULTS) == [3.0]
    assert judged(Line("made up", "own", line.scenarios, Expected(0, 3)), RESULTS) == [5.0, 1.0]
    assert judged(Line("made up", "own", ("few", "absent"), Expected(0, 3)), RESULTS) == []


def test_a_section_has_counts_error_and_verdict() -> None:
    lines = (
        Line("first", "own", ("a", "b"), Expected(0, 2)),
        Line("second", "own", ("a",), told="60"),
        Line("third", "own", ("few",), Expected(1, 4)),
    )
    said = section(Family("Made up", "Words.", lines), RESULTS)
    assert said.startswith("## Made up\n\nWords.\n\n| Share ")
    assert "| first | 2000 | 3.0 (1.0 to 5.0) | 0.8 | at most 2 | earlier | **3.0 points above** |" in said
    assert "| second | 1000 | 5.0 | 1.4 | (60) |  | not judged |" in said
    assert "| third | 0 |  |  | 1 to 4 | earlier | not run |" in said
    assert said.endswith("Scenarios: a, b, few.")
