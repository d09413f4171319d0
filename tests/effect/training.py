"""Trains the arms of a study as a person would: in a workbench, here with a home that is gone afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairviz.config import Settings
from fairviz.data.groups import Attribute
from fairviz.data.prepare import PreparedData
from fairviz.data.specs import TaskSpec
from fairviz.evaluation.report import FairnessReport
from fairviz.jobs.progress import Progress
from fairviz.reports.run import Run
from fairviz.workbench import Workbench
from tests.effect.experiments import Arm, Rows, Study
from tests.effect.intervals import FloatArray
from tests.effect.problems import Places, attributes_told

_SECONDS_BETWEEN_LINES = 15.0

Tell = Callable[[str], None]


@dataclass(frozen=True)
class HeldOut:
    """Labels [N] and sensitive attributes of the test rows of one table."""

    labels: NDArray[np.int64]
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True)
class Trained:
    """One finished run.

    Attributes:
        test: report on test rows.
        validation: report on validation rows.
        scores: [N] probabilities of the test rows.
    """

    arm: Arm
    seed: int
    test: FairnessReport
    validation: FairnessReport
    scores: FloatArray
    rows: HeldOut

    @property
    def draws_lots(self) -> bool:
        """Whether decisions are not made at a threshold; the scores are then the chance of a positive one."""
        return self.test.value("threshold") is None


@dataclass(frozen=True)
class Training:
    """All of a study that finished.

    Attributes:
        data: a table of it, prepared.
        attributes_told: sensitive attributes that inputs give away.
        failures: what went wrong with runs that are missing.
    """

    runs: tuple[Trained, ...]
    data: PreparedData
    attributes_told: tuple[str, ...]
    failures: tuple[str, ...]


def train_study(study: Study, places: Places, *, workers: int, tell: Tell) -> Training:
    """Train every arm of a study.

    Raises:
        NotFoundError: if the study's data are not there.
    """
    parts = [
        _train_table(study, seeds, places, workers=workers, tell=tell) for seeds in _seeds_by_table(study)
    ]
    return Training(
        runs=tuple(run for part in parts for run in part.runs),
        data=parts[-1].data,
        attributes_told=parts[-1].attributes_told,
        failures=tuple(dict.fromkeys(failure for part in parts for failure in part.failures)),
    )


def _train_table(study: Study, seeds: Sequence[int], places: Places, *, workers: int, tell: Tell) -> Training:
    """Train the seeds that share a table, as one comparison: what differs in numbers alone shares packs."""
    with TemporaryDirectory(dir=places.scratch) as folder:
        problem = study.source.problem(seeds[0], replace(places, scratch=Path(folder)))
        changes = {"home": Path(folder), "workers": workers}
        with Workbench(settings=Settings.from_environment().model_copy(update=changes)) as bench:
            dataset = bench.add_dataset(problem.table)
            task = bench.create_task(_task(study, seeds[0], problem.task, dataset.id))
            pairs = [(arm, seed) for arm in study.arms for seed in seeds if seed < _count(arm, study)]
            comparison = bench._submit(task.id, [arm.run(seed, study.training) for arm, seed in pairs])
            name = study.name if study.rows is Rows.ONE_SPLIT else f"{study.name}, seed {seeds[0]}"
            ended = bench.wait(comparison, on_progress=_teller(name, tell))
            data = bench.prepared(task.id)
            runs = [
                _trained(arm, seed, record, bench, data)
                for (arm, seed), record in zip(pairs, bench.runs(comparison), strict=True)
                if record.test is not None
            ]
            told = attributes_told(bench.table(dataset.id), data.task)
            return Training(tuple(runs), data, told, sentences(ended.message))


def _task(study: Study, seed: int, task: TaskSpec, dataset: str) -> TaskSpec:
    """A problem's task on the dataset that was kept, with a split of its own where every seed has one."""
    changes: dict[str, Any] = {"dataset": dataset}
    if study.rows is Rows.SPLITS:
        changes["split"] = task.split.model_copy(update={"seed": seed})
    return task.model_copy(update=changes)


def sentences(message: str) -> tuple[str, ...]:
    """The sentences of a message, each once: every seed of a method fails for the same reason."""
    return tuple(dict.fromkeys(part.rstrip(".") + "." for part in message.split(". ") if part))


def _count(arm: Arm, study: Study) -> int:
    return study.seeds if arm.seeds is None else arm.seeds


def _seeds_by_table(study: Study) -> list[Sequence[int]]:
    """The seeds trained together: all of them, or each on its own table or split."""
    seeds = range(max(_count(arm, study) for arm in study.arms))
    return [seeds] if study.rows is Rows.ONE_SPLIT else [[seed] for seed in seeds]


def _trained(arm: Arm, seed: int, record: Run, bench: Workbench, data: PreparedData) -> Trained:
    rows = data.split.test
    assert record.test is not None
    assert record.validation is not None
    return Trained(
        arm=arm,
        seed=seed,
        test=record.test,
        validation=record.validation,
        scores=bench.store.scores(record.id)[rows].astype(np.float64).reshape(len(rows)),
        rows=HeldOut(
            data.labels[rows],
            tuple(replace(attribute, codes=attribute.codes[rows]) for attribute in data.attributes),
        ),
    )


def _teller(name: str, tell: Tell) -> Callable[[Progress], None]:
    """Tells how far a comparison is, now and then."""
    last = time.monotonic()

    def on_progress(progress: Progress) -> None:
        nonlocal last
        if progress.seconds_left is not None and time.monotonic() - last > _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            tell(f"{name}: {progress.share:.0%}, about {progress.seconds_left / 60:.1f} min left")

    return on_progress
