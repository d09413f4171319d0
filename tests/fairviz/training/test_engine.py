"""The engine: its events, that packs change nothing, that validation chooses and test is seen once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from fairviz.data.prepare import PreparedData, prepare
from fairviz.errors import SettingError
from fairviz.training.engine import network_spec, train
from fairviz.training.events import EpochEnd, Event, MemberResult, PackEnd, Tick
from fairviz.training.packing import Pack, pack_runs
from fairviz.training.runs import RunSpec
from fairviz.training.tensors import Batches, TaskTensors
from models.network import Network
from models.specs import METHODS
from tests.fairviz.small import make_run, small_spec, small_table, small_task

CPU = torch.device("cpu")
TRAINED = [name for name, entry in METHODS.items() if entry.trains_network]
SWITCHES: list[tuple[str, dict[str, Any]]] = [
    *((method, {}) for method in TRAINED),
    ("fairgrad", {"penalty": "absolute", "smoothing": 0.5}),
    ("fairgrad", {"projection": "all", "balance": "norm"}),
    ("fairgrad", {"reconciliation": "upgrad"}),
    ("fairgrad", {"reconciliation": "mgda"}),
    ("fairgrad", {"reconciliation": "cagrad"}),
    ("multifair", {"losses": "released"}),
    ("multifair", {"granularity": "sample"}),
    ("multifair", {"granularity": "sample", "delta_rule": "adaptive"}),
    ("multifair", {"signal": "fused"}),
    ("multifair", {"gate": "ema"}),
    ("multifair", {"gate": "none"}),
    ("multifair", {"scales": "update"}),
]


@pytest.fixture(scope="module")
def data() -> PreparedData:
    return small_task()


@pytest.fixture(scope="module")
def incomplete() -> PreparedData:
    """The small task, of whose rows a third lack their vitals."""
    table = small_table()
    table.loc[table.index % 3 == 0, ["heart_rate", "lactate"]] = np.nan
    return prepare(table, small_spec())


@pytest.fixture(scope="module")
def three_classes() -> PreparedData:
    """The small task with three stages of illness in place of death."""
    table = small_table(900)
    table["stage"] = pd.cut(table["lactate"] + table["heart_rate"] / 10 - 8, 3, labels=["I", "II", "III"])
    table["stage"] = table["stage"].astype(str)
    return prepare(table, small_spec().model_copy(update={"outcome": "stage", "positive": None}))


def events_of(runs: list[RunSpec], data: PreparedData) -> list[Event]:
    (pack,) = pack_runs(runs)
    return events_of_pack(pack, data)


def events_of_pack(pack: Pack, data: PreparedData) -> list[Event]:
    return list(train(pack, data, TaskTensors.of(data, CPU)))


def results(runs: list[RunSpec], data: PreparedData) -> tuple[MemberResult, ...]:
    last = events_of(runs, data)[-1]
    assert isinstance(last, PackEnd)
    return tuple(last.results.values())


def validation_aucs(events: list[Event], member: int) -> list[float]:
    """A member's validation AUC by epoch, while it is in training."""
    ends = [event.members[member] for event in events if isinstance(event, EpochEnd)]
    return [end.validation.auc for end in ends if end is not None]


def with_training(run: RunSpec, **changes: object) -> RunSpec:
    return run.model_copy(update={"training": run.training.model_copy(update=changes)})


def test_events_come_in_order(data: PreparedData) -> None:
    events = events_of([make_run("baseline")], data)
    steps = 4  # 240 training rows in batches of about 64
    kinds = [type(event) for event in events]
    assert kinds == [*[Tick] * steps, EpochEnd, *[Tick] * steps, EpochEnd, PackEnd]
    ticks = [event for event in events if isinstance(event, Tick)]
    assert [tick.step for tick in ticks] == list(range(1, 2 * steps + 1))
    assert {tick.steps for tick in ticks} == {2 * steps}


