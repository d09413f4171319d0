"""How fast metrics are, as ratios against fairlearn: ``python -m tests.benchmarks.metrics [--json FILE]``.

Ratios are taken from calls in turns in one process and one thread. What is compared:

- A bootstrap of 1,000 replicates, 10,000 rows and 6 groups: AUCs, rates of positive decisions (of all, of
  positives, of negatives) and mean scores of positives and of negatives, and the gaps made of them, against
  ``MetricFrame(n_boot=...)`` of the same. Its replicates are timed as 5 of them and scaled.
- A full report of 20,000 rows, 3 attributes and their intersections, noise floors and intervals included,
  against one ``MetricFrame`` for each attribute and intersection, with the rates alone and no interval.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, precision_score, roc_auc_score

from fairviz.data.groups import Attribute
from fairviz.evaluation import evaluate
from fairviz.metrics.bootstrap import bootstrap_group_auc
from fairviz.metrics.inputs import Groups
from fairviz.metrics.resampling import Strata, resampled_metrics
from tests.benchmarks.timing import Job, median_seconds

Metric = Callable[..., float]

REPLICATES, FEW_REPLICATES = 1_000, 5
THRESHOLD = 0.3
BOOTSTRAP_ROWS, BOOTSTRAP_GROUPS = 10_000, 6
REPORT_ROWS, REPORT_GROUPS = 20_000, {"race": 5, "sex": 2, "age": 4}
INTERSECTIONS = (["race", "sex"], ["race", "age"], ["sex", "age"], ["race", "sex", "age"])


class Rows:
    """Made-up outcomes, scores, decisions and groups."""

    def __init__(self, rows: int, groups: dict[str, int]) -> None:
        rng = np.random.default_rng(0)
        self.labels = (rng.random(rows) < THRESHOLD).astype(np.int64)
        self.scores = 1 / (1 + np.exp(-1.5 * (self.labels - 0.5) - rng.normal(size=rows)))
        self.decisions = (self.scores >= THRESHOLD).astype(np.int64)
        self.attributes = [
            Attribute(name, tuple(f"{name} {g}" for g in range(size)), rng.integers(0, size, rows))
            for name, size in groups.items()
        ]

    def frame(self, names: list[str], metrics: dict[str, Metric], **bootstrap: Any) -> MetricFrame:
        """Fairlearn's metrics of these attributes' groups, or of their intersections."""
        table = {own.name: np.array(own.values)[own.codes] for own in self.attributes if own.name in names}
        by_score = {name: {"score": self.scores} for name in metrics if name in BY_SCORE}
        return MetricFrame(
            metrics=metrics,
            y_true=self.labels,
            y_pred=self.decisions,
            sensitive_features=pd.DataFrame(table),
            sample_params=by_score,
            **bootstrap,
        )


def auc(y_true: NDArray[Any], _decisions: NDArray[Any], score: NDArray[Any]) -> float:
    """AUC of scores, which fairlearn takes beside decisions."""
    return float(roc_auc_score(y_true, score))


def mean_of_positives(y_true: NDArray[Any], _decisions: NDArray[Any], score: NDArray[Any]) -> float:
    """Mean score where the outcome is 1."""
    return float(np.mean(score[y_true == 1]))


def mean_of_negatives(y_true: NDArray[Any], _decisions: NDArray[Any], score: NDArray[Any]) -> float:
    """Mean score where the outcome is 0."""
    return float(np.mean(score[y_true == 0]))


def npv(y_true: NDArray[Any], y_pred: NDArray[Any]) -> float:
    """Share of rows decided negative whose outcome is 0."""
    return float(precision_score(y_true, y_pred, pos_label=0))


BY_SCORE: dict[str, Metric] = {
    "auc": auc,
    "mean score of positives": mean_of_positives,
    "mean score of negatives": mean_of_negatives,
}
ODDS: dict[str, Metric] = {
    "selection rate": selection_rate,
    "tpr": true_positive_rate,
    "fpr": false_positive_rate,
}
RATES: dict[str, Metric] = {
    "auc": auc,
    **ODDS,
    "accuracy": accuracy_score,
    "ppv": precision_score,
    "npv": npv,
}


def bootstrap_jobs() -> dict[str, Job]:
    """Bootstraps of one model's rows."""
    rows = Rows(BOOTSTRAP_ROWS, {"group": BOOTSTRAP_GROUPS})
    (group,) = rows.attributes

    def ours() -> object:
        strata = Strata.draw(rows.labels, Groups(group.codes, BOOTSTRAP_GROUPS), REPLICATES)
        return resampled_metrics(strata, rows.scores[None], rows.decisions[None].astype(np.float64))

    def fairlearn(metrics: dict[str, Metric], replicates: int) -> Job:
        limits: dict[str, Any] = {"n_boot": replicates, "ci_quantiles": [0.025, 0.975], "random_state": 0}
        return lambda: rows.frame(["group"], metrics, **(limits if replicates else {}))

    return {
        "bootstrap": ours,
        "fairlearn, no replicate": fairlearn(BY_SCORE | ODDS, 0),
        "fairlearn, few replicates": fairlearn(BY_SCORE | ODDS, FEW_REPLICATES),
        "bootstrap of AUCs alone": lambda: bootstrap_group_auc(
            rows.labels, rows.scores, sensitive_features=group.codes, n_boot=REPLICATES
        ),
        "fairlearn, AUCs alone, no replicate": fairlearn({"auc": auc}, 0),
        "fairlearn, AUCs alone, few replicates": fairlearn({"auc": auc}, FEW_REPLICATES),
    }


