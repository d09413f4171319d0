"""Each method against the baseline, seed by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fairviz.evaluation import PARTS
from fairviz.evaluation.report import FairnessReport

PERFORMANCE = "auc"
GAPS = tuple(PARTS)
"""Every difference between groups that a report has."""


@dataclass(frozen=True)
class Difference:
    """Change of one metric against the baseline of the same seed.

    Attributes:
        metric: name of the metric.
        attribute: sensitive attribute, None for an overall metric.
        seeds: seeds on which both were defined.
        mean: mean change; None where no seed has both.
        sd: standard deviation of the change over seeds; None for fewer than two.
        lower: on how many seeds the metric fell.
    """

    metric: str
    attribute: str | None
    seeds: int
    mean: float | None
    sd: float | None
    lower: int


def differences(
    ours: Mapping[int, FairnessReport], baseline: Mapping[int, FairnessReport]
) -> list[Difference]:
    """Changes of AUC, and of gaps between groups and intersections, between reports of the same seeds."""
    shared = sorted(set(ours) & set(baseline))
    pairs = [(ours[seed], baseline[seed]) for seed in shared]
    if not pairs:
        return []
    overall = _difference(PERFORMANCE, None, [(a.value(PERFORMANCE), b.value(PERFORMANCE)) for a, b in pairs])
    by_attribute = [
        _difference(
            gap, name, [(a.attribute(name).value(gap), b.attribute(name).value(gap)) for a, b in pairs]
        )
        for name in _shared_attributes(pairs)
        for gap in GAPS
    ]
    return [overall, *by_attribute]


def _shared_attributes(pairs: Sequence[tuple[FairnessReport, FairnessReport]]) -> list[str]:
    """Attributes, and the intersections that all reports have."""
    crossed = [report.intersections for pair in pairs for report in pair]
    return [*pairs[0][0].attributes, *(name for name in crossed[0] if all(name in own for own in crossed))]


def _difference(
    metric: str, attribute: str | None, pairs: Sequence[tuple[float | None, float | None]]
) -> Difference:
    changes = np.array([a - b for a, b in pairs if a is not None and b is not None], dtype=float)
    count = len(changes)
    return Difference(
        metric=metric,
        attribute=attribute,
        seeds=count,
        mean=float(changes.mean()) if count else None,
        sd=float(changes.std(ddof=1)) if count > 1 else None,
        lower=int((changes < 0).sum()),
    )
