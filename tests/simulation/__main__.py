"""How often intervals hold the truth and tests err, from draws to a page.

python -m tests.simulation run [--only NAME ...] [--resume] [--repetitions N] [--workers N]
python -m tests.simulation page
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.simulation.jobs import JOBS, Job
from tests.simulation.page import FOLDER, write
from tests.simulation.results import FOLDER as RESULTS
from tests.simulation.results import keep, load_results


def main() -> None:
    """Draw and keep, or make the page."""
    arguments = _parser().parse_args()
    if arguments.command == "page":
        print(write(load_results(arguments.results), arguments.folder))
        return
    chosen = [own for own in JOBS if arguments.only is None or own.name in arguments.only]
    if arguments.resume:
        done = load_results(arguments.results)
        chosen = [own for own in chosen if own.name not in done]
    run(chosen, arguments.repetitions, arguments.workers, arguments.results)


def run(jobs: Sequence[Job], repetitions: int | None, workers: int, folder: Path) -> None:
    """Simulate scenarios side by side; each is kept as soon as it is finished."""
    with ProcessPoolExecutor(workers) as pool:
        for done in as_completed([pool.submit(own.run, repetitions or own.repetitions) for own in jobs]):
            result = done.result()
            print(f"{result.name}: {result.seconds:.0f} s, kept in {keep(result, folder)}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation", description="How often intervals hold the truth and tests err."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run_it = commands.add_parser("run", help="draw tables and count what is said of them")
    names = [own.name for own in JOBS]
    run_it.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    run_it.add_argument("--resume", action="store_true", help="leave out scenarios that have results")
    run_it.add_argument(
        "--repetitions", type=int, help="tables of each scenario; its own number where not given"
    )
    run_it.add_argument("--workers", type=int, default=2, help="processes that draw")
    page = commands.add_parser("page", help="make the page of the stored results")
    page.add_argument("--folder", type=Path, default=FOLDER, help="where the page is put")
    for command in (run_it, page):
        command.add_argument("--results", type=Path, default=RESULTS, help="folder of the stored results")
    return parser


if __name__ == "__main__":
    main()
