"""The command line: the same job as the dashboard's, with a progress bar, a table and JSON.

Exit status 0 on success, 2 on bad input, with one clear message on standard error.
"""

from __future__ import annotations

import json
import math
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from fairviz.data.load import ENDINGS
from fairviz.data.outcome import FEWEST_CLASSES, MOST_CLASSES
from fairviz.data.samples import sample, samples
from fairviz.data.specs import TaskSpec
from fairviz.errors import FairVizError, SettingError
from fairviz.evaluation.thresholds import AT_PREVALENCE, ThresholdRule
from fairviz.grouping_options import GroupingOptions
from fairviz.jobs.progress import Progress as TrainingProgress
from fairviz.jobs.progress import Stage
from fairviz.reports.joined import Estimate
from fairviz.reports.summary import DISCLAIMER, evidence_rows, summary_rows
from fairviz.store.records import DatasetRecord, State
from fairviz.suppression import SUPPRESSED
from fairviz.training.runs import training_spec
from fairviz.workbench import Workbench
from models.specs import TrainingSpec

BAD_INPUT = 2
DEFAULT_METHODS = ["baseline", "fairgrad", "multifair"]
_COLUMNS = {
    "label": "run",
    "attribute": "groups\nof",
    "auc": "AUC",
    "worst_group_auc": "worst\nAUC",
    "auc_gap": "AUC\ngap",
    "auc_gap_floor": "by\nchance",
    "equalized_odds_difference": "EOD",
    "equalized_odds_difference_floor": "by\nchance",
    "soft_equalized_odds_gap": "soft\nEOD",
}
_CHANGES = {
    "label": "run",
    "attribute": "groups\nof",
    "auc_change": "AUC",
    "p_holm": "p",
    "gap_change": "EOD",
    "gap_changed": "beyond\nchance",
    "harmed": "ranked\nworse",
    "could_miss": "could\nmiss",
}
_LEGEND = (
    "Below an attribute: how many of its groups enter every gap. Below a number: its 95 % limits, of test "
    "rows and seeds both. EOD: equalized-odds difference. By chance: groups of this size would stay "
    "below it in 95 of 100 test sets if they were equal; a smaller gap is not clear of chance.",
    "-: not estimable, too few patients. x: withheld, since it would tell of fewer than 11 patients.",
)
_LEGEND_OF_CHANGES = (
    "p is corrected for the number of runs (Holm). Ranked worse: groups whose AUC is found to have fallen, "
    "corrected for their number; could miss: a fall that large would not have been found in every group.",
)
_COLLAPSED = "*"
_SILENT_SECONDS = 5.0

