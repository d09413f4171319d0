"""Comparators tell the same events as the engine of the networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.data.prepare import PreparedData, prepare
from fairviz.data.specs import ModalitySpec
from fairviz.errors import SettingError
from fairviz.training.comparators.train import train
from fairviz.training.events import EpochEnd, Event, MemberResult, PackEnd, Tick
from fairviz.training.packing import pack_runs
from models.specs import METHODS, TrainingSpec
from tests.fairviz.small import make_run, small_spec, small_table, small_task

COMPARATORS = [name for name, entry in METHODS.items() if not entry.trains_network]
LOTTERIES = ["exponentiated-gradient", "threshold-optimizer"]
AT_A_THRESHOLD = [name for name in COMPARATORS if name not in LOTTERIES]


@pytest.fixture(scope="module")
def data() -> PreparedData:
    return small_task()


@pytest.fixture(scope="module")
def three_classes() -> PreparedData:
    spec = small_spec().model_copy(
        update={
            "outcome": "ward",
            "positive": None,
            "modalities": (ModalitySpec(name="vitals", columns=("heart_rate", "lactate", "age")),),
        }
    )
    return prepare(small_table(), spec)


def events_of(method: str, data: PreparedData, seed: int = 0, **changes: object) -> list[Event]:
    (pack,) = pack_runs([make_run(method, seed, **changes)])  # type: ignore[arg-type]
    return list(train(pack, data))


def result(method: str, data: PreparedData, seed: int = 0, **changes: object) -> MemberResult:
    end = events_of(method, data, seed, **changes)[-1]
    assert isinstance(end, PackEnd)
    (member,) = end.results.values()
    return member


def test_there_are_five() -> None:
    assert len(COMPARATORS) == 5


@pytest.mark.parametrize("method", COMPARATORS)
def test_settings_of_the_networks_are_no_part_of_their_label(method: str) -> None:
    run = make_run(method)
    other = run.model_copy(update={"training": TrainingSpec(learning_rate=0.5)})
    assert run.label == other.label == METHODS[method].title


@pytest.mark.parametrize("method", COMPARATORS)
def test_events_come_in_order_and_progress_grows(method: str, data: PreparedData) -> None:
    *before, end = events_of(method, data)
    assert isinstance(end, PackEnd)
    assert isinstance(before[-1], EpochEnd)
    epochs = [event for event in before if isinstance(event, EpochEnd)]
    assert [event.epoch for event in epochs] == list(range(1, len(epochs) + 1))
    shares = [event.step / event.steps for event in before if isinstance(event, Tick)]
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.parametrize("method", COMPARATORS)
def test_a_result_says_how_test_rows_are_predicted(method: str, data: PreparedData) -> None:
    member = result(method, data)
    assert member.test.n == len(data.split.test)
    assert member.test.auc > 0.6
    assert member.scores.shape == (len(data.labels), 1)
    assert member.scores.dtype == np.float32
    assert set(member.test.attributes) == {"race", "sex"}
    assert member.test.attributes["race"].floors
    assert all(weights.dtype == np.float32 for weights in member.weights.values())


@pytest.mark.parametrize("method", COMPARATORS)
def test_a_seed_gives_the_same_result_again(method: str, data: PreparedData) -> None:
    first, second = (result(method, data, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.scores, second.scores)
    assert first.test.to_json() == second.test.to_json()


def test_validation_chooses_the_epoch(data: PreparedData) -> None:
    events = events_of("gradient-boosting", data, trees=60)
    members = [event.members[0] for event in events if isinstance(event, EpochEnd)]
    by_epoch = [member.validation.auc for member in members if member is not None]
    end = events[-1]
    assert isinstance(end, PackEnd)
    assert len(by_epoch) == 12
    assert end.results[0].best_epoch == int(np.argmax(by_epoch)) + 1
    assert end.results[0].validation.auc == pytest.approx(max(by_epoch))


@pytest.mark.parametrize("method", AT_A_THRESHOLD)
def test_risks_are_decided_on_at_the_training_prevalence(method: str, data: PreparedData) -> None:
    member = result(method, data)
    prevalence = data.labels[data.split.train].mean()
    assert member.test.threshold == pytest.approx(prevalence)
    decided = member.scores[data.split.test, 0] >= prevalence
    assert member.test.selection_rate == pytest.approx(decided.mean())
    assert 0 < member.test.brier < 0.25


@pytest.mark.parametrize("method", LOTTERIES)
def test_lotteries_are_judged_by_what_they_draw(method: str, data: PreparedData) -> None:
    member = result(method, data)
    chances = member.scores[data.split.test, 0]
    assert np.isnan(member.test.threshold)
    rate = member.test.selection_rate
    selected = rate * len(chances)
    assert selected == pytest.approx(round(selected))
    assert rate == pytest.approx(chances.mean(), abs=0.15)
    assert np.isnan([member.test.brier, member.test.log_loss, member.test.calibration_error]).all()


@pytest.mark.parametrize("method", AT_A_THRESHOLD)
def test_several_classes_have_a_score_each(method: str, three_classes: PreparedData) -> None:
    member = result(method, three_classes)
    assert member.scores.shape == (400, 3)
    assert set(member.test.classes) == {"A", "B", "C"}
    assert 0.3 < member.test.auc < 0.7, "the ward is chance"


@pytest.mark.parametrize("method", LOTTERIES)
def test_lotteries_refuse_several_classes_before_they_start(method: str, three_classes: PreparedData) -> None:
    with pytest.raises(SettingError, match=rf'{method}, outcome "ward": expected two classes, found 3'):
        events_of(method, three_classes)


@pytest.mark.parametrize("method", COMPARATORS)
def test_rows_that_lack_a_modality_are_predicted_too(method: str, data: PreparedData) -> None:
    inputs = tuple(np.array(part) for part in data.inputs)
    inputs[1][:100] = 0
    available = np.ones((len(data.labels), 2), dtype=bool)
    available[:100, 1] = False
    member = result(method, replace(data, inputs=inputs, available=available))
    assert np.isfinite(member.scores).all()


@pytest.mark.parametrize("method", [*LOTTERIES, "reweighing"])
def test_the_estimator_is_a_choice(method: str, data: PreparedData) -> None:
    logistic, boosting = (result(method, data, estimator=name) for name in ("logistic", "boosting"))
    assert np.abs(logistic.scores - boosting.scores).mean() > 0.01
