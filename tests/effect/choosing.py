"""Choose a variant on validation rows, report it on test rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fairviz.training.runs import BASELINE
from tests.effect.comparing import AUC, metric_key
from tests.effect.experiments import Arm
from tests.effect.intervals import Interval, over_tables
from tests.effect.results import ArmResult, StudyResult

LARGEST_LOSS: Final = 0.003
"""Of AUC on validation rows, against the baseline; a variant that costs more is not chosen."""

_WORST: Final = "worst_group_auc"


@dataclass(frozen=True)
class Choice:
    """The variant that validation chose.

    Attributes:
        arm: it.
        against_default: its change of worst-group AUC on test rows against MultiFair+ as it comes; None
            where that was not trained or it is not estimable.
    """

    arm: ArmResult
    against_default: Interval | None


def choose(study: StudyResult, default: Arm) -> Choice | None:
    """The largest worst-group AUC on validation rows among those that cost little; of the first attribute."""
    key = metric_key(_WORST, study.attributes[0])
    baseline = study.find(Arm(BASELINE))
    least = _validated(baseline, AUC) - LARGEST_LOSS
    candidates = [arm for arm in study.arms if arm is not baseline and _validated(arm, AUC) >= least]
    estimable = [arm for arm in candidates if not np.isnan(_validated(arm, key))]
    if not estimable:
        return None
    best = max(estimable, key=lambda arm: _validated(arm, key))
    return Choice(best, _paired(best, study.find(default), key))


def _validated(arm: ArmResult | None, key: str) -> float:
    """Mean on validation rows; NaN where it is not estimable on every draw."""
    value = arm.validated(key) if arm is not None else None
    return np.nan if value is None else value


def _paired(ours: ArmResult, other: ArmResult | None, key: str) -> Interval | None:
    """Change between two arms over the same draws."""
    if other is None or other.seeds != ours.seeds:
        return None
    first, second = ours.test[key], other.test[key]
    if None in first or None in second:
        return None
    return over_tables(np.array(first, dtype=np.float64) - np.array(second, dtype=np.float64))
