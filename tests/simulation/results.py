"""What is kept of a scenario, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

FOLDER: Final = Path(__file__).resolve().parent / "results"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tally(_Kept):
    """What the intervals of one recipe did.

    Attributes:
        intervals: how many there were; a gap that is not estimable has none.
        covered: of these, how many held the truth.
        too_high: how many lay above it.
        detected: how many say that a difference is detected.
        width: mean distance between both limits.
    """

    intervals: int
    covered: int
    too_high: int
    detected: int
    width: float


class Share(_Kept):
    """How often something happened.

    Attributes:
        of: how often it could have.
        hits: how often it did.
    """

    of: int
    hits: int


class ScenarioResult(_Kept):
    """A scenario's counts by recipe: of intervals of gaps tallies, of everything else shares."""

    name: str
    repetitions: int
    seconds: float
    recipes: Mapping[str, Tally] = {}
    shares: Mapping[str, Share] = {}


def load_results(folder: Path = FOLDER) -> dict[str, ScenarioResult]:
    """Every scenario that was kept, by name."""
    kept = [
        ScenarioResult.model_validate_json(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    ]
    return {result.name: result for result in kept}


def keep(result: ScenarioResult, folder: Path = FOLDER) -> Path:
    """Write a scenario's file; it replaces an earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.name}.json"
    path.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return path
