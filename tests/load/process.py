"""What a process costs, read from ``/proc``: time per thread, memory."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

# The kernel cuts names of threads here.
_LONGEST_NAME = 15
TRAINER = "fairviz-trainer"[:_LONGEST_NAME]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used since it began.

    Attributes:
        seconds: on a core, of all threads, of those that have ended too.
        by_thread: seconds of living threads by name; those of one name together.
        megabytes: of memory that is resident now.
    """

    seconds: float
    by_thread: dict[str, float]
    megabytes: float

    @property
    def serving(self) -> float:
        """Seconds of everything but training."""
        return self.seconds - self.by_thread.get(TRAINER, 0.0)


def usage(pid: int, proc: Path = Path("/proc")) -> Usage:
    """Read what a process has used.

    Raises:
        FileNotFoundError: the process has ended.
    """
    own = proc / str(pid)
    threads: defaultdict[str, float] = defaultdict(float)
    for task in (own / "task").iterdir():
        try:
            name, seconds = stat_seconds((task / "stat").read_text())
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile; the process's own total has its time
        threads[name] += seconds
    _, seconds = stat_seconds((own / "stat").read_text())
    return Usage(seconds, dict(threads), resident_megabytes((own / "status").read_text()))


def stat_seconds(stat: str, ticks_per_second: int = os.sysconf("SC_CLK_TCK")) -> tuple[str, float]:
    """Name and seconds on a core, user and system, of a line of ``stat`` (proc(5)).

    The name stands in parentheses and may hold anything, parentheses too.
    """
    head, _, tail = stat.rpartition(")")
    fields = tail.split()
    # Fields 14 and 15 of the line; ``tail`` begins with the third.
    return head.partition("(")[2], (int(fields[11]) + int(fields[12])) / ticks_per_second


def resident_megabytes(status: str) -> float:
    """Resident memory in ``status`` (proc(5))."""
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
