"""Times several callables in turns, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

Job = Callable[[], object]


def median_seconds(
    jobs: Mapping[str, Job], *, rounds: int = 10, calls: int = 4, warm: int = 3
) -> dict[str, float]:
    """Median seconds per call of each job.

    In every round each job is called several times running, as training calls it, and the first call is not
    counted: it pays for the caches that the job before has filled with its own.
    """
    for job in jobs.values():
        for _ in range(warm):
            job()
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            job()
            for _ in range(calls):
                began = time.perf_counter()
                job()
                times[name].append(time.perf_counter() - began)
    return {name: statistics.median(values) for name, values in times.items()}
