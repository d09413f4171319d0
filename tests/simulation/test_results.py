from __future__ import annotations

from pathlib import Path

from tests.simulation.results import ScenarioResult, Tally, keep, load_results

RESULT = ScenarioResult(
    name="made-up",
    repetitions=10,
    seconds=1.5,
    recipes={"auc_gap": Tally(intervals=10, covered=9, too_high=1, detected=1, width=0.25)},
)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    keep(RESULT, tmp_path / "results")
    assert load_results(tmp_path / "results") == {"made-up": RESULT}


def test_nothing_kept_is_no_result(tmp_path: Path) -> None:
    assert load_results(tmp_path) == {}
