"""From options to a task."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from fairviz.cli.stages import counting, stage
from fairviz.cli.task_options import TaskOptions
from fairviz.cli.values import columns, pair
from fairviz.data.samples import sample, samples
from fairviz.data.specs import TaskSpec
from fairviz.errors import SettingError
from fairviz.store.records import DatasetRecord
from fairviz.workbench import Workbench


def task_of(bench: Workbench, asked: TaskOptions) -> str:
    """Id of the task that the options describe; the rows that a pretrained model reads are counted."""
    spec = spec_of(bench, asked)
    with stage("Checking the task"):
        task_id = bench.create_task(spec).id
    if any(modality.pretrained for modality in spec.modalities):
        with counting(Console(stderr=True)) as bar:
            shown = bar.add_task("Reading with a pretrained model")
            bench.prepared(task_id, lambda done, count: bar.update(shown, completed=done, total=count))
    return task_id


def spec_of(bench: Workbench, asked: TaskOptions) -> TaskSpec:
    """The task that the options describe; what they leave open is the sample's own or proposed."""
    spec = _of_options(bench, asked) if asked.task_file is None else _of_file(bench, asked, asked.task_file)
    spec = _with_models(spec, asked.pretrained or ())
    if asked.external is None:
        return spec
    return spec.model_copy(update={"external": _dataset(bench, asked.external).id})


def _with_models(spec: TaskSpec, items: Sequence[str]) -> TaskSpec:
    """The task with pretrained models by modality, from MODALITY=FOLDER."""
    models = dict(pair("--pretrained", item) for item in items)
    names = [modality.name for modality in spec.modalities]
    for name, model in models.items():
        if name not in names:
            raise SettingError(
                f"--pretrained {name}={model}",
                expected=f"one of the modalities {', '.join(names)}",
                found=f'"{name}"',
                remedy="Correct the name, or make the modality with --modality.",
            )
    return spec.with_models({own.name: own.pretrained for own in spec.modalities} | models)


def _dataset(bench: Workbench, data: str) -> DatasetRecord:
    """A sample's table, a file's, or a folder's; the files of a folder are counted as they are read."""
    path = sample(data).table_path if _is_sample(data) else Path(data)
    if not path.is_dir():
        with stage(f"Reading {path.name}"):
            return bench.add_dataset(path)
    with counting(Console(stderr=True)) as bar:
        shown = bar.add_task("Reading images")
        return bench.add_dataset(
            path, on_progress=lambda done, count: bar.update(shown, completed=done, total=count)
        )


def _of_file(bench: Workbench, asked: TaskOptions, file: Path) -> TaskSpec:
    """The task of a file, put to DATA, which may be another table with the same columns."""
    if asked.names_columns:
        raise SettingError(
            f"--task {file}",
            expected="a file that says all about the task",
            found="options that say it too",
            remedy="Change the file, or leave it out.",
        )
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"--task {file}",
            expected="a file that can be read as text",
            found="none",
            remedy="Name a file as the task command or the Data page saves it.",
        ) from error
    return TaskSpec.from_json(text).model_copy(update={"dataset": _dataset(bench, asked.data).id})


def _of_options(bench: Workbench, asked: TaskOptions) -> TaskSpec:
    """The task that options describe."""
    if _is_sample(asked.data) and not asked.names_columns:
        return bench.task_spec(bench.add_sample(asked.data).id)
    dataset = _dataset(bench, asked.data)
    named = [pair("--modality", item) for item in asked.modality or ()]
    sensitive = [*(asked.sensitive or ()), *asked.groups.attributes]
    with stage(f"Looking at {dataset.columns:,} columns of {dataset.rows:,} rows"):
        return bench.propose_task(
            dataset.id,
            outcome=asked.target,
            positive=asked.positive,
            sensitive=sensitive or None,
            modalities=[bench.modality(dataset.id, name, own.split(",")) for name, own in named] or None,
            drop=columns(asked.drop),
            use_sensitive=asked.use_sensitive,
            use_text=asked.use_text,
            group_id=asked.group_id,
            split_column=asked.split_column,
            groupings=asked.groups.groupings(),
        )


def _is_sample(data: str) -> bool:
    """Whether DATA names a sample; a file of that name comes first."""
    return not Path(data).exists() and data in {entry.name for entry in samples()}
