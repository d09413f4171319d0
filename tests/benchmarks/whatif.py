"""How fast the What-if page is: ``python -m tests.benchmarks.whatif [--json FILE] [--epochs N]``.

A turn of a dial: replay, words and chart of 20 epochs of 36 batches, 6 modalities and 5 groups, as the page
makes them. A grid: tau x delta of the seed sweep with 3 seeds and the baseline on SUPPORT2, submitted as the
page does, against one point with as many seeds from the same page.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fairviz.config import Settings
from fairviz.figures.replayed import replayed, replayed_text
from fairviz.ui import replaywords
from fairviz.ui.replayseries import Names, Traces, gated
from fairviz.whatif import replay
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.fairviz.ui.sweeps import swept_run

STEPS, MODALITIES, SIZES = 20 * 36, 6, (3, 2)
RHO = 1.2
GRID = tuple(
    {"tau": tau, "delta": delta} for tau, delta in product((0.01, 0.02, 0.04, 0.07), (0.3, 0.5, 0.6))
)
POINT = ({"tau": 0.03, "delta": 0.4},)
SEEDS = 3
MOST_MILLISECONDS = 100.0
MOST_RATIO = 3.0


def recorded(
    steps: int = STEPS, modalities: int = MODALITIES, sizes: Sequence[int] = SIZES
) -> dict[str, NDArray[np.float32]]:
    """Made-up traces of MultiFair: AUCs that differ by group, shares that differ by batch."""
    rng = np.random.default_rng(0)
    traces = {
        "surrogate_auc": rng.uniform(0.4, 0.6, (steps, modalities, sum(sizes))),
        "shares": np.hstack([rng.dirichlet([5.0] * size, steps) for size in sizes]),
        "gap": rng.uniform(0, 0.1, (steps, len(sizes))),
        "balance": rng.uniform(0, 1, (steps, modalities)),
    }
    single = {name: trace.astype(np.float32) for name, trace in traces.items()}
    own = replay(single, sizes, tau=0.04, delta=0.3, rho=RHO)
    return single | {name: getattr(own, name) for name in ("gate", "batch_factors", "scale", "group_factors")}


def turn(traces: Traces, *, tau: float, delta: float) -> int:
    """What the server does when a dial is turned; characters of the chart and the words."""
    names = Names(tuple(f"modality {m}" for m in range(MODALITIES)), ("race", "sex"), ())
    chance = {name: np.linspace(0, 0.2, 500) for name in names.attributes}
    found = replay(traces, SIZES, tau=tau, delta=delta, rho=RHO)
    told = [
        *replaywords.gate_in_words(names, traces, found, chance, tau=tau, own_tau=0.04),
        *replaywords.delta_in_words(traces, found, dials=(tau, delta), own=(0.04, 0.3)),
    ]
    shown = gated(swept_run(1, "multifair"), names, traces, found, tau=tau, delta=delta, floors={"race": 0.1})
    figure: str = replayed(shown).to_json()
    return len(figure) + len(replayed_text(shown)) + len(" ".join(told))


def turn_milliseconds(rounds: int = 20) -> float:
    """Median of turns; the first, which imports what is needed, is not counted."""
    traces = recorded()
    turn(traces, tau=0.02, delta=0.5)
    return 1000 * statistics.median(
        _seconds(lambda: turn(traces, tau=0.02, delta=0.5)) for _ in range(rounds)
    )


def _seconds(job: Callable[[], object]) -> float:
    """Of the processor, which hold on a busy machine, too."""
    began = time.process_time()
    job()
    return time.process_time() - began


def trained(bench: Workbench, task: str, points: Sequence[dict[str, float]], epochs: int) -> dict[str, float]:
    """Seconds that points take, to the first epochs that the front has, and to the first finished run.

    Those of the processor hold on a busy machine, too.
    """
    began, worked = time.perf_counter(), time.process_time()
    comparison = bench.train_points(
        task, "multifair", points, seeds=SEEDS, training=TrainingSpec(epochs=epochs), baseline=True
    )
    seen: dict[str, float] = {}
    while bench.progress(comparison).state.active:
        now = time.perf_counter() - began
        runs = bench.store.runs(comparison)
        if "first points" not in seen and any(run.epoch for run in runs):
            seen["first points"] = now
        if "first run" not in seen and any(run.test is not None for run in runs):
            seen["first run"] = now
        time.sleep(0.05)
    work = time.process_time() - worked
    return {
        **seen,
        "all": time.perf_counter() - began,
        "processor": work,
        "runs": float(len(bench.store.runs(comparison))),
    }


def stored_turn_milliseconds(bench: Workbench, task: str) -> float:
    """Median of what the workbench needs for a replay of a run that it keeps."""
    comparison = bench.store.comparisons(task)[0].id
    run = next(run for run in bench.store.runs(comparison) if run.spec["method"] == "multifair")
    bench.what_if(run.id, tau=0.02, delta=0.5)
    return 1000 * statistics.median(
        _seconds(lambda: bench.what_if(run.id, tau=0.02, delta=0.5)) for _ in range(20)
    )


def main() -> None:
    """Measure, print, and keep if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--epochs", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, Workbench(settings=Settings(home=Path(home))) as bench:
        task = bench.add_sample("support2").id
        trained(bench, task, POINT, 1)  # pays for imports and for preparing the data
        one = trained(bench, task, POINT, asked.epochs)
        grid = trained(bench, task, GRID, asked.epochs)
        stored = stored_turn_milliseconds(bench, task)
    milliseconds, ratio = turn_milliseconds(), grid["processor"] / one["processor"]
    targets = {
        f"a turn takes at most {MOST_MILLISECONDS:.0f} ms": milliseconds + stored <= MOST_MILLISECONDS,
        f"the grid takes at most {MOST_RATIO:g} times as long as a point": ratio <= MOST_RATIO,
        "points are there before the first run finishes": grid["first points"] < grid["first run"],
    }
    measured = {
        "turn of a dial, ms": milliseconds,
        "replay by the workbench, ms": stored,
        "one point, s": one,
        "grid, s": grid,
        "grid / one point, of the processor": ratio,
        "grid / one point": grid["all"] / one["all"],
        "targets met": targets,
    }
    print(json.dumps(measured, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(measured, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