def test_traces_have_an_entry_per_step(data: PreparedData) -> None:
    events = events_of([make_run("multifair", seed) for seed in (0, 1)], data)
    members = [member for event in events if isinstance(event, EpochEnd) for member in event.members]
    assert len(members) == 4
    for member in members:
        assert member is not None
        assert member.traces["surrogate_auc"].shape == (4, 2, 4)
        assert all(trace.dtype == np.float32 for trace in member.traces.values())


@pytest.mark.parametrize(("method", "changes"), SWITCHES)
def test_packed_or_alone_or_in_another_order_a_run_gives_the_same_result(
    method: str, changes: dict[str, Any], incomplete: PreparedData
) -> None:
    runs = [make_run(method, seed, **changes) for seed in (0, 1, 2)]
    packed = results(runs, incomplete)
    others = {0: results([runs[2], runs[0]], incomplete)[1], 1: results([runs[1]], incomplete)[0]}
    for member, other in others.items():
        assert other.best_epoch == packed[member].best_epoch
        np.testing.assert_allclose(other.scores, packed[member].scores, atol=1e-3)
        assert other.test.auc == pytest.approx(packed[member].test.auc, abs=1e-3)


@pytest.mark.parametrize(("method", "changes"), SWITCHES)
def test_the_same_pack_twice_is_bit_equal(method: str, changes: dict[str, Any], data: PreparedData) -> None:
    runs = [make_run(method, seed, **changes) for seed in (0, 1)]
    for first, second in zip(results(runs, data), results(runs, data), strict=True):
        np.testing.assert_array_equal(first.scores, second.scores)


def test_validation_chooses_the_epoch(data: PreparedData) -> None:
    events = events_of([make_run("baseline", epochs=6)], data)
    by_epoch = validation_aucs(events, 0)
    end = events[-1]
    assert isinstance(end, PackEnd)
    assert end.results[0].best_epoch == int(np.argmax(by_epoch)) + 1
    assert end.results[0].validation.auc == pytest.approx(max(by_epoch))


def test_the_test_report_is_of_test_rows_at_the_training_prevalence(data: PreparedData) -> None:
    (member,) = results([make_run("baseline")], data)
    assert member.test.n == len(data.split.test)
    assert member.test.threshold == pytest.approx(data.labels[data.split.train].mean())
    assert member.scores.shape == (len(data.labels), 1)


def test_training_learns_what_is_there(data: PreparedData) -> None:
    (member,) = results([make_run("baseline", epochs=15)], data)
    assert member.test.auc > 0.75


def test_diverged_training_names_the_run_and_the_remedy(data: PreparedData) -> None:
    wild = with_training(make_run("baseline", epochs=30), learning_rate=1e38)
    with pytest.raises(SettingError, match=r"Baseline.*, seed 0: .*diverged\. Lower the learning rate"):
        events_of([wild], data)


def test_a_member_that_diverged_leaves_the_others_alone(data: PreparedData) -> None:
    calm = make_run("baseline", 0, epochs=3)
    wild = with_training(make_run("baseline", 1, epochs=3), learning_rate=1e38)
    (alone,) = results([calm], data)
    last = events_of([wild, calm], data)[-1]
    assert isinstance(last, PackEnd)
    np.testing.assert_allclose(last.results[1].scores, alone.scores, atol=1e-3)
    assert list(last.results) == [1]
    assert "diverged" in str(last.failures[0])


@pytest.mark.parametrize(("scales", "stays"), [("update", True), ("gradient", False)])
def test_factors_on_updates_act_where_adamw_undoes_factors_on_gradients(
    scales: str, stays: bool, data: PreparedData
) -> None:
    (member,) = results([make_run("multifair", scales=scales, rho=1e-6)], data)
    network = Network(network_spec(data), [0])
    started = network.layout.views(network.weights.detach())
    moved = {name: np.abs(own - started[name][0].numpy()).max() for name, own in member.weights.items()}
    assert (moved["encoder.feature.weight"] < 1e-6) == stays
    assert moved["head.logit.weight"] > 1e-3


