"""The options that describe a task: declared once, for every command that asks for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from fairviz.cli.groupings import GroupingOptions
from fairviz.data.load import ENDINGS
from fairviz.data.outcome import FEWEST_CLASSES, MOST_CLASSES


@dataclass(frozen=True)
class TaskOptions:
    """What a person says about a task; what they leave open is proposed."""

    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help=f"A table ({', '.join(ENDINGS)}), a folder in the layout of FairVision or FairVLMed, or the "
            "name of a sample.",
        ),
    ]
    target: Annotated[str | None, typer.Option(help="Column to predict.", metavar="COL")] = None
    positive: Annotated[
        str | None,
        typer.Option(
            help="The target's positive value, predicted against all others; without it, a target with "
            f"{FEWEST_CLASSES} to {MOST_CLASSES} values has a class for each.",
            metavar="VALUE",
        ),
    ] = None
    sensitive: Annotated[
        list[str] | None, typer.Option(help="Column whose groups are compared; repeat.", metavar="COL")
    ] = None
    modality: Annotated[
        list[str] | None,
        typer.Option(
            help="Columns that one encoder reads, free text apart from numbers; repeat.",
            metavar="NAME=COL,COL",
        ),
    ] = None
    pretrained: Annotated[
        list[str] | None,
        typer.Option(
            help="Read a modality of text or images with the model in this folder of FAIRVIZ_MODELS_FOLDER; "
            "repeat.",
            metavar="MODALITY=FOLDER",
        ),
    ] = None
    drop: Annotated[
        list[str] | None, typer.Option(help="Columns kept out of the inputs; repeat.", metavar="COL,COL")
    ] = None
    use_sensitive: Annotated[bool, typer.Option(help="Make sensitive attributes inputs as well.")] = False
    use_text: Annotated[
        bool, typer.Option(help="Make free text an input as well, as a modality: it may hold names.")
    ] = False
    group_id: Annotated[
        str | None, typer.Option(help="Column of the patient, whose rows stay together.", metavar="COL")
    ] = None
    split_column: Annotated[
        str | None,
        typer.Option(help="Column that says train, validation or test for every row.", metavar="COL"),
    ] = None
    bands: Annotated[
        list[str] | None,
        typer.Option(help="Compare bands of a number that begin here; repeat.", metavar="COL=NUMBER,NUMBER"),
    ] = None
    merge: Annotated[
        list[str] | None,
        typer.Option(help="Compare values as one group; repeat.", metavar="COL:NAME=VALUE,VALUE"),
    ] = None
    cross: Annotated[
        list[str] | None,
        typer.Option(
            help="Compare every combination of the groups of these; of private data name them here alone.",
            metavar="COL,COL",
        ),
    ] = None
    task_file: Annotated[
        Path | None,
        typer.Option("--task", help="Put the task of this file to DATA.", metavar="FILE", dir_okay=False),
    ] = None
    external: Annotated[
        str | None, typer.Option(help="A second table, all of whose rows are the test rows.", metavar="DATA")
    ] = None

    @property
    def groups(self) -> GroupingOptions:
        """How groups are made."""
        return GroupingOptions(self.bands or (), self.merge or (), self.cross or ())

    @property
    def names_columns(self) -> bool:
        """Whether any option says what a column is for."""
        columns = (self.target, self.sensitive, self.modality, self.drop, self.group_id, self.split_column)
        inputs = self.use_sensitive or self.use_text
        return inputs or any((self.positive, *columns)) or bool(self.groups.groupings())


def asks_for_task(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all options that describe a task; it gets them as one, ``asked``."""
    asked = signature(TaskOptions, eval_str=True).parameters
    own = signature(command, eval_str=True).parameters

    @wraps(command)
    def run(**given: Any) -> None:
        options = {name: given.pop(name) for name in asked}
        command(asked=TaskOptions(**options), **given)

    every = [*asked.values(), *(parameter for name, parameter in own.items() if name != "asked")]
    keywords = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in every]
    # typer reads a command's options from its signature.
    run.__signature__ = Signature(keywords)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in keywords}
    return run