app = typer.Typer(
    help=f"Compare fairness and performance of training methods. {DISCLAIMER}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help=f"A table ({', '.join(ENDINGS)}), a folder in the layout of FairVision or FairVLMed, or the "
        "name of a sample.",
    ),
]
Target = Annotated[str | None, typer.Option(help="Column to predict.", metavar="COL")]
Positive = Annotated[
    str | None,
    typer.Option(
        help="The target's positive value, predicted against all others; without it, a target with "
        f"{FEWEST_CLASSES} to {MOST_CLASSES} values has a class for each.",
        metavar="VALUE",
    ),
]
Sensitive = Annotated[
    list[str] | None, typer.Option(help="Column whose groups are compared; repeat.", metavar="COL")
]
Modality = Annotated[
    list[str] | None,
    typer.Option(
        help="Columns that one encoder reads, free text apart from numbers; repeat.", metavar="NAME=COL,COL"
    ),
]
Pretrained = Annotated[
    list[str] | None,
    typer.Option(
        help="Read a modality of text or images with the model in this folder of FAIRVIZ_MODELS_FOLDER; "
        "repeat.",
        metavar="MODALITY=FOLDER",
    ),
]
Drop = Annotated[
    list[str] | None, typer.Option(help="Columns kept out of the inputs; repeat.", metavar="COL,COL")
]
UseSensitive = Annotated[bool, typer.Option(help="Make sensitive attributes inputs as well.")]
UseText = Annotated[
    bool, typer.Option(help="Make free text an input as well, as a modality: it may hold names.")
]
GroupId = Annotated[
    str | None, typer.Option(help="Column of the patient, whose rows stay together.", metavar="COL")
]
SplitColumn = Annotated[
    str | None,
    typer.Option(help="Column that says train, validation or test for every row.", metavar="COL"),
]
Bands = Annotated[
    list[str] | None,
    typer.Option(help="Compare bands of a number that begin here; repeat.", metavar="COL=NUMBER,NUMBER"),
]
Merge = Annotated[
    list[str] | None,
    typer.Option(help="Compare values as one group; repeat.", metavar="COL:NAME=VALUE,VALUE"),
]
Cross = Annotated[
    list[str] | None,
    typer.Option(
        help="Compare every combination of the groups of these; of private data name them here alone.",
        metavar="COL,COL",
    ),
]
TaskFile = Annotated[
    Path | None,
    typer.Option("--task", help="Put the task of this file to DATA.", metavar="FILE", dir_okay=False),
]
External = Annotated[
    str | None, typer.Option(help="A second table, all of whose rows are the test rows.", metavar="DATA")
]
Seeds = Annotated[int, typer.Option(min=1, help="Seeds 0 to N-1 are trained.")]
Epochs = Annotated[int | None, typer.Option(help="Passes over the training rows.")]
BatchSize = Annotated[int | None, typer.Option(help="Rows per step.")]
Threshold = Annotated[
    str,
    typer.Option(
        help="From which risk patients are flagged: prevalence, youden, sensitivity=0.9, or a number; chosen "
        "on validation rows, reported on test rows.",
        metavar="RULE",
    ),
]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the results here.", metavar="FILE")]
Home = Annotated[Path | None, typer.Option(help="Folder that keeps data and runs.", metavar="FOLDER")]


@app.command()
def compare(
    data: Data,
    target: Target = None,
    positive: Positive = None,
    sensitive: Sensitive = None,
    modality: Modality = None,
    pretrained: Pretrained = None,
    drop: Drop = None,
    use_sensitive: UseSensitive = False,
    use_text: UseText = False,
    group_id: GroupId = None,
    split_column: SplitColumn = None,
    bands: Bands = None,
    merge: Merge = None,
    cross: Cross = None,
    task_file: TaskFile = None,
    external: External = None,
    method: Annotated[
        list[str] | None, typer.Option(help="Method to train; repeat.", metavar="METHOD")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a hyperparameter; repeat.", metavar="METHOD.PARAM=VALUE"),
    ] = None,
    seeds: Seeds = 3,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    threshold: Threshold = str(AT_PREVALENCE),
    json_file: JsonFile = None,
    home: Home = None,
) -> None:
    """Train several methods on one task and compare them."""
    _check_folder(json_file)
    rule = ThresholdRule.parse(threshold)
    with Workbench(home) as bench:
        asked = _Asked(
            data, target, positive, sensitive or [], modality or [], _columns(drop), use_sensitive, use_text,
            group_id, split_column,
            GroupingOptions(bands or (), merge or (), cross or ()), task_file, external, pretrained or [],
        )  # fmt: skip
        comparison = bench.train(
            _task(bench, asked),
            method or DEFAULT_METHODS,
            seeds=seeds,
            training=_training(epochs, batch_size),
            parameters=_changes(set_ or []),
        )
        _finish(bench, comparison, rule, json_file)


@app.command()
def sweep(
    data: Data,
    method: Annotated[str, typer.Option(help="Method to train.", metavar="METHOD")],
    grid: Annotated[
        list[str],
        typer.Option(
            help="Values of a hyperparameter of the method, of learning_rate or of batch_size; repeat.",
            metavar="PARAM=VALUE,VALUE",
        ),
    ],
    target: Target = None,
    positive: Positive = None,
    sensitive: Sensitive = None,
    modality: Modality = None,
    pretrained: Pretrained = None,
    drop: Drop = None,
    use_sensitive: UseSensitive = False,
    use_text: UseText = False,
    group_id: GroupId = None,
    split_column: SplitColumn = None,
    bands: Bands = None,
    merge: Merge = None,
    cross: Cross = None,
    task_file: TaskFile = None,
    external: External = None,
    baseline: Annotated[bool, typer.Option(help="Also train the baseline on the same seeds.")] = False,
    seeds: Seeds = 3,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    threshold: Threshold = str(AT_PREVALENCE),
    json_file: JsonFile = None,
    home: Home = None,
) -> None:
    """Train one method at every point of a grid of hyperparameters."""
    _check_folder(json_file)
    rule = ThresholdRule.parse(threshold)
    with Workbench(home) as bench:
        asked = _Asked(
            data, target, positive, sensitive or [], modality or [], _columns(drop), use_sensitive, use_text,
            group_id, split_column,
            GroupingOptions(bands or (), merge or (), cross or ()), task_file, external, pretrained or [],
        )  # fmt: skip
        comparison = bench.sweep(
            _task(bench, asked),
            method,
            _grid(grid),
            seeds=seeds,
            training=_training(epochs, batch_size),
            baseline=baseline,
        )
        _finish(bench, comparison, rule, json_file)