def test_every_training_row_is_used_once_an_epoch(data: PreparedData) -> None:
    tensors = TaskTensors.of(data, CPU)
    batches = Batches(tensors, [0, 1, 0], 50)
    seen = [batch.inputs[:, 0, :, 0] for batch in batches.epoch()]
    values = torch.cat(seen, dim=1).sort(dim=1).values
    expected = tensors.inputs[tensors.training][:, 0, 0].sort().values
    torch.testing.assert_close(values, expected.expand(3, -1))
    assert torch.equal(seen[0][0], seen[0][2])
    assert not torch.equal(seen[0][0], seen[0][1])


def test_rows_without_a_group_belong_to_none() -> None:
    data = small_task()
    codes = data.attributes[0].codes
    codes[:10] = -1
    tensors = TaskTensors.of(data, CPU)
    assert tensors.groups[:10, :2].sum() == 0
    assert (tensors.groups[:, 2:].sum(1) == 1).all()


class TestIncompleteModalities:
    def test_a_complete_task_has_no_mask(self, data: PreparedData, incomplete: PreparedData) -> None:
        assert TaskTensors.of(data, CPU).available is None
        available = TaskTensors.of(incomplete, CPU).available
        assert available is not None
        np.testing.assert_array_equal(available.bool().numpy(), incomplete.available)
        assert 0.6 < available.mean() < 1

    def test_a_batch_says_which_of_its_rows_have_what(self, incomplete: PreparedData) -> None:
        tensors = TaskTensors.of(incomplete, CPU)
        batch = next(iter(Batches(tensors, [0, 1], 64).epoch()))
        assert batch.available is not None
        assert batch.available.shape == batch.inputs.shape[:3]
        lacking = batch.available[:, 0] == 0
        # A row without vitals has the same fill in their place whoever it is.
        assert batch.inputs[:, 0][lacking].unique(dim=0).shape[0] == 1
        assert batch.inputs[:, 0][~lacking].unique(dim=0).shape[0] > 50

    def test_a_fill_in_the_place_of_what_is_absent_changes_no_score(self, incomplete: PreparedData) -> None:
        vitals = np.array(incomplete.inputs[0])
        vitals[~incomplete.available[:, 0]] = 7.0
        other = replace(incomplete, inputs=(vitals, *incomplete.inputs[1:]))
        (ours,), (theirs,) = (results([make_run("multifair")], own) for own in (incomplete, other))
        np.testing.assert_array_equal(ours.scores, theirs.scores)

    @pytest.mark.parametrize("method", TRAINED)
    def test_training_learns(self, method: str, incomplete: PreparedData) -> None:
        (member,) = results([make_run(method, epochs=15)], incomplete)
        assert member.validation.auc > 0.65


class TestThreeClasses:
    @pytest.mark.parametrize("method", TRAINED)
    def test_training_learns(self, method: str, three_classes: PreparedData) -> None:
        (member,) = results([make_run(method, epochs=12)], three_classes)
        assert member.test.auc > 0.8

    def test_scores_are_a_probability_for_each_class(self, three_classes: PreparedData) -> None:
        (member,) = results([make_run("baseline", epochs=12)], three_classes)
        assert member.scores.shape == (900, 3)
        np.testing.assert_allclose(member.scores.sum(1), 1, atol=1e-5)
        rows = three_classes.split.test
        right = member.scores[rows].argmax(1) == three_classes.labels[rows]
        commonest = np.bincount(three_classes.labels[rows]).max() / len(rows)
        assert right.mean() > commonest

    def test_a_column_per_class_tells_who_is_of_it(self, three_classes: PreparedData) -> None:
        labels = TaskTensors.of(three_classes, CPU).labels
        np.testing.assert_array_equal(labels.argmax(1).numpy(), three_classes.labels)
        assert (labels.sum(1) == 1).all()

    def test_packed_or_alone_a_run_gives_the_same_result(self, three_classes: PreparedData) -> None:
        runs = [make_run("multifair", seed) for seed in (0, 1)]
        packed = results(runs, three_classes)
        for run, together in zip(runs, packed, strict=True):
            (alone,) = results([run], three_classes)
            np.testing.assert_allclose(alone.scores, together.scores, atol=1e-3)


