"""How fast the engine is, as ratios against its peers: ``python -m tests.benchmarks.engine [--json FILE]``.

Ratios are taken from calls in turns in one process, with as many threads as training uses: one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from sklearn.metrics import roc_auc_score

from models.ranking import batch_auc
from models.specs import BaselineSpec, FairGradSpec, MethodSpec, MultiFairSpec
from tests.benchmarks.peers import PlainBaseline, PlainPCGrad, PublishedLoop
from tests.benchmarks.problem import BATCH, LAYOUT, SPEC, Members, Problem
from tests.benchmarks.timing import Job, median_seconds

# Name, how it is reckoned from the medians, what it should be at most.
TARGETS: tuple[tuple[str, str, str, float, float], ...] = (
    ("12 MultiFair members / one", "multifair 12", "multifair 1", 1, 2.2),
    ("60 MultiFair members / one", "multifair 60", "multifair 1", 1, 11),
    ("one MultiFair step / plain baseline step", "multifair 1", "plain baseline", 1, 1.0),
    ("one MultiFair step / published loop", "multifair 1", "published loop", 1, 0.18),
    ("12 FairGrad members, each / torchjd PCGrad", "fairgrad 12", "torchjd pcgrad", 12, 0.2),
    ("one FairGrad step / torchjd PCGrad", "fairgrad 1", "torchjd pcgrad", 1, 0.8),
    ("AUCs of 60 members x 6 groups / scikit-learn", "batch auc", "scikit-learn auc", 1, 1 / 300),
)


def multifair(members: int) -> list[MethodSpec]:
    """A sweep over tau."""
    return [MultiFairSpec(tau=0.01 + 0.01 * i) for i in range(members)]


def jobs(problem: Problem) -> dict[str, Job]:
    """Everything that is timed together."""
    fairgrad: list[MethodSpec] = [FairGradSpec()] * 12
    return {
        "baseline 1": Members(problem, [BaselineSpec()]).step,
        "baseline 12": Members(problem, [BaselineSpec()] * 12).step,
        "multifair 1": Members(problem, multifair(1)).step,
        "multifair 12": Members(problem, multifair(12)).step,
        "multifair 60": Members(problem, multifair(60)).step,
        "fairgrad 1": Members(problem, fairgrad[:1]).step,
        "fairgrad 12": Members(problem, fairgrad).step,
        "plain baseline": PlainBaseline(problem, SPEC).step,
        "published loop": PublishedLoop(problem, SPEC).step,
        "torchjd pcgrad": PlainPCGrad(problem, SPEC).step,
        **auc_jobs(problem),
    }


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


def table(seconds: Mapping[str, float]) -> list[dict[str, float | str]]:
    """A row per target: ratio, what it should be, whether it is."""
    return [
        {"what": what, "ratio": seconds[a] / seconds[b] / divisor, "target": target}
        for what, a, b, divisor, target in TARGETS
    ]


def main() -> None:
    """Measure, print, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    seconds = median_seconds(jobs(Problem()), rounds=arguments.rounds)
    for name, value in seconds.items():
        print(f"{name:50s} {value * 1e3:9.2f} ms")
    for row in table(seconds):
        print(f"{row['what']:50s} {row['ratio']:9.4f} at most {row['target']:.4f}")
    if arguments.json:
        result = {"milliseconds": {n: s * 1e3 for n, s in seconds.items()}, "ratios": table(seconds)}
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