@app.command()
def task(
    data: Data,
    target: Target = None,
    positive: Positive = None,
    sensitive: Sensitive = None,
    modality: Modality = None,
    pretrained: Pretrained = None,
    drop: Drop = None,
    use_sensitive: UseSensitive = False,
    use_text: UseText = False,
    group_id: GroupId = None,
    split_column: SplitColumn = None,
    bands: Bands = None,
    merge: Merge = None,
    cross: Cross = None,
    task_file: TaskFile = None,
    external: External = None,
    home: Home = None,
) -> None:
    """Write the task that the options describe, as a file that can be edited, to standard output."""
    with Workbench(home) as bench:
        asked = _Asked(
            data, target, positive, sensitive or [], modality or [], _columns(drop), use_sensitive, use_text,
            group_id, split_column,
            GroupingOptions(bands or (), merge or (), cross or ()), task_file, external, pretrained or [],
        )  # fmt: skip
        spec = _spec(bench, asked)
        for note in bench.check_task(spec):
            print(f"Note: {note.text}", file=sys.stderr)
        print(spec.to_json(), end="")


def main() -> None:
    """Run the command line; errors a person can act on end with status 2."""
    try:
        app()
    except FairVizError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)


@dataclass(frozen=True)
class _Asked:
    """The options that describe a task."""

    data: str
    target: str | None
    positive: str | None
    sensitive: list[str]
    modality: list[str]
    drop: list[str]
    use_sensitive: bool
    use_text: bool
    group_id: str | None
    split_column: str | None
    groups: GroupingOptions
    task_file: Path | None
    external: str | None
    pretrained: list[str]

    @property
    def names_columns(self) -> bool:
        """Whether any option says what a column is for."""
        columns = (self.target, self.sensitive, self.modality, self.drop, self.group_id, self.split_column)
        inputs = self.use_sensitive or self.use_text
        return inputs or any((self.positive, *columns)) or bool(self.groups.groupings())


def _task(bench: Workbench, asked: _Asked) -> str:
    """Id of the task that the options describe; the rows that a pretrained model reads are counted."""
    spec = _spec(bench, asked)
    with _stage("Checking the task"):
        task_id = bench.create_task(spec).id
    if any(modality.pretrained for modality in spec.modalities):
        with _progress(Console(stderr=True)) as bar:
            shown = bar.add_task("Reading with a pretrained model")
            bench.prepared(task_id, lambda done, count: bar.update(shown, completed=done, total=count))
    return task_id


def _spec(bench: Workbench, asked: _Asked) -> TaskSpec:
    """The task that the options describe; what they leave open is the sample's own or proposed."""
    spec = _of_options(bench, asked) if asked.task_file is None else _of_file(bench, asked, asked.task_file)
    spec = _with_models(spec, asked.pretrained)
    if asked.external is None:
        return spec
    return spec.model_copy(update={"external": _dataset(bench, asked.external).id})


def _with_models(spec: TaskSpec, items: Sequence[str]) -> TaskSpec:
    """The task with pretrained models by modality, from MODALITY=FOLDER."""
    models = dict(_pair("--pretrained", item) for item in items)
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
        with _stage(f"Reading {path.name}"):
            return bench.add_dataset(path)
    with _progress(Console(stderr=True)) as bar:
        shown = bar.add_task("Reading images")
        return bench.add_dataset(
            path, on_progress=lambda done, count: bar.update(shown, completed=done, total=count)
        )


