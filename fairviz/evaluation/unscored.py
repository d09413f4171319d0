"""Reports on rows that nothing was predicted for: their counts, and why there is no more."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, TypeVar

from fairviz.evaluation.binary import METRICS, PARTS
from fairviz.evaluation.report import AttributeReport, FairnessReport, Performance
from fairviz.metrics.estimable import Grade

Record = TypeVar("Record", bound=Performance)


def unscored(report: FairnessReport, reason: str) -> FairnessReport:
    """The counts of a report with NaN for all that rests on scores.

    Args:
        report: on the same rows, whatever it says of them.
        reason: why there are no scores, as a reader gets to see it.
    """
    attributes = {name: _unscored_attribute(own, reason) for name, own in report.attributes.items()}
    classes = {name: unscored(own, reason) for name, own in report.classes.items()}
    return replace(_unscored_rows(report, reason), attributes=attributes, classes=classes)


def _unscored_rows(record: Record, reason: str) -> Record:
    """Metrics and their limits become NaN."""
    numbers = [f"{name}{end}" for name in METRICS for end in ("", "_low", "_high")]
    unknown: dict[str, Any] = {name: math.nan for name in numbers if hasattr(record, name)}
    return replace(
        record,
        **unknown,
        grade=dict.fromkeys(METRICS, Grade.NONE),
        reason={**record.reason, **dict.fromkeys(METRICS, reason)},
    )


def _unscored_attribute(report: AttributeReport, reason: str) -> AttributeReport:
    """So do gaps, which no group enters."""
    unknown: dict[str, Any] = dict.fromkeys(PARTS, math.nan)
    return replace(
        report,
        groups={name: _unscored_rows(group, reason) for name, group in report.groups.items()},
        groups_used=dict.fromkeys(PARTS, 0),
        **unknown,
        floors={},
        intervals={},
        no_interval={},
        reason=dict.fromkeys(PARTS, reason),
    )
