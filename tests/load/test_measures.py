"""The pure parts of the load test."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest

from tests.load.measures import slope, ticks
from tests.load.process import TRAINER, resident_megabytes, stat_seconds, usage

STAT = "7 (a) b (c)) S 1 7 7 0 -1 4194304 9 0 0 0 250 50 3 4 20 0 3 0 100 200 300"


def test_steady_refreshes_miss_nothing() -> None:
    moments = [[start + i for i in range(100)] for start in (0.0, 0.3)]
    found = ticks(moments, 1.0, (10.0, 60.0))
    assert (found.p50, found.p95) == pytest.approx((1, 1))
    assert found.missed == 0
    assert found.count == 51 + 50


def test_a_stall_is_missed_refreshes_and_a_long_gap() -> None:
    found = ticks([[*range(20), *range(26, 61)]], 1.0, (0.0, 60.0))
    assert found.missed == 60 - 55
    assert ticks([[0.0, 1.0, 2.0, 9.0]], 1.0, (0.0, 9.0)).p95 > 5


def test_without_refreshes_all_are_missed_and_there_is_no_gap() -> None:
    found = ticks([[], [1.0]], 1.0, (0.0, 10.0))
    assert found.missed == 19
    assert math.isnan(found.p50)


def test_the_slope_is_per_minute() -> None:
    seconds = np.arange(0.0, 120.0)
    noise = np.random.default_rng(0).normal(0, 0.1, 120)
    assert slope(seconds.tolist(), (500 + 3 * seconds / 60 + noise).tolist()) == pytest.approx(3, abs=0.1)


def test_a_name_may_hold_parentheses_and_spaces() -> None:
    assert stat_seconds(STAT, ticks_per_second=100) == ("a) b (c)", 3.0)


def test_memory_is_the_resident_part() -> None:
    assert resident_megabytes("VmPeak:\t 9999 kB\nVmRSS:\t  2048 kB\nThreads: 3\n") == 2


def test_training_is_no_serving(tmp_path: Path) -> None:
    own = tmp_path / "7"
    for thread, name, ticks_used in ((7, "python", 100), (8, TRAINER, 900), (9, "x", 50)):
        folder = own / "task" / str(thread)
        folder.mkdir(parents=True)
        (folder / "stat").write_text(STAT.replace("a) b (c)", name).replace("250 50", f"{ticks_used} 0"))
    # 200 ticks are of threads that have ended.
    (own / "stat").write_text(STAT.replace("250 50", "1250 0"))
    (own / "status").write_text("VmRSS: 1024 kB\n")
    per_second = os.sysconf("SC_CLK_TCK")
    found = usage(7, tmp_path)
    assert found.by_thread == {"python": 100 / per_second, TRAINER: 900 / per_second, "x": 50 / per_second}
    assert found.serving == pytest.approx(350 / per_second)


def test_this_process_can_be_read() -> None:
    assert usage(os.getpid()).megabytes > 10
