"""Where each study's tables come from: samples, files beside the repository, fresh draws of a planted set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import pandas as pd
import pytest

from fairviz.data.samples import sample
from fairviz.data.specs import ModalitySpec, SplitSpec, TaskSpec
from fairviz.data.synthetic.glaucoma import CUP, FIELD, RECORD, make_glaucoma
from fairviz.errors import NotFoundError
from tests.conftest import _shared
from tests.effect.pictures import PIXELS, as_images, columns_of

TASKS: Final = Path(__file__).resolve().parent / "tasks"
# Defaults were chosen on draws below: evidence comes from others.
FIRST_DRAW: Final = 5_000
# Of a value on average: a column of measured numbers would tell everything by being different in every row.
_FEWEST_REPEATS: Final = 10
WIDTHS: Final = {"cup": CUP, "field": FIELD, "record": RECORD}


@dataclass(frozen=True)
class Problem:
    """A table on disk and the task put to it, whose ``dataset`` is still to be filled in."""

    table: Path
    task: TaskSpec


@dataclass(frozen=True)
class Places:
    """Where to write tables that are drawn, and where files of real data are, None where nowhere."""

    scratch: Path
    data: Path | None


class Source(Protocol):
    """Hands out the table of a draw; a source with one table gives it for every draw."""

    def problem(self, draw: int, places: Places) -> Problem:
        """The table of a draw and its task.

        Raises:
            NotFoundError: if the file is not there.
        """


@dataclass(frozen=True)
class Sample:
    """A dataset that comes with FairViz, with its ready task.

    Attributes:
        sensitive: the attributes to compare, None for the task's own.
    """

    name: str
    sensitive: tuple[str, ...] | None = None

    def problem(self, draw: int, places: Places) -> Problem:  # noqa: ARG002  (one table, always there)
        """The sample."""
        chosen = sample(self.name)
        task = chosen.task()
        changes = {} if self.sensitive is None else {"sensitive": self.sensitive}
        return Problem(chosen.table_path, task.model_copy(update=changes))


@dataclass(frozen=True)
class RealFile:
    """A file beside the repository, with a task of ``tasks/`` after its card."""

    name: str

    def problem(self, draw: int, places: Places) -> Problem:  # noqa: ARG002  (one table)
        """The file."""
        file = f"{self.name}.parquet"
        if places.data is None or not (places.data / file).is_file():
            raise NotFoundError(
                file,
                expected="a file of real data",
                found="none" if places.data is None else f"none in {places.data}",
                remedy="Name the folder that holds it with --data.",
            )
        task = TaskSpec.from_json((TASKS / f"{self.name}.json").read_text(encoding="utf-8"))
        return Problem(places.data / file, task)


@dataclass(frozen=True)
class Planted:
    """The synthetic glaucoma set, drawn afresh for every draw.

    Attributes:
        rows: training, validation and test rows.
        modalities: those that are inputs.
        attributes: sensitive attributes.
        null: the control without any disparity.
        rare: share of rows to which Black patients are thinned out, None to leave them as they are.
        images: whether cup and field are seen as coarse pixels of rendered images.
    """

    rows: tuple[int, int, int] = (6_000, 2_000, 6_000)
    modalities: tuple[str, ...] = tuple(WIDTHS)
    attributes: tuple[str, ...] = ("race",)
    null: bool = False
    rare: float | None = None
    images: bool = False

    def problem(self, draw: int, places: Places) -> Problem:
        """A table of this draw alone, split by a seed of its own."""
        path = places.scratch / f"glaucoma-{draw}.parquet"
        self.table(draw).to_parquet(path, index=False)
        return Problem(path, self._task(draw))

    def table(self, draw: int) -> pd.DataFrame:
        """As many rows as are asked for."""
        wanted, seed = sum(self.rows), FIRST_DRAW + draw
        if self.images:
            return as_images(make_glaucoma(wanted, seed=seed, null=self.null), seed)
        if self.rare is None:
            return make_glaucoma(wanted, seed=seed, null=self.null)
        # Black patients are .18 of a draw: half as many rows again leave enough of the others.
        return thinned(make_glaucoma(wanted * 3 // 2, seed=seed, null=self.null), wanted, self.rare)

    def _task(self, draw: int) -> TaskSpec:
        train, validation, test = (rows / sum(self.rows) for rows in self.rows)
        return TaskSpec(
            name="Planted glaucoma",
            dataset="",
            outcome="glaucoma",
            positive="1",
            sensitive=self.attributes,
            modalities=tuple(
                ModalitySpec(name=name, columns=tuple(self._columns(name))) for name in self.modalities
            ),
            split=SplitSpec(train=train, validation=validation, test=test, seed=draw),
            public=True,
        )

    def _columns(self, modality: str) -> list[str]:
        if self.images and modality in PIXELS:
            return columns_of(modality)
        return [f"{modality}_{at + 1:02d}" for at in range(WIDTHS[modality])]


def thinned(frame: pd.DataFrame, rows: int, share: float) -> pd.DataFrame:
    """The first rows of a table with Black patients left out until they are this share of the rest."""
    black = (frame["race"] == "Black").to_numpy()
    kept = round(share * rows)
    chosen = np.concatenate([np.flatnonzero(black)[:kept], np.flatnonzero(~black)[: rows - kept]])
    return frame.iloc[np.sort(chosen)].reset_index(drop=True)


def attributes_told(frame: pd.DataFrame, task: TaskSpec) -> tuple[str, ...]:
    """Sensitive attributes that are inputs, or follow from one, as an age band does from the age."""
    inputs = [column for modality in task.modalities for column in modality.columns]
    return tuple(
        name
        for name in task.sensitive
        if name in inputs or any(_tells(frame, column, name) for column in inputs)
    )


def _tells(frame: pd.DataFrame, column: str, attribute: str) -> bool:
    """Whether rows that agree in a column agree in an attribute, and enough rows agree for that to count."""
    repeats = frame[column].nunique() * _FEWEST_REPEATS <= len(frame)
    return bool(repeats and frame.groupby(column)[attribute].nunique().max() == 1)


def real_data() -> Path | None:
    """The folder of real data that tests use; None where there is none."""
    try:
        return _shared("data")
    except pytest.skip.Exception:
        return None
