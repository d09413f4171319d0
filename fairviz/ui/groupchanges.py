"""How each group fares against the baseline, as a figure shows it; pure functions.

Axis letters: L configurations, G groups of one attribute.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fairviz.figures.group_series import Estimates, Forest
from fairviz.reports.evidence import AttributeEvidence, Evidence, GroupEvidence
from fairviz.ui import words
from fairviz.ui.evidencewords import LEVEL
from fairviz.ui.findings import Result
from fairviz.ui.groupseries import configurations, note


def changes_forest(found: Sequence[Result], attribute: str) -> Forest | None:
    """How the AUC of each group has changed against the baseline; None without evidence on any."""
    proven = [
        (result, evidence)
        for result in found
        if isinstance(result.evidence, Evidence)
        and (evidence := result.evidence.attributes.get(attribute)) is not None
    ]
    if not proven:
        return None
    groups = tuple(found[0].joined.first.attribute(attribute).groups)
    return Forest(
        question="Which groups does each method rank better or worse than the baseline?",
        details=(f"groups of {attribute}", "test data", "bars: 95% intervals", "dotted: as the baseline"),
        unit="change of the AUC (more is better)",
        decimals=3,
        configurations=configurations(result for result, _ in proven),
        groups=groups,
        panels=(_changes([evidence for _, evidence in proven], groups),),
        is_change=True,
    )


def _changes(proven: Sequence[AttributeEvidence], groups: Sequence[str]) -> Estimates:
    cells = [[evidence.groups[group] for group in groups] for evidence in proven]
    told = np.array([[_change(own) for own in row] for row in cells]).reshape(len(proven), len(groups), 3)
    return Estimates(
        "Change of the AUC",
        "AUC of the method less that of the baseline, same patients and seeds; more is better",
        told[..., 0],
        told[..., 1],
        told[..., 2],
        tuple(tuple(_why(own) for own in row) for row in cells),
        tuple(tuple(_verdict(own) for own in row) for row in cells),
    )


def _change(own: GroupEvidence) -> tuple[float, float, float]:
    return (math.nan,) * 3 if _why(own) else (own.auc.difference, *own.auc.interval)


def _why(own: GroupEvidence) -> str:
    """Why a change is not told; empty where it is."""
    return note(own.auc.reason or (words.NOT_ESTIMABLE if math.isnan(own.auc.difference) else ""))


def _verdict(own: GroupEvidence) -> str:
    if own.harmed:
        return "worse"
    return "better" if own.p_holm < LEVEL and own.auc.difference > 0 else ""
