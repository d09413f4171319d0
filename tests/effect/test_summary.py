from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from models.specs import TrainingSpec
from tests.effect.comparing import AUC, SOFT, ManyTestSets, OneTestSet, metric_key, parsed_key
from tests.effect.experiments import FAIRGRAD, PLUS, Arm, Rows, Study, arms_of, front, front_path
from tests.effect.intervals import over_tables
from tests.effect.made import ATTRIBUTE, arm_runs, held_out
from tests.effect.problems import Places, Planted, Problem
from tests.effect.results import StudyResult
from tests.effect.summary import summarise
from tests.effect.training import sentences, train_study
from tests.fairviz.small import small_spec, write_small

BRIEF = TrainingSpec(epochs=1, batch_size=64)
ROWS = held_out()
BASE, BETTER = arm_runs(Arm("baseline"), ROWS), arm_runs(Arm(FAIRGRAD), ROWS, strength=3.0)


@dataclass(frozen=True)
class Small:
    """The small made-up task of the other tests."""

    def problem(self, draw: int, places: Places) -> Problem:  # noqa: ARG002
        return Problem(write_small(places.scratch), small_spec())


def trained(study: Study, folder: Path) -> StudyResult:
    training = train_study(study, Places(folder, None), workers=1, tell=lambda _: None)
    assert not training.failures
    return summarise(study, training, minutes=0.1)


@pytest.mark.parametrize("key", ["auc", "race|auc_gap", "race|auc|Black"])
def test_flat_names_can_be_read_back(key: str) -> None:
    attribute, metric, group = parsed_key(key)
    assert metric_key(metric, attribute, group) == key


def test_every_metric_of_one_test_set_is_compared() -> None:
    found = OneTestSet([BASE, BETTER], replicates=50).difference(BETTER, BASE)
    assert set(found) == set(BASE.metrics)
    for key, interval in found.items():
        changes = np.array(BETTER.metrics[key], dtype=float) - np.array(BASE.metrics[key], dtype=float)
        assert interval.estimate == pytest.approx(changes.mean())
        assert interval.low <= interval.estimate <= interval.high
    assert found[AUC].clear


def test_a_metric_that_one_seed_lacks_is_not_compared() -> None:
    whole = BETTER.runs[1].test
    attribute = replace(whole.attribute(ATTRIBUTE), soft_equalized_odds_gap=math.nan)
    broken = replace(BETTER.runs[1], test=replace(whole, attributes={ATTRIBUTE: attribute}))
    lacking = type(BETTER)(BETTER.arm, (BETTER.runs[0], broken, *BETTER.runs[2:]))
    assert metric_key(SOFT, ATTRIBUTE) not in OneTestSet([BASE, lacking], replicates=5).difference(
        lacking, BASE
    )
    assert metric_key(SOFT, ATTRIBUTE) not in ManyTestSets().difference(lacking, BASE)


def test_only_shared_seeds_are_compared() -> None:
    longer = arm_runs(Arm("baseline"), ROWS, seeds=range(5))
    ours = arm_runs(Arm(PLUS), ROWS, strength=2.0, seeds=[2, 4])
    found = OneTestSet([longer, ours], replicates=5).difference(ours, longer)
    change = np.array(ours.metrics[AUC]) - np.array(longer.metrics[AUC])[[2, 4]]
    assert found[AUC].estimate == pytest.approx(change.mean())
    assert ManyTestSets().difference(ours, longer)[AUC] == pytest.approx(over_tables(change))


def test_a_place_in_front_needs_the_whole_front() -> None:
    arms = [Arm("baseline"), *front()]
    path = [arm_runs(arm, ROWS, strength=2 - at / 20) for at, arm in enumerate(arms)]
    ours = arm_runs(Arm(FAIRGRAD), ROWS, strength=3.0)
    assert front_path("squared")[0].same_as(path[0].arm)
    assert OneTestSet([*path, ours], replicates=20).against_front(ours)[ATTRIBUTE].low > 0
    assert OneTestSet([*path[:-1], ours], replicates=20).against_front(ours) == {}


def test_a_study_on_one_table_from_training_to_what_is_kept(tmp_path: Path) -> None:
    arms = arms_of([Arm(FAIRGRAD)], [Arm("multifair", long=True, seeds=1)])
    found = trained(Study("small", "Small", Small(), arms, training=BRIEF, seeds=2), tmp_path)
    assert [(arm.label, arm.seeds) for arm in found.arms] == [
        ("Baseline", (0, 1)),
        ("Baseline, 2 x epochs", (0, 1)),
        ("FairGrad", (0, 1)),
        ("MultiFair, 2 x epochs", (0,)),
    ]
    assert sum(found.rows) == 400
    assert found.attributes_told == ()
    assert {"auc", "race|auc_gap", "sex|auc|female"} <= set(found.arms[2].difference)
    assert StudyResult.model_validate_json(found.to_json()) == found


def test_a_study_on_fresh_draws_has_a_table_per_seed(tmp_path: Path) -> None:
    source = Planted(rows=(300, 150, 300))
    study = Study("fresh", "Fresh", source, arms_of([Arm(PLUS)]), training=BRIEF, seeds=2, rows=Rows.DRAWS)
    found = trained(study, tmp_path)
    baseline, plus = found.arms
    assert baseline.seeds == plus.seeds == (0, 1)
    changes = np.array(plus.test[AUC], dtype=float) - np.array(baseline.test[AUC], dtype=float)
    # Kept metrics have four decimals.
    assert plus.difference[AUC].estimate == pytest.approx(changes.mean(), abs=1e-4)


def test_a_reason_is_told_once() -> None:
    assert sentences("Too few rows. Leave it out. Too few rows. Leave it out.") == (
        "Too few rows.",
        "Leave it out.",
    )
    assert sentences("") == ()


def test_every_seed_may_have_a_split_of_its_own(tmp_path: Path) -> None:
    arms = arms_of([Arm(FAIRGRAD)])
    study = Study("splits", "Splits", Small(), arms, training=BRIEF, seeds=2, rows=Rows.SPLITS)
    training = train_study(study, Places(tmp_path, None), workers=1, tell=lambda _: None)
    first, second = (run.rows.labels for run in training.runs if run.arm.method == "baseline")
    assert (first != second).any()
    found = summarise(study, training, minutes=0.1)
    assert metric_key(SOFT, "race") in found.arms[1].relative
