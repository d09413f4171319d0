"""The engine: its events, that packs change nothing, that validation chooses and test is seen once."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fairviz.data.prepare import PreparedData
from fairviz.errors import SettingError
from fairviz.training.engine import train
from fairviz.training.events import EpochEnd, Event, MemberResult, PackEnd, Tick
from fairviz.training.packing import pack_runs
from fairviz.training.runs import RunSpec
from fairviz.training.tensors import Batches, TaskTensors
from models.specs import METHODS
from tests.fairviz.small import make_run, small_task

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data() -> PreparedData:
    return small_task()


def events_of(runs: list[RunSpec], data: PreparedData) -> list[Event]:
    (pack,) = pack_runs(runs)
    return list(train(pack, data, TaskTensors.of(data, CPU)))


def results(runs: list[RunSpec], data: PreparedData) -> tuple[MemberResult, ...]:
    last = events_of(runs, data)[-1]
    assert isinstance(last, PackEnd)
    return last.members


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
    for event in events:
        if isinstance(event, EpochEnd):
            for member in event.members:
                assert member.traces["surrogate_auc"].shape == (4, 2, 4)
                assert all(trace.dtype == np.float32 for trace in member.traces.values())


@pytest.mark.parametrize("method", METHODS)
def test_packed_or_alone_a_run_gives_the_same_result(method: str, data: PreparedData) -> None:
    runs = [make_run(method, seed, epochs=3) for seed in (0, 1, 2)]
    packed = results(runs, data)
    for run, together in zip(runs, packed, strict=True):
        (alone,) = results([run], data)
        assert together.best_epoch == alone.best_epoch
        np.testing.assert_allclose(together.scores, alone.scores, atol=1e-3)
        assert together.test.auc == pytest.approx(alone.test.auc, abs=1e-3)


def test_the_same_pack_is_bit_equal(data: PreparedData) -> None:
    runs = [make_run("fairgrad", seed) for seed in (0, 1)]
    for first, second in zip(results(runs, data), results(runs, data), strict=True):
        np.testing.assert_array_equal(first.scores, second.scores)


def test_validation_chooses_the_epoch(data: PreparedData) -> None:
    events = events_of([make_run("baseline", epochs=6)], data)
    by_epoch = [event.members[0].validation.auc for event in events if isinstance(event, EpochEnd)]
    end = events[-1]
    assert isinstance(end, PackEnd)
    assert end.members[0].best_epoch == int(np.argmax(by_epoch)) + 1
    assert end.members[0].validation.auc == pytest.approx(max(by_epoch))


def test_the_test_report_is_of_test_rows_at_the_training_prevalence(data: PreparedData) -> None:
    (member,) = results([make_run("baseline")], data)
    assert member.test.n == len(data.split.test)
    assert member.test.threshold == pytest.approx(data.labels[data.split.train].mean())
    assert member.scores.shape == (len(data.labels),)


def test_training_learns_what_is_there(data: PreparedData) -> None:
    (member,) = results([make_run("baseline", epochs=15)], data)
    assert member.test.auc > 0.75


def test_diverged_training_names_the_run_and_the_remedy(data: PreparedData) -> None:
    run = make_run("baseline", epochs=30)
    wild = run.model_copy(update={"training": run.training.model_copy(update={"learning_rate": 1e38})})
    with pytest.raises(SettingError, match=r"baseline, seed 0: .*diverged\. Lower the learning rate"):
        events_of([wild], data)


def test_every_training_row_is_used_once_an_epoch(data: PreparedData) -> None:
    tensors = TaskTensors.of(data, CPU)
    batches = Batches(tensors, [0, 1, 0], 50)
    seen = [batch.inputs[:, 0, :, 0] for batch in batches.epoch()]
    values = torch.cat(seen, dim=1).sort(dim=1).values
    expected = tensors.inputs[tensors.training, 0, 0].sort().values
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
