"""Made-up runs and results for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fairviz.data.groups import Attribute
from fairviz.evaluation import evaluate
from tests.effect.comparing import ArmRuns
from tests.effect.experiments import Arm
from tests.effect.intervals import FloatArray, Interval
from tests.effect.results import ArmResult, GroupSize, StudyResult
from tests.effect.training import HeldOut, Trained

ATTRIBUTE = "race"


def held_out(rows: int = 400, seed: int = 0) -> HeldOut:
    """Rows of three groups, some of them without a value."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(rows) < 0.4).astype(np.int64)
    codes = rng.choice([-1, 0, 1, 2], rows, p=[0.05, 0.55, 0.25, 0.15])
    return HeldOut(labels, (Attribute(ATTRIBUTE, ("a", "b", "c"), codes),))


def scores_of(rows: HeldOut, seed: int, strength: float = 1.5) -> FloatArray:
    """Probabilities that follow the labels, less so in the last group; rounded, so that some tie."""
    rng = np.random.default_rng(1_000 + seed)
    own = strength * np.where(rows.attributes[0].codes == 2, 0.4, 1.0)
    logits = rng.normal(size=len(rows.labels)) + own * (rows.labels - 0.5)
    return np.asarray((1 / (1 + np.exp(-logits))).round(2))


def trained(arm: Arm, seed: int, rows: HeldOut, scores: FloatArray, threshold: float = 0.45) -> Trained:
    """A run with these scores; its report on validation rows is that on test rows."""
    report = evaluate(rows.labels, scores, threshold=threshold, attributes=rows.attributes)
    return Trained(arm=arm, seed=seed, test=report, validation=report, scores=scores, rows=rows)


def arm_runs(arm: Arm, rows: HeldOut, strength: float = 1.5, seeds: Sequence[int] = range(3)) -> ArmRuns:
    """Runs of an arm with made-up scores."""
    return ArmRuns(arm, tuple(trained(arm, seed, rows, scores_of(rows, seed, strength)) for seed in seeds))


def interval(estimate: float, half: float = 0.001) -> Interval:
    """An interval around an estimate."""
    return Interval(estimate, estimate - half, estimate + half)


def arm_result(arm: Arm, test: Mapping[str, float], seeds: int = 2, **changes: Any) -> ArmResult:
    """An arm whose metrics are the same on every seed, on test as on validation rows."""
    values = {key: (value,) * seeds for key, value in test.items()}
    return ArmResult(
        label=arm.label,
        method=arm.method,
        parameters=arm.parameters,
        long=arm.long,
        seeds=tuple(range(seeds)),
        test=values,
        validation=values,
        **changes,
    )


def study_result(
    name: str, arms: Sequence[ArmResult], attributes: Sequence[str] = (ATTRIBUTE,)
) -> StudyResult:
    """A study with two groups of each attribute."""
    size = GroupSize(rows=100, positives=40)
    return StudyResult(
        name=name,
        title=f"Study {name}",
        seeds_share="seeds on one split",
        epochs=20,
        batch_size=256,
        rows=(600, 200, 200),
        groups={attribute: {"a": size, "b": size} for attribute in attributes},
        modalities=("labs", "vitals"),
        attributes_told=(),
        minutes=1.0,
        failures=(),
        arms=tuple(arms),
    )
