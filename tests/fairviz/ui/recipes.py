"""Finished runs of recipes, made by hand."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fairviz.evaluation.report import FairnessReport
from fairviz.recipes import RECIPES, Recipe
from fairviz.reports.run import Run
from fairviz.training.runs import RunSpec, run_labels
from fairviz.ui.findings import Result, results
from fairviz.ui.modulationseries import Steps
from fairviz.ui.recipeended import Ended
from fairviz.ui.recipewords import READERS
from fairviz.ui.series import Axes
from models.specs import TrainingSpec
from tests.fairviz.small import small_spec
from tests.fairviz.ui.made import report_json, run

TASK = small_spec().model_copy(update={"sensitive": ("sex", "race")})
Reported = Callable[[RunSpec], FairnessReport]


def recipe(name: str) -> Recipe:
    return next(own for own in RECIPES if own.name == name)


def two_attributes(
    auc: float = 0.8, *, sex: float | None = 0.1, race: float | None = 0.1, **changes: Any
) -> FairnessReport:
    """A report with the gaps of two attributes."""
    one, other = (report_json(auc, gap)["attributes"]["sex"] for gap in (sex, race))
    more = {"auc_gap_floor": 0.06, "auc_gap_floor_95": 0.12}
    attributes = {"sex": {**one, **more}, "race": {**other, **more}}
    return FairnessReport.from_json(report_json(auc, **{"attributes": attributes, **changes}))


def steady(spec: RunSpec) -> FairnessReport:
    """The same on average with every method; seeds differ, and each method's in another order."""
    turn = zlib.crc32(repr((spec.method, spec.parameters, spec.training)).encode())
    luck = (0.0, 0.004, -0.004)[(spec.seed + turn) % 3]
    return two_attributes(0.8 + luck, sex=0.1 + luck, race=0.1 - luck)


def finished(name: str, reported: Reported = steady, seeds: int = 3) -> list[Run]:
    """Runs of a recipe, all finished."""
    specs = recipe(name).build(seeds, TrainingSpec(epochs=3))
    return [
        replace(
            run(number, spec.method, spec.seed, test=reported(spec)),
            label=label,
            spec=spec.model_dump(mode="json"),
        )
        for number, (label, spec) in enumerate(zip(run_labels(specs), specs, strict=True))
    ]


def ended(
    name: str,
    runs: Sequence[Run],
    *,
    attribute: str = "sex",
    steps: Mapping[str, Steps] | None = None,
    found: Sequence[Result] | None = None,
) -> Ended:
    """What the reading of a recipe is made of."""
    own = results(runs, "test") if found is None else found
    return Ended(runs, own, Axes("auc", READERS[name].gap, attribute), TASK, steps or {})


def told(name: str, runs: Sequence[Run], **known: Any) -> str:
    """The sentences of a reading as a person sees them, stars aside."""
    text = " ".join(READERS[name].read(ended(name, runs, **known)).sentences)
    return text.replace("\\", "").replace("\u2060", "")


def rows(name: str, runs: Sequence[Run], **known: Any) -> list[dict[str, str]]:
    """The table of a reading."""
    return [dict(row) for row in READERS[name].read(ended(name, runs, **known)).rows]
