"""What a file of TEDS-D's size costs: ``python -m tests.benchmarks.reading [--rows N] [--json FILE]``.

Seconds are medians of calls in turns, memory is the peak of a process of its own beyond what imports take.
Reading is measured beside ``pyarrow.csv.read_csv`` alone, on the file as it is and under names that tell no
known format; encoding beside the table that was read; then one epoch of a baseline by the command line.
Limits are for all rows: with ``--rows 150000`` it takes a minute, but blocks of the file that are being read
then take more memory than the table.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROWS = 1_500_000
MOST_READ = 1.3
MOST_ENCODED = 2.5
MOST_TRAINING = 6 * 1024


def main() -> None:
    """Write the files, measure, print, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--part", nargs=2, metavar=("PART", "FILE"), help="what a process of its own measures"
    )
    arguments = parser.parse_args()
    if arguments.part is not None:
        print(json.dumps(PARTS[arguments.part[0]](Path(arguments.part[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(Path(folder), arguments.rows, arguments.rounds)
    for row in rows:
        limit = "" if row["at most"] is None else f"at most {row['at most']:g}"
        print(f"{row['what']:72s} {row['found']:10.2f} {limit}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


def measured(folder: Path, rows: int, rounds: int) -> list[dict[str, float | str | None]]:
    """A row per question: what was found, and what it should be at most."""
    from fairviz.data.synthetic.teds import write_teds

    known, unknown = folder / "teds.csv", folder / "table.csv"
    write_teds(known, rows)
    _renamed(known, unknown)
    found: list[dict[str, float | str | None]] = []

    def say(what: str, value: float, most: float | None = None) -> None:
        found.append({"what": what, "found": value, "at most": most})

    for name, path in (("TEDS-D", known), ("unknown names", unknown)):
        turns = [(_part("arrow", path), _part("read", path)) for _ in range(rounds)]
        arrow, ours = (statistics.median(turn[side]["seconds"] for turn in turns) for side in (0, 1))
        say(f"{name}: seconds of reading", ours)
        say(f"{name}: reading / pyarrow.csv alone", ours / arrow, MOST_READ)
        encoded = _part("encode", path)
        say(f"{name}: MB of the table", encoded["table"])
        say(f"{name}: peak of reading and encoding / table", encoded["peak"] / encoded["table"], MOST_ENCODED)
        say(f"{name}: the same / the table as pandas alone has it", encoded["peak"] / turns[0][0]["table"])
    trained = _part("train", known)
    say("one epoch of the baseline, seconds in all", trained["seconds"])
    say("the same, peak MB of the whole process", trained["peak"], MOST_TRAINING)
    return found


def _renamed(source: Path, target: Path) -> None:
    """The same file without the names that tell its format; what follows the header is copied."""
    with source.open("rb") as old, target.open("wb") as new:
        header = old.readline().replace(b"REASON", b"ended_by").replace(b"CASEID", b"number")
        new.write(header)
        while chunk := old.read(2**24):
            new.write(chunk)


def _part(name: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.reading", "--part", name, str(path)]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    found: dict[str, float] = json.loads(told.splitlines()[-1])
    return found


def _memory(what: str) -> float:
    """Megabytes of this process: "VmRSS" now, "VmHWM" at its peak."""
    # Not ru_maxrss, which begins with what the parent process had.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith(f"{what}:"))
    return int(line.split()[1]) / 1024


def _arrow(path: Path) -> dict[str, float]:
    from pyarrow import csv

    began = time.perf_counter()
    table = csv.read_csv(path)
    return {"seconds": time.perf_counter() - began, "table": table.nbytes / 2**20}


def _read(path: Path) -> dict[str, float]:
    from fairviz.data.load import read_table

    began = time.perf_counter()
    read_table(path, max_bytes=path.stat().st_size)
    return {"seconds": time.perf_counter() - began}


def _encode(path: Path) -> dict[str, float]:
    from fairviz.data.load import read_table
    from fairviz.data.prepare import prepare
    from fairviz.data.suggest import suggest_task

    before = _memory("VmRSS")
    table = read_table(path, max_bytes=path.stat().st_size)
    outcome, positive = ("completed", "yes") if "completed" in table.columns else ("ended_by", "1")
    spec = suggest_task(
        table, dataset="", name="", outcome=outcome, positive=positive, sensitive=["RACE", "SEX"]
    )
    prepare(table, spec)
    return {
        "peak": _memory("VmHWM") - before,
        "table": float(table.memory_usage(deep=True).sum()) / 2**20,
    }


def _train(path: Path) -> dict[str, float]:
    from fairviz.cli import app

    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as home:
        options = "--target completed --sensitive RACE --sensitive SEX --method baseline --seeds 1 --epochs 1"
        app(["compare", str(path), *options.split(), "--home", home], standalone_mode=False)
    return {"seconds": time.perf_counter() - began, "peak": _memory("VmHWM")}


PARTS: dict[str, Callable[[Path], dict[str, float]]] = {
    "arrow": _arrow,
    "read": _read,
    "encode": _encode,
    "train": _train,
}


if __name__ == "__main__":
    main()
