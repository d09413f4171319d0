"""The datasets that come with FairViz, as listed in sample_data/samples.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from fairviz.data.specs import TaskSpec
from fairviz.errors import NotFoundError

SAMPLE_FOLDER: Final = Path(__file__).resolve().parents[2] / "sample_data"
_REGISTRY: Final = "samples.json"


class Sample(BaseModel):
    """One dataset with its card and a task that is ready to train.

    Attributes:
        real: records of people, as against a synthetic table.
        gap_known: the size of the disparity was planted, so a method's answer can be checked.
        summary: one sentence on what it is for.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    table_path: Path
    card_path: Path
    task_path: Path
    real: bool
    gap_known: bool
    summary: str

    def task(self) -> TaskSpec:
        """Read the ready task."""
        return TaskSpec.from_json(self.task_path.read_text(encoding="utf-8"))


def samples(folder: Path = SAMPLE_FOLDER) -> tuple[Sample, ...]:
    """Return the samples of a folder, in the order of its list; none where there is no list."""
    registry = folder / _REGISTRY
    if not registry.is_file():
        return ()
    return tuple(_sample(folder, entry) for entry in json.loads(registry.read_text("utf-8")))


def sample(name: str, folder: Path = SAMPLE_FOLDER) -> Sample:
    """Return one sample.

    Raises:
        NotFoundError: no sample has this name.
    """
    known = {entry.name: entry for entry in samples(folder)}
    if name not in known:
        raise NotFoundError(
            f'sample "{name}"',
            expected=f"one of {', '.join(known) or 'none: the folder sample_data is absent'}",
            found="no such sample",
            remedy="Choose one of these, or give the path of a file.",
        )
    return known[name]


def _sample(folder: Path, entry: dict[str, Any]) -> Sample:
    name = entry["name"]
    return Sample(
        table_path=folder / f"{name}.parquet",
        card_path=folder / f"{name}.md",
        task_path=folder / f"{name}.json",
        **entry,
    )
