"""Runs and reports as the store hands them out, made by hand."""

from __future__ import annotations

from typing import Any

from fairviz.store.records import RunRecord, State


def report(auc: float = 0.8, gap: float | None = 0.1, floor: float = 0.2, **changes: Any) -> dict[str, Any]:
    """A report with one attribute of two groups."""
    group = {"n": 100, "positives": 30, "auc": auc, "auc_low": auc - 0.1, "auc_high": auc + 0.1}
    overall = {
        "positives": 60,
        "auc": auc,
        "auc_low": auc - 0.05,
        "auc_high": auc + 0.05,
        "sensitivity": 0.7,
        "specificity": 0.7,
        "brier": 0.1,
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
        "groups_used": dict.fromkeys(gaps, 2),
        **dict.fromkeys(gaps, gap),
        "equalized_odds_difference_floor_95": floor,
    }
    return {**overall, "attributes": {"sex": attribute}, **changes}


def run(
    run_id: int,
    method: str = "baseline",
    seed: int = 0,
    test: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
) -> RunRecord:
    """A finished run."""
    found = test or report()
    return RunRecord(
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