def _progress(console: Console) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=console)


def _of_file(bench: Workbench, asked: _Asked, file: Path) -> TaskSpec:
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


def _of_options(bench: Workbench, asked: _Asked) -> TaskSpec:
    """The task that options describe."""
    if _is_sample(asked.data) and not asked.names_columns:
        return bench.task_spec(bench.add_sample(asked.data).id)
    dataset = _dataset(bench, asked.data)
    named = [_pair("--modality", item) for item in asked.modality]
    sensitive = [*asked.sensitive, *asked.groups.attributes]
    with _stage(f"Looking at {dataset.columns:,} columns of {dataset.rows:,} rows"):
        return bench.propose_task(
            dataset.id,
            outcome=asked.target,
            positive=asked.positive,
            sensitive=sensitive or None,
            modalities=[bench.modality(dataset.id, name, own.split(",")) for name, own in named] or None,
            drop=asked.drop,
            use_sensitive=asked.use_sensitive,
            use_text=asked.use_text,
            group_id=asked.group_id,
            split_column=asked.split_column,
            groupings=asked.groups.groupings(),
        )


@contextmanager
def _stage(what: str) -> Iterator[None]:
    """Say what is going on while it does; where lines stay, only of what takes long, as of a large table."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(f"{escape(what)} ..."):
            yield
        return
    told = threading.Timer(_SILENT_SECONDS, console.print, [escape(f"{what} ...")], {"soft_wrap": True})
    told.start()
    try:
        yield
    finally:
        told.cancel()


def _is_sample(data: str) -> bool:
    """Whether DATA names a sample; a file of that name comes first."""
    return not Path(data).exists() and data in {entry.name for entry in samples()}


def _columns(items: Sequence[str] | None) -> list[str]:
    """All columns of repeated COL,COL options."""
    return [column for item in items or [] for column in item.split(",")]


def _training(epochs: int | None, batch_size: int | None) -> TrainingSpec:
    given = {"epochs": epochs, "batch_size": batch_size}
    return training_spec(**{name: value for name, value in given.items() if value is not None})


def _grid(items: Sequence[str]) -> dict[str, list[str]]:
    """Values by parameter from PARAM=VALUE,VALUE; a parameter may come several times."""
    values: dict[str, list[str]] = defaultdict(list)
    for item in items:
        name, text = _pair("--grid", item)
        values[name] += text.split(",")
    return dict(values)


def _changes(items: Sequence[str]) -> dict[str, dict[str, str]]:
    """Hyperparameters by method from METHOD.PARAM=VALUE."""
    changes: dict[str, dict[str, str]] = defaultdict(dict)
    for item in items:
        name, value = _pair("--set", item)
        method, dot, parameter = name.partition(".")
        if not dot:
            raise SettingError(
                f"--set {item}",
                expected="METHOD.PARAM=VALUE",
                found=repr(item),
                remedy="Name the method before the parameter, as in multifair.tau=0.02.",
            )
        changes[method][parameter] = value
    return dict(changes)


def _pair(option: str, item: str) -> tuple[str, str]:
    """Both sides of NAME=VALUE."""
    name, equals, value = item.partition("=")
    if not (name and equals and value):
        raise SettingError(
            f"{option} {item}",
            expected="NAME=VALUE",
            found=repr(item),
            remedy="Put one equals sign between name and value.",
        )
    return name, value


def _check_folder(json_file: Path | None) -> None:
    """Say before the training, not after it, that its results have nowhere to go."""
    if json_file is not None and not json_file.parent.is_dir():
        raise SettingError(
            f"--json {json_file}",
            expected="a file in a folder that exists",
            found=f"no folder {json_file.parent}",
            remedy="Make the folder or name another.",
        )


def _finish(bench: Workbench, comparison_id: str, rule: ThresholdRule, json_file: Path | None) -> None:
    """Say how the task was read, watch a comparison to its end, print its table, write its JSON."""
    console = Console(stderr=True)
    for note in bench.check_task(bench.task_spec(bench.store.comparison(comparison_id).task_id)):
        if note.column is None:
            console.print(f"Note: {note.text}", soft_wrap=True, markup=False)
    with _progress(console) as bar:
        shown = bar.add_task(_at(Stage.ENCODING), total=1.0)

        def show(progress: TrainingProgress) -> None:
            bar.update(shown, completed=progress.share, description=_at(progress.stage))

        record = bench.wait(comparison_id, on_progress=show)
        bar.update(shown, completed=record.progress, description=_at(Stage.TRAINING))
    if record.state is not State.FINISHED:
        raise SettingError(
            "training",
            expected="all runs to finish",
            found=f"{record.state} {record.message}".strip(),
            remedy="Correct what the message says and start again.",
        )
    with _stage("Comparing the runs"):
        rows = summary_rows(bench.runs(comparison_id, threshold=rule))
        changes = evidence_rows(bench.evidence(comparison_id, threshold=rule))
    tables = Console()
    tables.print(_table(rows))
    if changes:
        tables.print(_changes_table(changes))
    if record.message:
        console.print(f"Not all runs finished. {record.message}", markup=False)
    if json_file is not None:
        result = bench.report(comparison_id, threshold=rule)
        json_file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    legend = (*_LEGEND, *(_LEGEND_OF_CHANGES if changes else ()), DISCLAIMER)
    for line in (*_collapse_lines(rows), *legend):
        console.print(line, soft_wrap=True, markup=False)


def _at(stage: Stage) -> str:
    return stage.value.capitalize()


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    """Means over seeds on test rows, with their limits below; a mark where there is none."""
    table = _headed(f"Test rows, mean over {rows[0]['seeds']} seeds", _COLUMNS)
    for row in rows:
        # A column without limits leaves the names of runs room on a terminal of 80 columns.
        shown = {**row, "worst_group_auc": replace(row["worst_group_auc"], interval=None)}
        shown["attribute"] = f"{row['attribute']}\n{row['groups_used']} of {row['groups']}"
        if row["collapse"]:
            shown["label"] = f"{row['label']} {_COLLAPSED}"
        table.add_row(*(_cell(shown[name]) for name in _COLUMNS))
    return table


def _changes_table(rows: Sequence[dict[str, Any]]) -> Table:
    """What test rows prove against the baseline."""
    table = _headed("Change against the baseline", _CHANGES)
    for row in rows:
        shown = {**row, "auc_change": _change(row["auc_change"], row["low"], row["high"])}
        table.add_row(*(_cell(shown[name]) for name in _CHANGES))
    return table


def _headed(title: str, columns: Mapping[str, str]) -> Table:
    table = Table(title=title, box=box.SIMPLE, collapse_padding=True, pad_edge=False)
    for name, heading in columns.items():
        if name in ("label", "attribute", "harmed"):
            table.add_column(heading, overflow="fold", min_width=13 if name == "label" else 6)
        else:  # wide enough for three decimals, however narrow the terminal
            table.add_column(heading, justify="right", min_width=5)
    return table


def _collapse_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What the mark beside a run means: it no longer tells patients apart, so that its gap says nothing."""
    told = {row["label"]: row["collapse"] for row in rows if row["collapse"]}
    return [f"{_COLLAPSED} {label}: {collapse}. Its gap says nothing." for label, collapse in told.items()]


def _cell(value: Any) -> str:
    """Text of a table's cell."""
    match value:
        case Estimate():
            return _estimate(value)
        case bool():
            text = "yes" if value else "no"
        case float():
            text = "-" if math.isnan(value) else f"{value:.3f}"
        case tuple():
            text = ", ".join(value) or "none"
        case _:
            text = "-" if value is None else str(value)
    return text


def _estimate(estimate: Estimate) -> str:
    """A number with its limits below, or the mark of why there is none."""
    if estimate.value is None:
        return "x" if estimate.reason == SUPPRESSED else "-"
    limits = estimate.interval
    below = "" if limits is None else f"\n{_short(limits.low)}-{_short(limits.high)}"
    return f"{estimate.value:.3f}{below}"


def _change(value: float, low: float, high: float) -> str:
    """A difference with its limits below."""
    return "-" if math.isnan(value) else f"{value:+.3f}\n{_short(low)} to {_short(high)}"


def _short(limit: float) -> str:
    """Two decimals without the leading 0: a column has seven characters for both limits."""
    return f"{limit:.2f}".replace("0.", ".", 1)
