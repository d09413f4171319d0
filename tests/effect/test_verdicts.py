from __future__ import annotations

import pytest

from tests.effect.choosing import choose
from tests.effect.comparing import AUC, SOFT, metric_key
from tests.effect.experiments import ABSOLUTE, FAIRGRAD, PLUS, TAUS, Arm
from tests.effect.intervals import Interval
from tests.effect.made import arm_result, interval, study_result
from tests.effect.results import StudyResult
from tests.effect.verdicts import (
    PLUS_ARM,
    all_verdicts,
    fairgrad_on_sepsis,
    fairgrad_on_support2,
    falls,
    place,
    plus_dial,
    plus_on_null,
    plus_on_planted,
    variants_inside,
)

GAP, WORST, EQUITY = (metric_key(name, "race") for name in ("auc_gap", "worst_group_auc", "es_auc"))
SOFT_RACE = metric_key(SOFT, "race")


def support2(fall: float, loss: float) -> dict[str, StudyResult]:
    arms = [
        arm_result(
            Arm(FAIRGRAD, changes),
            {AUC: 0.8},
            difference={AUC: interval(-loss)},
            relative={SOFT_RACE: interval(-fall)},
            front={"race": Interval(0.0, -0.01, 0.01)},
        )
        for changes in ({}, ABSOLUTE)
    ]
    return {name: study_result(name, arms) for name in ("support2", "support2-splits")}


@pytest.mark.parametrize(
    ("fall", "loss", "met"),
    [
        (0.45, 0.001, [True, True]),
        (0.20, 0.001, [True, False]),
        (0.45, 0.005, [False, True]),
        (0.10, 0.0, [False, False]),
    ],
)
def test_fairgrad_must_close_the_gap_at_little_cost(fall: float, loss: float, met: list[bool]) -> None:
    assert [verdict.met for verdict in fairgrad_on_support2(support2(fall, loss))] == met + met


@pytest.mark.parametrize(("sex", "met"), [(-0.01, True), (0.01, False)])
def test_no_gap_may_open_on_sepsis(sex: float, met: bool) -> None:
    changes = {AUC: interval(-0.01)}
    for attribute, value in (("age_band", -0.05), ("sex", sex)):
        for gap in (SOFT, "equalized_odds_difference_mean"):
            changes[metric_key(gap, attribute)] = interval(value)
    arm = arm_result(Arm(FAIRGRAD), {AUC: 0.7}, difference=changes)
    study = study_result("sepsis", [arm], attributes=("age_band", "sex"))
    assert fairgrad_on_sepsis({"sepsis": study}).met is met


def planted(worst: Interval, gap: Interval, auc: Interval) -> dict[str, StudyResult]:
    arm = arm_result(PLUS_ARM, {AUC: 0.9}, difference={WORST: worst, GAP: gap, AUC: auc, EQUITY: auc})
    return {name: study_result(name, [arm]) for name in ("planted", "planted-null")}


@pytest.mark.parametrize(
    ("worst", "gap", "auc", "met"),
    [
        (interval(0.03), interval(-0.04), interval(-0.001), [True, True, True]),
        (interval(0.03, half=0.04), interval(-0.04, half=0.05), interval(-0.001), [False, False, True]),
        (interval(0.01), interval(-0.01), interval(-0.004), [False, False, False]),
    ],
)
def test_plus_must_help_the_worst_group_clearly(
    worst: Interval, gap: Interval, auc: Interval, met: list[bool]
) -> None:
    assert [verdict.met for verdict in plus_on_planted(planted(worst, gap, auc))] == met


@pytest.mark.parametrize(("worst", "met"), [(0.0012, True), (-0.0019, False)])
def test_plus_must_do_nothing_where_groups_are_equal(worst: float, met: bool) -> None:
    assert plus_on_null(planted(interval(worst), interval(0.0), interval(0.0005))).met is met


@pytest.mark.parametrize(
    ("gaps", "met"), [((-13, -27, -41, -42, -42), True), ((-13, -27, -41, -38, -42), False)]
)
def test_the_dial_must_be_in_order(gaps: tuple[int, ...], met: bool) -> None:
    arms = [
        arm_result(
            Arm(PLUS, {"tau": tau}),
            {AUC: 0.9},
            difference={GAP: interval(gap / 1000), AUC: interval(gap / 1e5)},
        )
        for tau, gap in zip(TAUS, gaps, strict=True)
    ]
    assert plus_dial({"planted": study_result("planted", arms)}).met is met


def test_ties_are_in_order() -> None:
    assert falls([0.0, 0.0009, -0.1])
    assert not falls([0.0, 0.0011])


@pytest.mark.parametrize(
    ("interval_", "name"),
    [(interval(0.01), "inside"), (interval(-0.01), "outside"), (interval(0.0), "on")],
)
def test_places_against_the_front(interval_: Interval, name: str) -> None:
    assert place(interval_) == name


def test_a_variant_on_the_front_is_not_inside() -> None:
    verdict = variants_inside(support2(0.3, 0.0))
    assert verdict.met is False
    assert "FairGrad; FairGrad, penalty absolute" in verdict.found.replace(" and ", "; ")


def test_without_runs_nothing_is_claimed() -> None:
    verdicts = all_verdicts({})
    assert {verdict.met for verdict in verdicts} == {None}
    assert {verdict.word for verdict in verdicts} == {"not run"}


def test_validation_chooses_among_variants_that_cost_little() -> None:
    study = study_result(
        "beat",
        [
            arm_result(Arm("baseline"), {AUC: 0.900, WORST: 0.80}),
            arm_result(PLUS_ARM, {AUC: 0.899, WORST: 0.82}),
            arm_result(Arm(PLUS, {"tau": 0.02}), {AUC: 0.898, WORST: 0.83}),
            arm_result(Arm("group-dro"), {AUC: 0.880, WORST: 0.90}),
        ],
    )
    choice = choose(study, PLUS_ARM)
    assert choice is not None
    assert choice.arm is study.arms[2]
    assert choice.against_default == pytest.approx((0.01, 0.01, 0.01))
