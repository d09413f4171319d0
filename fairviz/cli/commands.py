"""The commands: the same job as the dashboard's, with a progress bar, a table and JSON.

Exit status 0 on success, 2 on bad input, with one clear message on standard error.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fairviz.cli.following import check_folder, follow
from fairviz.cli.task import spec_of, task_of
from fairviz.cli.task_options import TaskOptions, asks_for_task
from fairviz.cli.training_options import (
    BatchSize,
    Epochs,
    Home,
    JsonFile,
    Seeds,
    Threshold,
    changes,
    points,
    training,
)
from fairviz.errors import FairVizError
from fairviz.evaluation.thresholds import AT_PREVALENCE, ThresholdRule
from fairviz.reports.summary import DISCLAIMER
from fairviz.workbench import Workbench

BAD_INPUT = 2
DEFAULT_METHODS = ["baseline", "fairgrad", "multifair"]

app = typer.Typer(
    help=f"Compare fairness and performance of training methods. {DISCLAIMER}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
@asks_for_task
def compare(
    *,
    asked: TaskOptions,
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
    check_folder(json_file)
    rule = ThresholdRule.parse(threshold)
    with Workbench(home) as bench:
        comparison = bench.train(
            task_of(bench, asked),
            method or DEFAULT_METHODS,
            seeds=seeds,
            training=training(epochs, batch_size),
            parameters=changes(set_ or []),
        )
        follow(bench, comparison, rule, json_file)


@app.command()
@asks_for_task
def sweep(
    *,
    asked: TaskOptions,
    method: Annotated[str, typer.Option(help="Method to train.", metavar="METHOD")],
    grid: Annotated[
        list[str],
        typer.Option(
            help="Values of a hyperparameter of the method, of learning_rate or of batch_size; repeat.",
            metavar="PARAM=VALUE,VALUE",
        ),
    ],
    baseline: Annotated[bool, typer.Option(help="Also train the baseline on the same seeds.")] = False,
    seeds: Seeds = 3,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    threshold: Threshold = str(AT_PREVALENCE),
    json_file: JsonFile = None,
    home: Home = None,
) -> None:
    """Train one method at every point of a grid of hyperparameters."""
    check_folder(json_file)
    rule = ThresholdRule.parse(threshold)
    with Workbench(home) as bench:
        comparison = bench.sweep(
            task_of(bench, asked),
            method,
            points(grid),
            seeds=seeds,
            training=training(epochs, batch_size),
            baseline=baseline,
        )
        follow(bench, comparison, rule, json_file)


@app.command()
@asks_for_task
def task(*, asked: TaskOptions, home: Home = None) -> None:
    """Write the task that the options describe, as a file that can be edited, to standard output."""
    with Workbench(home) as bench:
        spec = spec_of(bench, asked)
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
