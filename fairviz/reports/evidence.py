"""What test rows say about one configuration against the baseline: typed, and as plain JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from fairviz.metrics.catalogue import CATALOGUE
from fairviz.metrics.comparison import AucComparison, MeanAuc
from fairviz.metrics.estimable import Grade
from fairviz.metrics.gap_change import GapChange
from fairviz.metrics.heterogeneity import Heterogeneity
from fairviz.metrics.multiplicity import holm
from fairviz.metrics.sensitivity_drop import SensitivityDrop
from fairviz.suppression import SUPPRESSED

Json = dict[str, Any]


class Unavailable(StrEnum):
    """Why there is no evidence."""

    SEVERAL_CLASSES = "not available for outcomes with more than two classes"
    NO_BASELINE = "not available without a baseline of the same seeds and training settings"
    DRAWN_BY_LOT = "not available: decisions are drawn by lot, and only their chances are kept"
    NO_SHARED_SEEDS = "not available: no seed has finished in every configuration"
    NOT_ESTIMABLE = "not estimable: too few patients in the groups, or undefined with one of the seeds"
    SUPPRESSED = SUPPRESSED

    def to_json(self) -> Json:
        """The reason."""
        return {"reason": self.value}


@dataclass(frozen=True)
class GroupEvidence:
    """One group; its p-values are adjusted after Holm over the groups of its attribute.

    Attributes:
        auc: AUC inside the group, the configuration's less the baseline's.
        grade: what the number of its cases carries.
        p_holm: of the two-sided test that the AUC has not changed.
        p_worse_holm: of the one-sided test that it has not fallen.
        harmed: whether it is found to have fallen.
        sensitivity: decisions on the group's positives; None where these are too few.
        sensitivity_p_holm: of the one-sided test that sensitivity has not fallen.
    """

    auc: AucComparison
    grade: Grade
    p_holm: float
    p_worse_holm: float
    harmed: bool
    sensitivity: SensitivityDrop | Unavailable | None
    sensitivity_p_holm: float

    def to_json(self) -> Json:
        """Plain types; undefined numbers are None, with a reason beside them."""
        return _auc_json(self.auc) | {
            "p_value_holm": _null(self.p_holm),
            "grade": self.grade.value,
            "harmed": self.harmed,
            "p_value_worse_holm": _null(self.p_worse_holm),
            "sensitivity": self._sensitivity_json(),
        }

    def _sensitivity_json(self) -> Json | None:
        match self.sensitivity:
            case SensitivityDrop():
                return asdict(self.sensitivity) | {"p_value_holm": _null(self.sensitivity_p_holm)}
            case Unavailable():
                return self.sensitivity.to_json()
            case None:
                return None


@dataclass(frozen=True)
class AttributeEvidence:
    """The groups of one sensitive attribute.

    Attributes:
        groups: by name.
        heterogeneity: whether the change of AUC differs between groups.
        gaps: by metric, how the gap has changed; None where it is not estimable on these rows, or withheld.
        could_miss: no group's AUC has fallen by more than this; NaN where one is harmed, or none could be
            tested.
    """

    groups: Mapping[str, GroupEvidence]
    heterogeneity: Heterogeneity
    gaps: Mapping[str, GapChange | None]
    could_miss: float

    @property
    def harmed(self) -> tuple[str, ...]:
        """Groups whose AUC is found to have fallen."""
        return tuple(name for name, group in self.groups.items() if group.harmed)

    @property
    def tested(self) -> int:
        """In how many groups a fall could have been found."""
        return sum(not math.isnan(group.p_worse_holm) for group in self.groups.values())

    def levelling_down(self, gap: str) -> bool:
        """Whether a gap looks better than before, by chance or not, while a group was harmed."""
        change = self.gaps[gap]
        if change is None or not self.harmed:
            return False
        return change.difference < 0 if CATALOGUE[gap].better == "down" else change.difference > 0

    def to_json(self) -> Json:
        """Plain types; undefined numbers are None. Why a gap is None, the reports of the runs say."""
        return {
            "groups": {name: group.to_json() for name, group in self.groups.items()},
            "heterogeneity": {name: _null(value) for name, value in asdict(self.heterogeneity).items()},
            "gaps": {name: self._gap_json(name, change) for name, change in self.gaps.items()},
            "groups_tested": self.tested,
            "harmed": list(self.harmed),
            "could_miss_drops_up_to": _null(self.could_miss),
        }

    def _gap_json(self, gap: str, change: GapChange | None) -> Json | None:
        if change is None:
            return None
        return {
            "difference": change.difference,
            "percentile_2_5": change.low,
            "percentile_97_5": change.high,
            "changed": change.changed,
            "levelling_down": self.levelling_down(gap),
        }


@dataclass(frozen=True)
class Evidence:
    """One configuration against the baseline, over all seeds that both finished, on test rows.

    Attributes:
        seeds: these seeds.
        auc: overall AUC, the configuration's less the baseline's.
        own: overall AUC of the configuration.
        baseline: overall AUC of the baseline.
        few_valued: whether scores are chances of a decision: AUCs of few values with many ties.
        attributes: by name.
    """

    seeds: tuple[int, ...]
    auc: AucComparison
    own: MeanAuc
    baseline: MeanAuc
    few_valued: bool
    attributes: Mapping[str, AttributeEvidence]

    def to_json(self) -> Json:
        """Plain types, nested like the evidence; undefined numbers are None, with a reason beside them."""
        return {
            "seeds": list(self.seeds),
            "auc": _auc_json(self.auc),
            "own_auc": _mean_json(self.own),
            "baseline_auc": _mean_json(self.baseline),
            "few_valued_scores": self.few_valued,
            "attributes": {name: own.to_json() for name, own in self.attributes.items()},
        }


def family_p_values(evidence: Mapping[str, Evidence | Unavailable]) -> dict[str, float]:
    """By configuration, the p-value of the overall AUC adjusted after Holm over all configurations."""
    found = {label: own.auc.p_value for label, own in evidence.items() if isinstance(own, Evidence)}
    return dict(zip(found, holm(list(found.values())).tolist(), strict=True))


def evidence_json(evidence: Mapping[str, Evidence | Unavailable]) -> dict[str, Json]:
    """By configuration, plain types; p-values of the overall AUC are also adjusted over configurations."""
    records = {label: own.to_json() for label, own in evidence.items()}
    for label, p_value in family_p_values(evidence).items():
        records[label]["auc"]["p_value_holm"] = _null(p_value)
    return records


def _auc_json(comparison: AucComparison) -> Json:
    low, high = comparison.interval
    record: Json = {
        "auc": _null(comparison.auc_a),
        "baseline": _null(comparison.auc_b),
        "difference": _null(comparison.difference),
        "difference_low": _null(low),
        "difference_high": _null(high),
        "p_value": _null(comparison.p_value),
    }
    return record | ({"reason": comparison.reason} if comparison.reason else {})


def _mean_json(mean: MeanAuc) -> Json:
    low, high = mean.interval
    record: Json = {"auc": _null(mean.auc), "auc_low": _null(low), "auc_high": _null(high)}
    return record | ({"reason": mean.reason} if mean.reason else {})


def _null(value: float) -> float | None:
    return None if math.isnan(value) else value
