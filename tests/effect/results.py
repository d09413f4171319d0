"""What is kept of a study: everything the page says, and no more, as JSON.

Metrics have flat names: "auc" of all rows, "race|auc_gap" of an attribute, "race|auc|Black" of a group.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict

from tests.effect.experiments import Arm
from tests.effect.intervals import FloatArray, Interval

FOLDER: Final = Path(__file__).resolve().parent / "results"
# Of a metric at one seed, and of a change and its limits.
DECIMALS: Final = 4
CHANGE_DECIMALS: Final = 5


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ArmResult(_Kept):
    """An arm's finished runs.

    Attributes:
        label: of the arm, as charts and tables show it.
        method, parameters, long: what was trained; all of the method's hyperparameters.
        seeds: of the finished runs, in the order of every list below.
        test: metrics on test rows by flat name, one per seed; None where not estimable.
        validation: the same on validation rows.
        difference: change against the reference, by flat name; only where both are estimable.
        relative: the same as a share of the reference.
        front: by attribute, AUC less that of the regularisation front at the same soft gap.
        collapsed: on how many seeds it no longer tells patients apart.
    """

    label: str
    method: str
    parameters: Mapping[str, Any]
    long: bool
    seeds: tuple[int, ...]
    test: Mapping[str, tuple[float | None, ...]]
    validation: Mapping[str, tuple[float | None, ...]]
    difference: Mapping[str, Interval] = {}
    relative: Mapping[str, Interval] = {}
    front: Mapping[str, Interval] = {}
    collapsed: int = 0

    def is_arm(self, arm: Arm) -> bool:
        """Whether these are an arm's runs; a hyperparameter it has gained since then is no difference."""
        wanted = arm.parameters
        own = all(wanted.get(name) == value for name, value in self.parameters.items())
        return own and (self.method, self.long) == (arm.method, arm.long)

    def mean(self, key: str) -> float | None:
        """Mean over seeds of a metric on test rows; None unless it is estimable on every seed."""
        return mean_of(self.test.get(key, ()))

    def validated(self, key: str) -> float | None:
        """The same on validation rows."""
        return mean_of(self.validation.get(key, ()))


class GroupSize(_Kept):
    """A group's test rows, of one table."""

    rows: int
    positives: int


class StudyResult(_Kept):
    """A study's arms and what they were trained on.

    Attributes:
        seeds_share: what seeds have in common, in words.
        rows: training, validation and test rows of a table.
        groups: by attribute and group, its test rows; of the last table where each seed has its own.
        modalities: inputs, by name.
        attributes_told: sensitive attributes that are inputs, or follow from one.
        failures: what went wrong with runs that are missing.
    """

    name: str
    title: str
    seeds_share: str
    epochs: int
    batch_size: int
    rows: tuple[int, int, int]
    groups: Mapping[str, Mapping[str, GroupSize]]
    modalities: tuple[str, ...]
    attributes_told: tuple[str, ...]
    minutes: float
    failures: tuple[str, ...]
    arms: tuple[ArmResult, ...]

    def find(self, arm: Arm) -> ArmResult | None:
        """The runs of an arm, None where it was not trained."""
        return next((kept for kept in self.arms if kept.is_arm(arm)), None)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Sensitive attributes, in the task's order."""
        return tuple(self.groups)

    def to_json(self) -> str:
        """JSON with a line per arm: compact, and a change shows where it is."""
        record = self.model_dump(mode="json", exclude={"arms"})
        head = json.dumps(record, indent=1, ensure_ascii=False).removesuffix("\n}")
        arms = ",\n".join(
            json.dumps(arm.model_dump(mode="json"), separators=(",", ":"), ensure_ascii=False)
            for arm in self.arms
        )
        return f'{head},\n "arms": [\n{arms}\n]\n}}\n'


def mean_of(values: Sequence[float | None]) -> float | None:
    """Mean of values that are all there."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else None


def rounded(values: Sequence[float | None] | FloatArray) -> tuple[float | None, ...]:
    """Values as they are kept."""
    return tuple(None if value is None else round(float(value), DECIMALS) for value in values)


def rounded_interval(interval: Interval) -> Interval:
    """An interval as it is kept."""
    return Interval(*(round(float(value), CHANGE_DECIMALS) for value in interval))


def load_results(folder: Path = FOLDER) -> dict[str, StudyResult]:
    """Every study that was kept, by name."""
    studies = [
        StudyResult.model_validate_json(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    ]
    return {study.name: study for study in studies}


def keep(result: StudyResult, folder: Path = FOLDER) -> Path:
    """Write a study's file; it replaces an earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.name}.json"
    path.write_text(result.to_json(), encoding="utf-8")
    return path
