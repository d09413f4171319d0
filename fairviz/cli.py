"""The command line: the same job as the dashboard's, with a progress bar, a table and JSON.

Exit status 0 on success, 2 on bad input, with one clear message on standard error.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from fairviz.data.outcome import FEWEST_CLASSES, MOST_CLASSES
from fairviz.data.samples import sample, samples
from fairviz.data.specs import ModalitySpec
from fairviz.errors import FairVizError, SettingError
from fairviz.reports.summary import DISCLAIMER, summary_rows
from fairviz.store.records import State, TaskRecord
from fairviz.training.runs import training_spec
from fairviz.workbench import Workbench
from models.specs import TrainingSpec

BAD_INPUT = 2
DEFAULT_METHODS = ["baseline", "fairgrad", "multifair"]
_COLUMNS = {
    "label": "run",
    "attribute": "attribute",
    "auc": "AUC",
    "worst_group_auc": "worst\nAUC",
    "auc_gap": "AUC\ngap",
    "auc_gap_floor_95": "by\nchance",
    "equalized_odds_difference": "EOD",
    "equalized_odds_difference_floor_95": "by\nchance",
    "soft_equalized_odds_gap": "soft\nEOD",
}
_LEGEND = (
    "EOD: equalized-odds difference. By chance: groups of this size would stay below it in 95 of 100",
    "test sets if they were equal; a gap that is smaller is not clear of chance.",
    DISCLAIMER,
)
_COLLAPSED = "*"

app = typer.Typer(
    help=f"Compare fairness and performance of training methods. {DISCLAIMER}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[str, typer.Argument(metavar="DATA", help="A CSV or Parquet file, or the name of a sample.")]
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
    list[str] | None, typer.Option(help="Columns that one encoder reads; repeat.", metavar="NAME=COL,COL")
]
Drop = Annotated[
    list[str] | None, typer.Option(help="Columns kept out of the inputs; repeat.", metavar="COL,COL")
]
UseSensitive = Annotated[bool, typer.Option(help="Make sensitive attributes inputs as well.")]
GroupId = Annotated[
    str | None, typer.Option(help="Column of the patient, whose rows stay together.", metavar="COL")
]
Seeds = Annotated[int, typer.Option(min=1, help="Seeds 0 to N-1 are trained.")]
Epochs = Annotated[int | None, typer.Option(help="Passes over the training rows.")]
BatchSize = Annotated[int | None, typer.Option(help="Rows per step.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the results here.", metavar="FILE")]
Home = Annotated[Path | None, typer.Option(help="Folder that keeps data and runs.", metavar="FOLDER")]


@app.command()
def compare(
    data: Data,
    target: Target = None,
    positive: Positive = None,
    sensitive: Sensitive = None,
    modality: Modality = None,
    drop: Drop = None,
    use_sensitive: UseSensitive = False,
    group_id: GroupId = None,
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
    json_file: JsonFile = None,
    home: Home = None,
) -> None:
    """Train several methods on one task and compare them."""
    _check_folder(json_file)
    with Workbench(home) as bench:
        asked = _Asked(
            data, target, positive, sensitive or [], modality or [], _columns(drop), use_sensitive, group_id
        )
        task = _task(bench, asked)
        comparison = bench.train(
            task.id,
            method or DEFAULT_METHODS,
            seeds=seeds,
            training=_training(epochs, batch_size),
            parameters=_changes(set_ or []),
        )
        _finish(bench, comparison, json_file)


@app.command()
def sweep(
    data: Data,
    method: Annotated[str, typer.Option(help="Method to train.", metavar="METHOD")],
    grid: Annotated[
        list[str],
        typer.Option(
            help="Values of a hyperparameter of the method, or of learning_rate; repeat.",
            metavar="PARAM=VALUE,VALUE",
        ),
    ],
    target: Target = None,
    positive: Positive = None,
    sensitive: Sensitive = None,
    modality: Modality = None,
    drop: Drop = None,
    use_sensitive: UseSensitive = False,
    group_id: GroupId = None,
    baseline: Annotated[bool, typer.Option(help="Also train the baseline on the same seeds.")] = False,
    seeds: Seeds = 3,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    json_file: JsonFile = None,
    home: Home = None,
) -> None:
    """Train one method at every point of a grid of hyperparameters."""
    _check_folder(json_file)
    with Workbench(home) as bench:
        asked = _Asked(
            data, target, positive, sensitive or [], modality or [], _columns(drop), use_sensitive, group_id
        )
        task = _task(bench, asked)
        comparison = bench.sweep(
            task.id,
            method,
            _grid(grid),
            seeds=seeds,
            training=_training(epochs, batch_size),
            baseline=baseline,
        )
        _finish(bench, comparison, json_file)


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
    group_id: str | None

    @property
    def names_columns(self) -> bool:
        """Whether any option says what a column is for."""
        named = (self.target, self.positive, self.sensitive, self.modality, self.drop, self.group_id)
        return self.use_sensitive or any(named)


def _task(bench: Workbench, asked: _Asked) -> TaskRecord:
    """The task that the options describe; what they leave open is the sample's own or proposed."""
    if _is_sample(asked.data) and not asked.names_columns:
        return bench.add_sample(asked.data)
    path = sample(asked.data).table_path if _is_sample(asked.data) else Path(asked.data)
    named = [_pair("--modality", item) for item in asked.modality]
    spec = bench.propose_task(
        bench.add_dataset(path).id,
        outcome=asked.target,
        positive=asked.positive,
        sensitive=asked.sensitive or None,
        modalities=[ModalitySpec(name=name, columns=tuple(c.split(","))) for name, c in named] or None,
        drop=asked.drop,
        use_sensitive=asked.use_sensitive,
        group_id=asked.group_id,
    )
    return bench.create_task(spec)


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


