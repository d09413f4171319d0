from __future__ import annotations

import pytest

from fairviz.training.runs import BASELINE
from models.specs import METHODS, TrainingSpec
from tests.effect.experiments import (
    ABSOLUTE,
    FAIRGRAD,
    MULTIFAIR,
    PLUS,
    STRENGTHS,
    STUDIES,
    Arm,
    Study,
    arms_of,
    fairgrad_variants,
    front_path,
    known,
    multifair_grid,
)

OVERVIEWS = [
    study for study in STUDIES if study.name in ("support2", "nhefs", "sepsis", "eicu", "sud", "glaucoma")
]


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_every_arm_can_be_trained_once_and_has_its_reference(study: Study) -> None:
    for at, arm in enumerate(study.arms):
        assert not any(arm.same_as(other) for other in study.arms[:at])
        assert any(arm.reference.same_as(other) for other in study.arms)
        assert arm.run(0, study.training).method == arm.method


@pytest.mark.parametrize("study", OVERVIEWS, ids=lambda study: study.name)
def test_every_method_is_tried_on_every_dataset(study: Study) -> None:
    assert set(METHODS) <= {arm.method for arm in study.arms}
    assert study.seeds == 8


def test_labels_tell_arms_apart() -> None:
    for study in STUDIES:
        labels = [arm.label for arm in study.arms]
        assert len(set(labels)) == len(labels)


def test_an_arm_is_the_same_whether_a_default_is_named_or_not() -> None:
    assert Arm(PLUS).same_as(Arm(PLUS, {"tau": 0.04}))
    assert not Arm(MULTIFAIR).same_as(Arm(MULTIFAIR, long=True))
    assert not Arm(FAIRGRAD).same_as(Arm(FAIRGRAD, ABSOLUTE))


def test_the_first_of_two_equal_arms_stays_and_baselines_come_first() -> None:
    arms = arms_of([Arm(FAIRGRAD, seeds=10)], [Arm(FAIRGRAD), Arm(MULTIFAIR, long=True)])
    assert [(arm.method, arm.long, arm.seeds) for arm in arms] == [
        (BASELINE, False, None),
        (BASELINE, True, None),
        (FAIRGRAD, False, 10),
        (MULTIFAIR, True, None),
    ]


def test_long_arms_train_for_twice_the_epochs() -> None:
    training = TrainingSpec(epochs=7)
    assert Arm(MULTIFAIR, long=True).run(1, training).training.epochs == 14
    assert Arm(MULTIFAIR).run(1, training).training.epochs == 7


def test_what_fairviz_does_not_know_is_left_out() -> None:
    assert known([Arm("no-such-method"), Arm(FAIRGRAD, {"no_such_number": 1}), Arm(FAIRGRAD)]) == [
        Arm(FAIRGRAD)
    ]


def test_a_path_of_the_front_begins_at_the_baseline() -> None:
    path = front_path("absolute")
    assert path[0].method == BASELINE
    assert [arm.parameters["strength"] for arm in path[1:]] == list(STRENGTHS)


def test_the_sweep_is_the_published_one() -> None:
    points = {(arm.parameters["tau"], arm.parameters["delta"]) for arm in multifair_grid()}
    assert len(points) == 12
    assert {(0.04, 0.3), (0.07, 0.5)} <= points


def test_balance_is_shared_among_the_attributes() -> None:
    strengths = [arm.changes.get("balance_strength") for arm in fairgrad_variants(attributes=2)]
    assert 0.15 in strengths


def test_targets_on_support2_are_judged_on_ten_seeds() -> None:
    (study,) = (study for study in STUDIES if study.name == "support2")
    for arm in (Arm(BASELINE), Arm(FAIRGRAD), Arm(FAIRGRAD, ABSOLUTE)):
        assert [own.seeds for own in study.arms if own.same_as(arm)] == [10]
