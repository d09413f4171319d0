"""Finished runs in a store, whose scores a test makes up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fairviz.data.prepare import PreparedData
from fairviz.evaluation.binary import evaluate
from fairviz.store.records import Json, ResultEntry, RunEntry
from fairviz.store.store import Store
from tests.fairviz.small import small_task

DATA = small_task()
TEST = DATA.split.test
METHODS = ("baseline", "fairgrad", "multifair", "group-dro")
Scores = np.ndarray[Any, Any]


def compare(
    store: Store,
    runs: Sequence[tuple[str, int, Scores]],
    data: PreparedData = DATA,
    *,
    lots: Sequence[str] = (),
) -> str:
    """A comparison with finished runs of (label, seed, scores); labels in ``lots`` draw decisions."""
    entries = [
        RunEntry(label, {"method": label, "seed": seed, "parameters": {}, "training": {"epochs": 3}})
        for label, seed, _ in runs
    ]
    made = store.add_comparison("t", entries, "nobody").id
    store.start(made)
    results = [
        ResultEntry(run.id, 1, {}, report(scores, data, drawn=label in lots), scores[:, np.newaxis])
        for run, (label, _, scores) in zip(store.runs(made), runs, strict=True)
    ]
    store.add_results(made, results)
    return made


def report(scores: Scores, data: PreparedData, *, drawn: bool) -> Json:
    own = scores[TEST].astype(np.float64)
    return evaluate(
        data.labels[TEST],
        own,
        threshold=0.5,
        attributes=[replace(a, codes=a.codes[TEST]) for a in data.attributes],
        floor=False,
        decisions=(own > 0.5).astype(int) if drawn else None,
    ).to_json()


def noisy(seed: int, noise: float, data: PreparedData = DATA) -> Scores:
    """Scores that know the outcome but for some noise."""
    logits = data.labels - 0.5 + np.random.default_rng([seed, 1]).normal(0, noise, len(data.labels))
    return (1 / (1 + np.exp(-logits))).astype(np.float32)


RUNS = [
    (label, seed, noisy(10 * place + seed, 1.0)) for place, label in enumerate(METHODS) for seed in range(3)
]
