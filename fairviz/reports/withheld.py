"""What evidence may not tell, because the reports that it rests on do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from fairviz.evaluation.report import AttributeReport, FairnessReport, Performance
from fairviz.reports.gate import told_report
from fairviz.store.records import Json
from fairviz.suppression import SUPPRESSED


@dataclass(frozen=True)
class Withheld:
    """Parts of the reports of several runs on the same rows that at least one of them withholds.

    Attributes:
        everything: whether that is the AUC of all rows.
        decisions: whether single decisions are: how many patients are detected, and no longer detected.
        groups: (attribute, group) whose AUC is.
        gaps: (attribute, gap).
    """

    everything: bool = False
    decisions: bool = False
    groups: frozenset[tuple[str, str]] = frozenset()
    gaps: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, reports: Iterable[Json], *, public: bool) -> Self:
        """From reports as the store has them; nothing of data that are declared synthetic or public."""
        told = [FairnessReport.from_json(told_report(report, public=public)) for report in reports]
        attributes = [(name, own) for report in told for name, own in report.attributes.items()]
        return cls(
            everything=any("auc" in _suppressed(report) for report in told),
            decisions=not public,
            groups=frozenset(
                (name, group)
                for name, own in attributes
                for group, record in own.groups.items()
                if "auc" in _suppressed(record)
            ),
            gaps=frozenset((name, gap) for name, own in attributes for gap in _suppressed(own)),
        )


def is_point_withheld(
    reports: Iterable[Json], performance: str, gap: str, attribute: str, *, public: bool
) -> bool:
    """Whether a report of several withholds a performance of all rows or a gap between groups."""
    told = [FairnessReport.from_json(told_report(report, public=public)) for report in reports]
    return any(
        performance in _suppressed(own) or gap in _suppressed(own.attribute(attribute)) for own in told
    )


def _suppressed(record: Performance | AttributeReport) -> set[str]:
    """Numbers that a record withholds."""
    return {name for name, reason in record.reason.items() if reason == SUPPRESSED}
