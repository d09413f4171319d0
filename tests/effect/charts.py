"""What the charts of the page show, from what is kept of a study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from fairviz.figures.theme import method_style
from fairviz.training.runs import BASELINE
from tests.effect.comparing import AUC, SOFT, metric_key
from tests.effect.experiments import PENALTIES, REGULARISED, Arm
from tests.effect.intervals import Interval
from tests.effect.results import ArmResult, StudyResult
from tests.effect.svg import Mark, Panel, chart

GAP: Final = "auc_gap"
FARTHEST: Final = 0.05
"""AUC below the baseline's from which a mark would squeeze all others together; it is named instead."""


def overview_chart(study: StudyResult, arms: Sequence[ArmResult]) -> str | None:
    """Soft gap and AUC gap of one attribute; None where neither is estimable for any."""
    attribute = charted_attribute(study)
    if attribute is None:
        return None
    near = [arm for arm in arms if not is_far(study, arm)]
    soft, gap = metric_key(SOFT, attribute), metric_key(GAP, attribute)
    both = [arm for arm in near if arm.mean(soft) is not None and arm.mean(gap) is not None]
    baseline = study.find(Arm(BASELINE))
    floor = baseline.mean(metric_key(f"{GAP}_floor_95", attribute)) if baseline else None
    return chart(
        [
            Panel(f"Soft equalized-odds gap, {attribute}", "Gap", _marks(both, soft), _paths(study, soft)),
            Panel(f"AUC gap, {attribute}", "Gap", _marks(both, gap), _paths(study, gap), floor),
        ]
    )


def variants_chart(study: StudyResult, arms: Sequence[ArmResult], attributes: Sequence[str]) -> str | None:
    """Soft gaps of some attributes, with the regularisation front."""
    near = [arm for arm in arms if not is_far(study, arm)]
    if not near:
        return None
    keys = [metric_key(SOFT, attribute) for attribute in attributes]
    return chart(
        [
            Panel(f"Soft equalized-odds gap, {attribute}", "Gap", _marks(near, key), _paths(study, key))
            for attribute, key in zip(attributes, keys, strict=True)
        ]
    )


def charted_attribute(study: StudyResult) -> str | None:
    """The first attribute whose gaps the baseline can show."""
    baseline = study.find(Arm(BASELINE))
    if baseline is None:
        return None
    return next(
        (
            name
            for name in study.attributes
            if all(baseline.mean(metric_key(gap, name)) is not None for gap in (SOFT, GAP))
        ),
        None,
    )


def is_far(study: StudyResult, arm: ArmResult) -> bool:
    """Whether an arm ranks so much worse than the baseline that it has no place on the chart."""
    baseline = study.find(Arm(BASELINE))
    base, own = (baseline.mean(AUC) if baseline else None), arm.mean(AUC)
    return base is None or own is None or own < base - FARTHEST


def _marks(arms: Iterable[ArmResult], key: str) -> list[Mark]:
    return [
        Mark(
            arm.label,
            _placed(arm, AUC),
            _placed(arm, key),
            method_style(arm.method).colour,
            method_style(arm.method).symbol,
        )
        for arm in arms
    ]


def _placed(arm: ArmResult, key: str) -> Interval:
    """An arm's mean, with the limits of its change against the baseline laid around it."""
    mean = arm.mean(key)
    assert mean is not None
    return arm.difference.get(key, Interval(0.0, 0.0, 0.0)).around(mean)


def _paths(study: StudyResult, key: str) -> list[tuple[str, list[tuple[float, float]]]]:
    """Plain regularisation from the baseline on, by penalty; what would squeeze the chart is left out."""
    baseline = study.find(Arm(BASELINE))
    paths = []
    for penalty in PENALTIES:
        own = [
            arm for arm in study.arms if arm.method == REGULARISED and arm.parameters["penalty"] == penalty
        ]
        own.sort(key=lambda arm: float(arm.parameters["strength"]))
        path = [baseline, *(arm for arm in own if not is_far(study, arm))] if baseline else []
        points = [
            (x, y) for arm in path if (x := arm.mean(AUC)) is not None and (y := arm.mean(key)) is not None
        ]
        if len(points) > 1:
            paths.append((f"Regularised, {penalty}", points))
    return paths