def report_jobs() -> dict[str, Job]:
    """Reports on the same rows."""
    rows = Rows(REPORT_ROWS, REPORT_GROUPS)

    def ours(*, floor: bool) -> Job:
        return lambda: evaluate(
            rows.labels, rows.scores, threshold=THRESHOLD, attributes=rows.attributes, floor=floor
        )

    partitions = [*([name] for name in REPORT_GROUPS), *INTERSECTIONS]
    return {
        "report of every epoch": ours(floor=False),
        "full report": ours(floor=True),
        "fairlearn, rates": lambda: [rows.frame(names, RATES).by_group for names in partitions],
    }


def ratios(seconds: dict[str, float]) -> list[dict[str, float | str]]:
    """What is measured, how many times faster, or how many times the time, and what it should be."""

    def per_bootstrap(which: str) -> float:
        few, none = (seconds[f"fairlearn, {which}{n} replicate{s}"] for n, s in (("few", "s"), ("no", "")))
        return none + (few - none) / FEW_REPLICATES * REPLICATES

    return [
        {
            "what": "bootstrap of 1,000 replicates / fairlearn",
            "found": seconds["bootstrap"] / per_bootstrap(""),
            "at most": 1 / 600,
        },
        {
            "what": "bootstrap of AUCs alone / fairlearn",
            "found": seconds["bootstrap of AUCs alone"] / per_bootstrap("AUCs alone, "),
            "at most": 1 / 100,
        },
        {
            "what": "full report with intervals / fairlearn without",
            "found": seconds["full report"] / seconds["fairlearn, rates"],
            "at most": 10,
        },
    ]


def main() -> None:
    """Measure, print, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    seconds = median_seconds(bootstrap_jobs() | report_jobs(), rounds=arguments.rounds, calls=1, warm=1)
    rows = ratios(seconds)
    for name, value in seconds.items():
        print(f"{name:50s} {value * 1e3:9.2f} ms")
    for row in rows:
        print(f"{row['what']:50s} {row['found']:9.4f} at most {row['at most']:.4f}")
    if arguments.json:
        result = {"milliseconds": {n: s * 1e3 for n, s in seconds.items()}, "ratios": rows}
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
