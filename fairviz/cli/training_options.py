"""The options that say how to train, and what they mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fairviz.cli.values import pair
from fairviz.errors import SettingError
from fairviz.training.runs import training_spec
from models.specs import TrainingSpec

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


def training(epochs: int | None, batch_size: int | None) -> TrainingSpec:
    """Training settings; what is not given stays as it is by default."""
    given = {"epochs": epochs, "batch_size": batch_size}
    return training_spec(**{name: value for name, value in given.items() if value is not None})


def points(items: Sequence[str]) -> dict[str, list[str]]:
    """Values by parameter from PARAM=VALUE,VALUE; a parameter may come several times."""
    values: dict[str, list[str]] = defaultdict(list)
    for item in items:
        name, text = pair("--grid", item)
        values[name] += text.split(",")
    return dict(values)


def changes(items: Sequence[str]) -> dict[str, dict[str, str]]:
    """Hyperparameters by method from METHOD.PARAM=VALUE."""
    changes: dict[str, dict[str, str]] = defaultdict(dict)
    for item in items:
        name, value = pair("--set", item)
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