def _finish(bench: Workbench, comparison_id: str, json_file: Path | None) -> None:
    """Say how the task was read, watch a comparison to its end, print its table, write its JSON."""
    console = Console(stderr=True)
    for note in bench.check_task(bench.task_spec(bench.store.comparison(comparison_id).task_id)):
        if note.column is None:
            console.print(f"Note: {note.text}", soft_wrap=True, markup=False)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=console
    ) as bar:
        shown = bar.add_task("Training", total=1.0)
        record = bench.wait(comparison_id, on_progress=lambda p: bar.update(shown, completed=p.share))
        bar.update(shown, completed=record.progress)
    if record.state is not State.FINISHED:
        raise SettingError(
            "training",
            expected="all runs to finish",
            found=f"{record.state} {record.message}".strip(),
            remedy="Correct what the message says and start again.",
        )
    rows = summary_rows(bench.runs(comparison_id))
    Console().print(_table(rows))
    if record.message:
        console.print(f"Not all runs finished. {record.message}", markup=False)
    if json_file is not None:
        json_file.write_text(json.dumps(bench.report(comparison_id), indent=1) + "\n", encoding="utf-8")
    for line in (*_collapse_lines(rows), *_LEGEND):
        console.print(line, soft_wrap=True, markup=False)


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    """Means over seeds on test rows; a dash where a number cannot be estimated."""
    table = Table(
        title=f"Test rows, mean over {rows[0]['seeds']} seeds", box=box.SIMPLE, collapse_padding=True
    )
    for name, heading in _COLUMNS.items():
        if name in ("label", "attribute"):
            table.add_column(heading, overflow="fold", min_width=9)
        else:  # wide enough for three decimals, however narrow the terminal
            table.add_column(heading, justify="right", min_width=5)
    for row in rows:
        shown = {**row, "label": f"{row['label']} {_COLLAPSED}"} if row["collapse"] else row
        table.add_row(*(_cell(shown[name]) for name in _COLUMNS))
    return table


def _collapse_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What the mark beside a run means: it no longer tells patients apart, so that its gap says nothing."""
    told = {row["label"]: row["collapse"] for row in rows if row["collapse"]}
    return [f"{_COLLAPSED} {label}: {collapse}. Its gap says nothing." for label, collapse in told.items()]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