class TestLearningRates:
    RATES = (1e-3, 1e-2, 3e-3)

    @pytest.mark.parametrize("method", ["baseline", "multifair"])
    def test_a_pack_of_different_rates_gives_each_what_it_gets_alone(
        self, method: str, data: PreparedData
    ) -> None:
        runs = [with_training(make_run(method, epochs=3), learning_rate=rate) for rate in self.RATES]
        packed = results(runs, data)
        for run, together in zip(runs, packed, strict=True):
            (alone,) = results([run], data)
            np.testing.assert_allclose(together.scores, alone.scores, atol=1e-4)
        assert np.abs(packed[0].scores - packed[1].scores).max() > 0.05


class TestEarlyStopping:
    PATIENCE = (1, None, 3)
    EPOCHS = 12

    def runs(self, patience: tuple[int | None, ...]) -> list[RunSpec]:
        # Steps large enough that validation is best long before the end.
        return [
            with_training(make_run("baseline", seed, self.EPOCHS), learning_rate=0.02, patience=own)
            for seed, own in enumerate(patience)
        ]

    def stop(self, aucs: list[float], patience: int | None) -> tuple[int, int]:
        """The best epoch of those trained, and how many these are, by the definition."""
        best = 0
        for epoch, auc in enumerate(aucs):
            best = epoch if auc > aucs[best] else best
            if patience is not None and epoch - best >= patience:
                return best + 1, epoch + 1
        return best + 1, len(aucs)

    def test_a_member_stops_when_its_patience_is_over(self, data: PreparedData) -> None:
        endless, stopped = (events_of(self.runs(patience), data) for patience in ((None,) * 3, self.PATIENCE))
        end = stopped[-1]
        assert isinstance(end, PackEnd)
        epochs = []
        for member, patience in enumerate(self.PATIENCE):
            best, trained = self.stop(validation_aucs(endless, member), patience)
            assert end.results[member].best_epoch == best
            assert validation_aucs(stopped, member) == validation_aucs(endless, member)[:trained]
            epochs.append(trained)
        assert epochs[0] < epochs[2] < epochs[1] == self.EPOCHS

    def test_those_who_go_on_do_not_notice(self, data: PreparedData) -> None:
        endless = results(self.runs((None, None, None)), data)
        stopped = results(self.runs((1, None, 3)), data)
        np.testing.assert_array_equal(endless[1].scores, stopped[1].scores)

    def test_a_member_that_stopped_is_what_it_would_be_alone(self, data: PreparedData) -> None:
        runs = self.runs(self.PATIENCE)
        packed = results(runs, data)
        (alone,) = results(runs[:1], data)
        assert alone.best_epoch == packed[0].best_epoch
        np.testing.assert_allclose(alone.scores, packed[0].scores, atol=1e-3)

    def test_a_pack_ends_with_its_last_member(self, data: PreparedData) -> None:
        endless = events_of(self.runs((None, None, None)), data)
        last = max(self.stop(validation_aucs(endless, member), 1)[1] for member in range(3))
        events = events_of(self.runs((1, 1, 1)), data)
        assert sum(isinstance(event, EpochEnd) for event in events) == last < self.EPOCHS
        assert isinstance(events[-1], PackEnd)

    def test_a_member_that_stopped_has_no_more_reports(self, data: PreparedData) -> None:
        events = events_of(self.runs((1, None, None)), data)
        there = [event.members[0] is not None for event in events if isinstance(event, EpochEnd)]
        assert there == sorted(there, reverse=True)
        assert not there[-1]

    def test_a_member_that_stopped_may_diverge(self, data: PreparedData) -> None:
        # Its place is still computed; what becomes of it is nobody's trouble.
        calm = make_run("baseline", 0, self.EPOCHS)
        wild = with_training(make_run("baseline", 1, self.EPOCHS), learning_rate=300.0)
        assert len(results([calm, wild], data)) == 1
        (alone,) = results([calm], data)
        packed = results([calm, with_training(wild, patience=1)], data)
        np.testing.assert_allclose(packed[0].scores, alone.scores, atol=1e-3)
        assert np.isfinite(packed[1].scores).all()
