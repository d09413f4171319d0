"""What reports say of two models on one test set, beside what is true.

Every table goes the way of a configuration and the baseline in a report: paired tests of all rows and of each
group, changes of gaps, differences between groups, harm, and sensitivity.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fairviz.data.groups import Attribute
from fairviz.metrics.comparison import AucComparison
from fairviz.metrics.estimable import MINIMUM_FOR_NUMBER
from fairviz.reports.comparing import Comparer, ScoredRuns
from fairviz.reports.differences import GAPS
from fairviz.reports.evidence import AttributeEvidence, Evidence, GroupEvidence
from tests.simulation.scenarios import ATTRIBUTE, Scenario
from tests.simulation.shares import ALPHA, Outcome, holds
from tests.simulation.two_models import THRESHOLD, Drawn, TwoModels

CHANGED_GAP: Final = "auc_gap"


def judge(scenario: TwoModels, repetition: int) -> Iterator[Outcome]:
    """Everything that a report says of one table."""
    evidence = reported(scenario.draw(repetition), len(scenario.sizes))
    groups = evidence.attributes[ATTRIBUTE]
    old, new = _populations(scenario)
    yield from _comparison("auc", evidence.auc, new.auc - old.auc)
    for group, before, after in zip(groups.groups.values(), scenario.old, scenario.new, strict=True):
        yield from _comparison("auc_of_a_group", group.auc, after - before)
    yield from _gaps(groups, gap_changes(scenario))
    yield Outcome("groups_differ", groups.heterogeneity.p_value < ALPHA)
    yield from _harm(groups)
    yield Outcome("sensitivity_fell", any(own.sensitivity_p_holm < ALPHA for own in groups.groups.values()))


def reported(drawn: Drawn, groups: int) -> Evidence:
    """The evidence of a table on the new model against the old one."""
    attribute = Attribute(ATTRIBUTE, tuple(map(str, range(groups))), drawn.codes)
    seeds = tuple(range(len(drawn.new)))
    old, new = (ScoredRuns(seeds, own, (THRESHOLD,) * len(seeds)) for own in (drawn.old, drawn.new))
    comparer = Comparer(drawn.labels, [attribute])
    return comparer.evidence(new, old, comparer.resampled(old))


def gap_changes(scenario: TwoModels) -> dict[str, float]:
    """True change of each gap that has a formula, over the groups that enter it; of one seed each."""
    positives, negatives = scenario.positives >= MINIMUM_FOR_NUMBER, scenario.negatives >= MINIMUM_FOR_NUMBER
    rows = scenario.positives + scenario.negatives >= MINIMUM_FOR_NUMBER
    entering = {"auc": positives & negatives, "tpr": positives, "fpr": negatives, "selection_rate": rows}
    old, new = (own.truth_among(entering) for own in _populations(scenario))
    return {gap: new[gap] - old[gap] for gap in GAPS if gap in new}


def _populations(scenario: TwoModels) -> tuple[Scenario, Scenario]:
    """What each model alone makes of the population."""
    old, new = (
        Scenario(scenario.name, scenario.sizes, scenario.prevalence, aucs)
        for aucs in (scenario.old, scenario.new)
    )
    return old, new


def _comparison(recipe: str, comparison: AucComparison, truth: float) -> Iterator[Outcome]:
    """Whether a difference is found, and whether its limits hold the true one; nothing where untold."""
    if comparison.reason is None:
        yield Outcome(f"{recipe}_differs", comparison.p_value < ALPHA)
        yield Outcome(f"{recipe}_difference_covered", holds(comparison.interval, truth))


def _gaps(groups: AttributeEvidence, truth: dict[str, float]) -> Iterator[Outcome]:
    for gap, change in groups.gaps.items():
        if change is None:
            continue
        yield Outcome(f"{gap}_changed", change.changed)
        if gap in truth:
            yield Outcome(f"{gap}_change_covered", holds((change.low, change.high), truth[gap]))


def _harm(groups: AttributeEvidence) -> Iterator[Outcome]:
    """What is said of levelling down, and what a rule without tests would say."""
    change = groups.gaps[CHANGED_GAP]
    yield Outcome("harmed", bool(groups.harmed))
    yield Outcome("levelling_down", groups.levelling_down(CHANGED_GAP))
    fell = change is not None and change.difference < 0
    yield Outcome("bare_levelling_down", fell and any(map(_point_estimate_fell, groups.groups.values())))


def _point_estimate_fell(group: GroupEvidence) -> bool:
    return group.auc.difference < 0


_FIXED: Final = (1000, 100, 60, 30)
_FIVE: Final = (80,) * 5
_PREVALENCE: Final = 0.3
_EQUAL: Final = 0.8
_UNEQUAL: Final = (0.85, 0.80, 0.75, 0.70, 0.78)


def _alike(name: str, sizes: tuple[int, ...], aucs: tuple[float, ...]) -> TwoModels:
    return TwoModels(name, sizes, _PREVALENCE, aucs, aucs)


ALIKE: Final = (
    _alike("alike-fixed-equal", _FIXED, (_EQUAL,) * 4),
    _alike("alike-fixed-unequal", _FIXED, _UNEQUAL[:4]),
    _alike("alike-five-equal", _FIVE, (_EQUAL,) * 5),
    _alike("alike-five-unequal", _FIVE, _UNEQUAL),
)
ALIKE_WITH_SEEDS: Final = TwoModels(
    "alike-five-seeds", _FIVE, _PREVALENCE, _UNEQUAL, _UNEQUAL, seeds=3, seed_sd=0.02
)
ALL_GAIN: Final = TwoModels("all-gain", _FIXED, _PREVALENCE, (0.75,) * 4, (0.80,) * 4)
ONE_GAINS: Final = (
    TwoModels("one-gains-fixed", _FIXED, _PREVALENCE, (0.80, 0.80, 0.60, 0.80), (_EQUAL,) * 4),
    TwoModels("one-gains-five", _FIVE, _PREVALENCE, (0.80, 0.80, 0.60, 0.80, 0.80), (_EQUAL,) * 5),
)
LEVELLED: Final = (
    TwoModels("levelled-fixed", _FIXED, _PREVALENCE, (0.85, 0.75, 0.75, 0.75), (0.80, 0.75, 0.75, 0.75)),
    TwoModels("levelled-five", _FIVE, _PREVALENCE, (0.90, *(0.75,) * 4), (0.78, *(0.75,) * 4)),
)
# One group gains what another loses: the gap stays as it is.
CROSSED: Final = TwoModels(
    "crossed", _FIVE, _PREVALENCE, (0.80, 0.70, *(0.75,) * 3), (0.70, 0.80, *(0.75,) * 3)
)
SCENARIOS: Final = (*ALIKE, ALIKE_WITH_SEEDS, ALL_GAIN, *ONE_GAINS, *LEVELLED, CROSSED)
