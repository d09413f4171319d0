"""A comparison as one JSON object, and as a table in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from fairviz.reports.differences import BASELINE, Report, differences
from fairviz.store.records import RunRecord, TaskRecord

DISCLAIMER = "Education and research only. Not a medical device; not validated for patient care."


def comparison_json(task: TaskRecord, runs: Sequence[RunRecord]) -> dict[str, Any]:
    """Task, runs and paired differences; undefined numbers are null, with a reason beside them."""
    finished = [run for run in runs if run.test is not None]
    baseline = _by_label(run for run in finished if run.spec["method"] == BASELINE)
    reference = next(iter(baseline.values()), {})
    return {
        "notice": DISCLAIMER,
        "task": {"id": task.id, **task.spec},
        "runs": [_run_json(run) for run in finished],
        "comparisons": [
            {
                "label": label,
                "baseline": BASELINE,
                "differences": [asdict(d) for d in differences(reports, reference)],
            }
            for label, reports in _by_label(finished).items()
            if label not in baseline
        ],
    }


def summary_rows(runs: Sequence[RunRecord]) -> list[dict[str, Any]]:
    """A row per configuration and attribute: means over seeds of the headline metrics on test rows."""
    finished = [run for run in runs if run.test is not None]
    return [
        {
            "label": label,
            "attribute": attribute,
            "seeds": len(reports),
            "auc": _mean(report["auc"] for report in reports.values()),
            **{
                metric: _mean(report["attributes"][attribute][metric] for report in reports.values())
                for metric in (
                    "auc_gap",
                    "auc_gap_floor_95",
                    "worst_group_auc",
                    "equalized_odds_difference",
                    "equalized_odds_difference_floor_95",
                    "soft_equalized_odds_gap",
                )
            },
        }
        for label, reports in _by_label(finished).items()
        for attribute in next(iter(reports.values()))["attributes"]
    ]


def _run_json(run: RunRecord) -> dict[str, Any]:
    return {
        "method": run.spec["method"],
        "params": run.spec["parameters"],
        "seed": run.spec["seed"],
        "epochs": run.epoch,
        "best_epoch": run.best_epoch,
        "seconds": round(run.seconds, 3),
        "test": run.test,
        "validation": run.validation,
    }


def _by_label(runs: Iterable[RunRecord]) -> dict[str, dict[int, Report]]:
    """Test reports by configuration and seed."""
    reports: dict[str, dict[int, Report]] = defaultdict(dict)
    for run in runs:
        assert run.test is not None
        reports[run.label][run.spec["seed"]] = run.test
    return dict(reports)


def _mean(values: Iterable[float | None]) -> float | None:
    """Mean of the defined values; None where there is none."""
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None
