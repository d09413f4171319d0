"""The page of what was found: Markdown from stored results, the same bytes every time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.simulation import family_tables, gap_tables
from tests.simulation.expected import FEWEST, TOLERANCE
from tests.simulation.families import FAMILIES
from tests.simulation.gap_tables import RECIPES
from tests.simulation.jobs import JOBS
from tests.simulation.results import ScenarioResult
from tests.simulation.two_models import MODEL, ROW, RUN

FOLDER: Final = Path(__file__).resolve().parent
PAGE: Final = "README.md"

Results = Mapping[str, ScenarioResult]

_INTRODUCTION: Final = """\
# How often intervals hold the truth, and tests err

Every number on this page comes from the runs in `results/`: tables drawn from populations in which the truth
is known, each reported on as a run's test rows are.

```
python -m tests.simulation run     # draws and counts, and stores the counts; --only NAME ... for a part
python -m tests.simulation page    # makes this page of them
```"""

_HOW_TO_READ: Final = f"""\
## How to read

- Intervals are nominal 95 % intervals, tests are at 5 %. *Covered*: share of intervals that hold the true
  value, mean over scenarios, and in brackets the lowest.
- *Found*: share over all scenarios of a line, and in brackets the lowest and the highest of them.
- *±*: Monte-Carlo error, what the number of repetitions leaves open: about two standard errors of the share.
- *Expected*: what an earlier simulation of the same recipes found, in populations like these (*earlier*), or
  what a recipe promises (*nominal*). In brackets: found elsewhere, but a matter of the population, so that
  there is nothing to judge.
- *Verdict*: computed. A figure is compared with the mean over scenarios, a range or a maximum with every
  scenario; {TOLERANCE:g} points outside are allowed.
- *Groups equal*: every gap is truly 0. Then an interval that does not hold 0 detects a difference that is not
  there, and *false alarms* counts these. A gap between groups that differ is covered more often than 95 times
  in 100: its interval is careful.
- A group of fewer than ten cases enters no gap; a gap of fewer than two groups has no interval. Scenarios
  with fewer than {FEWEST} intervals or tests are left out of means."""

_POPULATIONS: Final = f"""\
## Populations of two models

Scores of both models are normal in both outcomes and share {ROW:.0%} of their variance; seeds of one model
share {ROW + MODEL:.0%}, and {RUN:.0%} is a run's own. *SD over seeds*: of a group's true AUC.

""".replace("%", " %")


def render(results: Results) -> str:
    """The page."""
    parts = [_INTRODUCTION, _made(results), _HOW_TO_READ]
    parts.append("## Intervals in a report\n\n" + gap_tables.summary(results))
    parts += [family_tables.section(family, results) for family in FAMILIES]
    parts.append(_POPULATIONS + family_tables.populations())
    parts.append("## Intervals in a report, by scenario\n\n" + gap_tables.populations())
    parts += [f"### {recipe.label}\n\n{gap_tables.by_scenario(recipe, results)}" for recipe in RECIPES]
    return "\n\n".join(parts) + "\n"


def write(results: Results, folder: Path = FOLDER) -> Path:
    """Write the page."""
    path = folder / PAGE
    path.write_text(render(results), encoding="utf-8")
    return path


def _made(results: Results) -> str:
    """What the results are of, and what is missing."""
    absent = [job.name for job in JOBS if job.name not in results]
    minutes = sum(result.seconds for result in results.values()) / 60
    repetitions = sorted({result.repetitions for result in results.values()})
    each = " or ".join(f"{own:,}" for own in repetitions) or "0"
    told = (
        f"{len(results)} scenarios, {each} repetitions each, in {minutes:.0f} minutes, summed over processes."
    )
    return f"{told} Not run: {', '.join(absent)}." if absent else told
