"""What every method does, from runs to a page.

python -m tests.effect run [--only NAME ...] [--resume] [--seeds N] [--epochs N] [--workers N]
python -m tests.effect page
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from fairviz.errors import NotFoundError
from tests.effect.experiments import STUDIES, Study
from tests.effect.page import FOLDER, write
from tests.effect.problems import Places, real_data
from tests.effect.results import FOLDER as RESULTS
from tests.effect.results import keep, load_results
from tests.effect.summary import summarise
from tests.effect.training import train_study


def main() -> None:
    """Train and keep, or make the page."""
    arguments = _parser().parse_args()
    if arguments.command == "page":
        for path in write(load_results(arguments.results), arguments.folder):
            print(path)
        return
    chosen = [study for study in STUDIES if arguments.only is None or study.name in arguments.only]
    if arguments.resume:
        done = load_results(arguments.results)
        chosen = [study for study in chosen if study.name not in done]
    with TemporaryDirectory(dir=arguments.home) as scratch:
        run_studies(
            [_changed(study, arguments) for study in chosen], Places(Path(scratch), arguments.data), arguments
        )


def run_studies(studies: Sequence[Study], places: Places, arguments: argparse.Namespace) -> None:
    """Train one study after the other; each is kept as soon as it is finished."""
    began = time.monotonic()
    for number, study in enumerate(studies, start=1):
        _tell(f"{study.name} ({number} of {len(studies)}): {len(study.arms)} configurations")
        started = time.monotonic()
        try:
            training = train_study(study, places, workers=arguments.workers, tell=_tell)
        except NotFoundError as error:
            _tell(f"{study.name}: left out. {error}")
            continue
        if training.failures:
            _tell(f"{study.name}: {' '.join(training.failures)}")
        if not training.runs:
            _tell(f"{study.name}: left out, no run finished.")
            continue
        result = summarise(study, training, (time.monotonic() - started) / 60)
        path = keep(result, arguments.results)
        _tell(f"{study.name}: {len(training.runs)} runs in {result.minutes:.1f} min, kept in {path}")
    _tell(f"All done in {(time.monotonic() - began) / 60:.1f} min. Now: python -m tests.effect page")


def _changed(study: Study, arguments: argparse.Namespace) -> Study:
    """A study with as many seeds and epochs as asked for."""
    if arguments.epochs is not None:
        study = replace(study, training=study.training.model_copy(update={"epochs": arguments.epochs}))
    if arguments.seeds is not None:
        arms = tuple(replace(arm, seeds=None) for arm in study.arms)
        study = replace(study, seeds=arguments.seeds, arms=arms)
    return study


def _tell(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.effect", description="What every method does.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="train everything and store the results")
    names = [study.name for study in STUDIES]
    run.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    run.add_argument("--resume", action="store_true", help="leave out studies that have results")
    run.add_argument("--seeds", type=int, help="of every configuration, instead of each study's own number")
    run.add_argument("--epochs", type=int, help="instead of each study's own number")
    run.add_argument("--workers", type=int, default=2, help="threads that train")
    run.add_argument(
        "--data", type=Path, default=real_data(), help="folder of the files that do not come along"
    )
    run.add_argument("--home", type=Path, help="folder for tables and runs while they are trained")
    page = commands.add_parser("page", help="make the page of the stored results")
    page.add_argument("--folder", type=Path, default=FOLDER, help="where the page is put")
    for command in (run, page):
        command.add_argument("--results", type=Path, default=RESULTS, help="folder of the stored results")
    return parser


if __name__ == "__main__":
    main()
