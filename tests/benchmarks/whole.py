"""What a whole run costs beyond its steps, and what many members cost in memory."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import torch

from fairviz.training.devices import warm_up
from fairviz.training.engine import train
from fairviz.training.packing import pack_runs
from fairviz.training.runs import RunSpec
from fairviz.training.tensors import TaskTensors
from models.specs import MultiFairSpec, TrainingSpec
from tests.benchmarks.problem import Problem


def sweep(members: int, epochs: int) -> list[RunSpec]:
    """MultiFair at as many values of tau."""
    return [
        RunSpec(
            method="multifair",
            parameters=MultiFairSpec(tau=0.01 + 0.01 * (i % 60)),
            training=TrainingSpec(epochs=epochs),
            seed=0,
        )
        for i in range(members)
    ]


def whole_run_ratio(members: int = 12, epochs: int = 20) -> float:
    """Seconds of a pack's training, reports and traces included, over those between its steps alone.

    The step's own time is taken inside the same training: from one step's end to the next within an epoch.
    """
    data = Problem().prepared()
    tensors = TaskTensors.of(data, torch.device("cpu"))
    (pack,) = pack_runs(sweep(members, epochs))
    began = last = time.perf_counter()
    steps: list[float] = []
    for _ in train(pack, data, tensors):
        now = time.perf_counter()
        steps.append(now - last)
        last = now
    ended = time.perf_counter()
    bare = sorted(steps)[len(steps) // 2]
    count = len(steps) - epochs - 1
    return (ended - began) / (bare * count)


def memory_of_members(members: int) -> float:
    """Megabytes that training so many members takes at its peak beyond one member, in fresh processes."""

    def peak(count: int) -> float:
        command = [sys.executable, "-m", "tests.benchmarks.whole", str(count)]
        return float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)

    return peak(members) - peak(1)


def peak_memory(members: int) -> float:
    """Peak megabytes of this process after an epoch of every pack in turn."""
    warm_up()
    data = Problem().prepared()
    tensors = TaskTensors.of(data, torch.device("cpu"))
    packs = [train(pack, data, tensors) for pack in pack_runs(sweep(members, 1))]
    for _ in range(5):
        for pack in packs:
            next(pack)
    for pack in packs:
        list(pack)
    # Not ru_maxrss, which begins with what the parent process had.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    print(peak_memory(int(sys.argv[1])))
