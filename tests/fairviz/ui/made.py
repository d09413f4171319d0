"""Runs and reports as the workbench hands them out, made by hand."""

from __future__ import annotations

from typing import Any

from fairviz.evaluation.report import FairnessReport
from fairviz.reports.run import Run
from fairviz.store.records import State


def report(auc: float = 0.8, gap: float | None = 0.1, floor: float = 0.2, **changes: Any) -> FairnessReport:
    """A report with one attribute of three groups, one of them too small."""
    return FairnessReport.from_json(report_json(auc, gap, floor, **changes))


def report_json(
    auc: float = 0.8, gap: float | None = 0.1, floor: float = 0.2, **changes: Any
) -> dict[str, Any]:
    """The same as the store has it, without what the tests do not look at."""
    group = {
        "n": 100,
        "positives": 30,
        "negatives": 70,
        "auc": auc,
        "auc_low": auc - 0.1,
        "auc_high": auc + 0.1,
        "grade": {},
    }
    overall = {
        "n": 200,
        "positives": 60,
        "negatives": 140,
        "auc": auc,
        "auc_low": auc - 0.05,
        "auc_high": auc + 0.05,
        "sensitivity": 0.7,
        "specificity": 0.7,
        "brier": 0.1,
        "grade": {},
    }
    gaps = (
        "auc_gap",
        "equalized_odds_difference",
        "equalized_odds_difference_mean",
        "soft_equalized_odds_gap",
        "demographic_parity_difference",
    )
    attribute = {
        "groups": {"a": group, "b": {**group, "auc": auc - 0.02}, "c": {**group, "n": 7, "auc": None}},
        "rows_left_out": 0,
        "groups_used": dict.fromkeys(gaps, 2),
        **dict.fromkeys(gaps, gap),
        "equalized_odds_difference_floor": floor / 2,
        "equalized_odds_difference_floor_95": floor,
    }
    return {**overall, "attributes": {"sex": attribute}, **changes}


def run(
    run_id: int,
    method: str = "baseline",
    seed: int = 0,
    test: FairnessReport | None = None,
    parameters: dict[str, Any] | None = None,
) -> Run:
    """A finished run."""
    found = test or report()
    return Run(
        id=run_id,
        comparison_id="c",
        position=run_id,
        label=method.capitalize(),
        spec={"method": method, "seed": seed, "parameters": parameters or {}, "training": {"epochs": 3}},
        state=State.FINISHED,
        epoch=3,
        best_epoch=2,
        seconds=1.0,
        validation=found,
        test=found,
    )
