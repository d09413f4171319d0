"""A comparison as one JSON object, and as a table in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from fairviz.evaluation.report import FairnessReport
from fairviz.reports.collapse import Collapse, collapses, collapses_by_label
from fairviz.reports.differences import differences
from fairviz.reports.evidence import Evidence, Unavailable, evidence_json, family_p_values
from fairviz.reports.joined import Joined
from fairviz.reports.pairing import baselines_by_label
from fairviz.reports.run import Run
from fairviz.store.records import TaskRecord
from fairviz.training.runs import BASELINE

_GAP: Final = "equalized_odds_difference"

DISCLAIMER = "Education and research only. Not a medical device; not validated for patient care."


def comparison_json(
    task: TaskRecord,
    runs: Sequence[Run],
    evidence: Mapping[str, Evidence | Unavailable],
    *,
    threshold: str,
) -> dict[str, Any]:
    """Task, runs, paired differences and what these prove; undefined numbers are null, with a reason.

    ``evidence`` is by label, of every configuration with finished runs but the baseline. ``threshold`` is the
    rule by which the thresholds of decisions were chosen.
    """
    finished = [run for run in runs if run.test is not None]
    compared = [run for run in finished if run.spec["method"] != BASELINE]
    references = {label: _reports(paired) for label, paired in baselines_by_label(finished).items()}
    collapsed = collapses(finished)
    proven = evidence_json(evidence)
    return {
        "notice": DISCLAIMER,
        "task": {"id": task.id, **task.spec},
        "threshold_rule": threshold,
        "runs": [_run_json(run, collapsed.get(run.id)) for run in finished],
        "comparisons": [
            {
                "label": label,
                "baseline": BASELINE,
                "differences": [asdict(d) for d in differences(reports, references.get(label, {}))],
                "evidence": proven[label],
            }
            for label, reports in _by_label(compared).items()
        ],
    }


HEADLINE: Final = ("auc_gap", "worst_group_auc", "equalized_odds_difference", "soft_equalized_odds_gap")
"""Gaps that a summary tells."""


def summary_rows(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """A row per configuration and attribute: estimates over seeds of the headline metrics on test rows.

    "groups_used" is of all "groups" how many enter the gap that fewest do. "auc" and each of ``HEADLINE`` is
    an ``Estimate``, and ``<gap>_floor`` the gap that chance alone exceeds one time in twenty. "collapse" says
    on how many seeds the configuration no longer tells patients apart; None where on none.
    """
    finished = [run for run in runs if run.test is not None]
    collapsed = collapses_by_label(finished)
    return [
        {
            "label": label,
            "attribute": attribute,
            "groups": len(joined.first.attribute(attribute).groups),
            "groups_used": min(joined.first.attribute(attribute).groups_used.get(gap, 0) for gap in HEADLINE),
            "seeds": len(reports),
            "collapse": collapsed.get(label),
            "auc": joined.performance("auc"),
            **{gap: joined.gap(attribute, gap) for gap in HEADLINE},
            **{f"{gap}_floor": joined.floor(attribute, gap) for gap in HEADLINE},
        }
        for label, reports in _by_label(finished).items()
        for joined in [Joined(reports)]
        for attribute in joined.first.attributes
    ]


def evidence_rows(evidence: Mapping[str, Evidence | Unavailable]) -> list[dict[str, Any]]:
    """A row per configuration with evidence, and attribute: what test rows prove against the baseline.

    "auc_change", "low", "high" and "p_holm" are of the overall AUC; "gap_change" and "gap_changed" of the
    equalized-odds difference; "harmed" names groups; "could_miss" says which fall no group can exceed.
    """
    adjusted = family_p_values(evidence)
    rows = []
    for label, own in evidence.items():
        if not isinstance(own, Evidence):
            continue
        low, high = own.auc.interval
        overall = {"auc_change": own.auc.difference, "low": low, "high": high, "p_holm": adjusted[label]}
        for attribute, found in own.attributes.items():
            change = found.gaps[_GAP]
            rows.append(
                {
                    "label": label,
                    "attribute": attribute,
                    **overall,
                    "gap_change": change.difference if change else None,
                    "gap_changed": change.changed if change else None,
                    "harmed": found.harmed if found.tested else None,
                    "could_miss": found.could_miss,
                }
            )
    return rows


def _run_json(run: Run, collapse: Collapse | None) -> dict[str, Any]:
    return {
        "method": run.spec["method"],
        "params": run.spec["parameters"],
        "training": run.spec["training"],
        "seed": run.spec["seed"],
        "epochs": run.epoch,
        "best_epoch": run.best_epoch,
        "seconds": round(run.seconds, 3),
        "collapse": collapse,
        "test": _report_json(run.test),
        "validation": _report_json(run.validation),
    }


def _report_json(report: FairnessReport | None) -> dict[str, Any] | None:
    return None if report is None else report.to_json()


def _by_label(runs: Iterable[Run]) -> dict[str, dict[int, FairnessReport]]:
    """Test reports by configuration and seed."""
    found: dict[str, dict[int, Run]] = defaultdict(dict)
    for run in runs:
        found[run.label][run.spec["seed"]] = run
    return {label: _reports(by_seed) for label, by_seed in found.items()}


def _reports(by_seed: Mapping[int, Run]) -> dict[int, FairnessReport]:
    """Test reports of finished runs."""
    return {seed: run.test for seed, run in by_seed.items() if run.test is not None}
