"""Many people watch one training: what it costs the server, and how steadily their charts are refreshed.

``python -m tests.load --sessions 30 --seconds 600`` starts the app with an empty home, starts a comparison on
its Train page that trains for the whole time, opens so many sessions that watch it, and writes JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fairviz.config import Settings
from fairviz.workbench import Workbench
from tests.browser.server import ROOT, Server, serving
from tests.load.measures import slope, ticks
from tests.load.process import Usage, usage
from tests.load.session import Record, Session

_NAMES: Final = Path(__file__).parent / "names"
_PAGE: Final = "train"
_EPOCHS: Final = 1000
_LIVE_SECONDS: Final = 1.0
_WARM_SECONDS: Final = 8.0
_START_SECONDS: Final = 90.0
_BETWEEN_SESSIONS: Final = 0.2
_TARGETS: Final = {"core_share": 0.35, "tick_p95": 1.2, "megabytes_per_minute": 1.0}


@dataclass(frozen=True, slots=True)
class Sample:
    """What the server had used at a moment."""

    moment: float
    usage: Usage


def main() -> None:
    """Read the command line, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--sample", default="support2", help="one that comes with FairViz")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Workbench(home, settings=Settings()) as bench:
            task = bench.add_sample(given.sample).id
        env = {"PYTHONPATH": f"{ROOT}:{_NAMES}", "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        with serving(ROOT / "app.py", home, env=env) as server:
            found = asyncio.run(measure(server, task, given.sessions, given.seconds))
    json.dump(found, sys.stdout, indent=1)
    print()


async def measure(server: Server, task: str, sessions: int, seconds: float) -> dict[str, Any]:
    """Start a comparison, let sessions watch it, sample the server.

    Raises:
        RuntimeError: the comparison did not start.
    """
    query = await start(server, task)
    ending = asyncio.Event()
    watchers = []
    watching = [Session(server.url, _PAGE, query) for _ in range(sessions)]
    for session in watching:
        watchers.append(asyncio.create_task(session.watch(lambda _: ending.is_set())))
        await asyncio.sleep(_BETWEEN_SESSIONS)
    await asyncio.sleep(_WARM_SECONDS)
    before = sum(session.record.bytes for session in watching)
    samples = await observe(server.process.pid, seconds)
    received = sum(session.record.bytes for session in watching) - before
    ending.set()
    return report(samples, await asyncio.gather(*watchers), received)


async def start(server: Server, task: str) -> str:
    """Press the button of the Train page; returns the address's query, which names the comparison."""
    asked = {"task": task, "epochs": _EPOCHS, "seeds": 3}
    end = time.monotonic() + _START_SECONDS
    session = Session(server.url, _PAGE, urlencode(asked))
    record = await session.watch(
        lambda seen: "comparison=" in seen.query or time.monotonic() > end, press="Start 9 runs"
    )
    if "comparison=" not in record.query:
        raise RuntimeError(f"no comparison began within {_START_SECONDS:g} s: {record.errors}")
    return record.query


async def observe(pid: int, seconds: float) -> list[Sample]:
    """Samples of a process, one a second."""
    samples = [Sample(time.monotonic(), usage(pid))]
    while samples[-1].moment - samples[0].moment < seconds:
        await asyncio.sleep(1.0)
        samples.append(Sample(time.monotonic(), usage(pid)))
    return samples


def report(samples: list[Sample], records: list[Record], received: int) -> dict[str, Any]:
    """What was measured, and what it should have been at most; ``received`` are bytes."""
    first, last = samples[0], samples[-1]
    seconds = last.moment - first.moment
    live = [
        moments
        for record in records
        for fragment, moments in record.ended.items()
        if record.intervals.get(fragment) == _LIVE_SECONDS
    ]
    refreshed = ticks(live, _LIVE_SECONDS, (first.moment, last.moment))
    memory = [sample.usage.megabytes for sample in samples]
    return {
        "sessions": len(records),
        "sessions_with_live_charts": len(live),
        "seconds": round(seconds, 1),
        "targets_at_most": _TARGETS,
        "core_share": {
            "serving": round((last.usage.serving - first.usage.serving) / seconds, 3),
            "all": round((last.usage.seconds - first.usage.seconds) / seconds, 3),
            "living_threads": _shares(first.usage, last.usage, seconds),
        },
        "ticks": {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(refreshed).items()
        },
        "kilobytes_per_second": round(received / seconds / 1000, 1),
        "memory": {
            "megabytes": [round(memory[0]), round(memory[-1])],
            "megabytes_per_minute": round(slope([sample.moment for sample in samples], memory), 2),
        },
        "errors": dict(Counter(error for record in records for error in record.errors)),
    }


def _shares(first: Usage, last: Usage, seconds: float) -> dict[str, float]:
    grown = {name: used - first.by_thread.get(name, 0.0) for name, used in last.by_thread.items()}
    return {name: round(used / seconds, 3) for name, used in grown.items() if used / seconds >= 0.005}


if __name__ == "__main__":
    main()
