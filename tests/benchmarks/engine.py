"""How fast the engine is, as ratios against its peers: ``python -m tests.benchmarks.engine [--json FILE]``.

Ratios are taken from calls in turns in one process. A pack trains in one thread; what can be shared out is
also measured shared out among two, as two workers do it. With ``--device cuda`` the questions are those of a
GPU: how many members cost how much more than one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from sklearn.metrics import roc_auc_score

from fairviz.training.devices import warm_up
from models.ranking import batch_auc
from models.specs import BaselineSpec, FairGradSpec, MethodSpec, MultiFairSpec
from tests.benchmarks.peers import PlainBaseline, PlainPCGrad, PublishedLoop
from tests.benchmarks.problem import BATCH, LAYOUT, SPEC, Members, Problem
from tests.benchmarks.timing import Job, median_seconds
from tests.benchmarks.whole import memory_of_members, whole_run_ratio

Target = tuple[str, str, str, float, float]
"""What is measured, how it is reckoned from the medians (a / b / divisor), what it should be at most."""

CPU_TARGETS: tuple[Target, ...] = (
    ("12 MultiFair members in 2 threads / one", "multifair 12, 2 threads", "multifair 1", 1, 2.2),
    ("60 MultiFair members in 2 threads / one", "multifair 60, 2 threads", "multifair 1", 1, 11),
    ("12 MultiFair members in 1 thread / one", "multifair 12", "multifair 1", 1, 2.2),
    ("one MultiFair step / plain baseline step", "multifair 1", "plain baseline", 1, 1.0),
    ("one MultiFair step / the same, fused AdamW", "multifair 1", "plain baseline, fused AdamW", 1, 1.0),
    ("one MultiFair step / published loop", "multifair 1", "published loop", 1, 0.18),
    ("12 FairGrad, each / torchjd PCGrad", "fairgrad 12", "torchjd pcgrad", 12, 0.2),
    ("the same in 2 threads", "fairgrad 12, 2 threads", "torchjd pcgrad 2, 2 threads", 6, 0.2),
    ("one FairGrad step / torchjd PCGrad", "fairgrad 1", "torchjd pcgrad", 1, 0.8),
    ("AUCs of 60 members x 6 groups / scikit-learn", "batch auc", "scikit-learn auc", 1, 1 / 300),
)
GPU_TARGETS: tuple[Target, ...] = (
    ("120 MultiFair members / one", "multifair 120", "multifair 1", 1, 2),
    ("1,000 MultiFair members / one", "multifair 1000", "multifair 1", 1, 8),
)


def together(steps: Sequence[Job]) -> Job:
    """One step of each at the same time, a thread each, as workers train packs."""
    threads = ThreadPoolExecutor(len(steps))
    return lambda: list(threads.map(lambda step: step(), steps))


def shared(problem: Problem, specs: Sequence[MethodSpec]) -> Job:
    """Members shared out between two packs."""
    return together([Members(problem, specs[start::2]).step for start in range(2)])


def multifair(members: int) -> list[MethodSpec]:
    """A sweep over tau."""
    return [MultiFairSpec(tau=0.01 + 0.01 * (i % 60)) for i in range(members)]


def cpu_jobs(problem: Problem) -> dict[str, Job]:
    """Everything that is timed together on a CPU."""
    fairgrad: list[MethodSpec] = [FairGradSpec()] * 12
    return {
        "baseline 1": Members(problem, [BaselineSpec()]).step,
        "baseline 12": Members(problem, [BaselineSpec()] * 12).step,
        "multifair 1": Members(problem, multifair(1)).step,
        "multifair 12": Members(problem, multifair(12)).step,
        "multifair 12, 2 threads": shared(problem, multifair(12)),
        "multifair 60, 2 threads": shared(problem, multifair(60)),
        "fairgrad 1": Members(problem, fairgrad[:1]).step,
        "fairgrad 12": Members(problem, fairgrad).step,
        "fairgrad 12, 2 threads": shared(problem, fairgrad),
        "plain baseline": PlainBaseline(problem, SPEC, fused=False).step,
        "plain baseline, fused AdamW": PlainBaseline(problem, SPEC).step,
        "published loop": PublishedLoop(problem, SPEC).step,
        "torchjd pcgrad": PlainPCGrad(problem, SPEC).step,
        "torchjd pcgrad 2, 2 threads": together([PlainPCGrad(problem, SPEC).step for _ in range(2)]),
        **auc_jobs(problem),
    }


def gpu_jobs(problem: Problem) -> dict[str, Job]:
    """Packs on a GPU, each step waited for."""

    def waited(members: int) -> Job:
        pack = Members(problem, multifair(members), "cuda")

        def step() -> None:
            pack.step()
            torch.cuda.synchronize()

        return step

    return {f"multifair {members}": waited(members) for members in (1, 12, 120, 1000)}


def auc_jobs(problem: Problem) -> dict[str, Job]:
    """In-batch AUCs of 60 members in one call, and one by one."""
    _, labels, groups = problem.next_rows()
    scores = torch.randn(60, BATCH, generator=torch.Generator().manual_seed(1))
    rows = [(groups[:, g] > 0).numpy() for g in range(LAYOUT.total)]
    y, own = labels.numpy(), scores.numpy()
    return {
        "batch auc": lambda: batch_auc(scores, labels, groups),
        "scikit-learn auc": lambda: [roc_auc_score(y[r], member[r]) for member in own for r in rows],
    }


def table(seconds: Mapping[str, float], targets: Sequence[Target]) -> list[dict[str, float | str]]:
    """A row per target: ratio, what it should be at most."""
    return [
        {"what": what, "found": seconds[a] / seconds[b] / divisor, "at most": target}
        for what, a, b, divisor, target in targets
    ]


def main() -> None:
    """Measure, print, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    arguments = parser.parse_args()
    warm_up()
    problem, on_cpu = Problem(), arguments.device == "cpu"
    jobs = cpu_jobs(problem) if on_cpu else gpu_jobs(problem)
    seconds = median_seconds(jobs, rounds=arguments.rounds)
    rows = table(seconds, CPU_TARGETS if on_cpu else GPU_TARGETS)
    if on_cpu:
        rows.append(
            {
                "what": "a whole run / its bare steps (engine alone)",
                "found": whole_run_ratio(),
                "at most": 1.1,
            }
        )
        rows.append(
            {"what": "MB for 120 members (packs in turn)", "found": memory_of_members(120), "at most": 150}
        )
    for name, value in seconds.items():
        print(f"{name:50s} {value * 1e3:9.2f} ms")
    for row in rows:
        print(f"{row['what']:50s} {row['found']:9.4f} at most {row['at most']:.4f}")
    if arguments.json:
        result = {"milliseconds": {n: s * 1e3 for n, s in seconds.items()}, "ratios": rows}
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
