"""Packs that take turns, and what becomes of one that is too large for the device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from fairviz.config import Settings
from fairviz.data.prepare import PreparedData
from fairviz.errors import SettingError
from fairviz.jobs import rotation
from fairviz.store.records import State
from fairviz.training.engine import train
from fairviz.training.events import EpochEnd, Event, PackEnd
from fairviz.training.packing import Pack
from fairviz.training.tensors import TaskTensors
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.fairviz.small import small_spec, write_small

SHORT = TrainingSpec(epochs=3, batch_size=64)


def train_small(home: Path, folder: Path, seeds: int) -> tuple[Workbench, str]:
    """A sweep of one method on one worker, so that all seeds share a pack; trained to its end."""
    with Workbench(home, settings=Settings(workers=1, device="cpu")) as bench:
        dataset = bench.add_dataset(write_small(folder), name="Small")
        task = bench.create_task(small_spec(dataset.id))
        comparison = bench.train(task.id, ["baseline"], seeds=seeds, training=SHORT)
        bench.wait(comparison)
        return bench, comparison


def memory_for(members: int, *, after_epoch: int = 0) -> object:
    """A stand-in for the engine on a device that holds so many members only, as seen after some epochs."""
    sizes: list[int] = []

    def limited(pack: Pack, data: PreparedData, tensors: TaskTensors) -> Iterator[Event]:
        sizes.append(len(pack.runs))
        for event in train(pack, data, tensors):
            yield event
            if len(pack.runs) > members and isinstance(event, EpochEnd) and event.epoch >= after_epoch:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    limited.sizes = sizes  # type: ignore[attr-defined]
    return limited


@pytest.mark.parametrize("after_epoch", [1, 2])
def test_a_pack_too_large_for_the_device_goes_on_as_halves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after_epoch: int
) -> None:
    whole, at_once = train_small(tmp_path / "whole", tmp_path, seeds=5)
    limited = memory_for(2, after_epoch=after_epoch)
    monkeypatch.setattr(rotation, "train", limited)
    halved, in_parts = train_small(tmp_path / "halved", tmp_path, seeds=5)
    assert limited.sizes == [5, 2, 3, 1, 2]  # type: ignore[attr-defined]
    assert halved.store.comparison(in_parts).state is State.FINISHED
    for a, b in zip(whole.runs(at_once), halved.runs(in_parts), strict=True):
        np.testing.assert_allclose(whole.store.scores(a.id), halved.store.scores(b.id), atol=1e-3)
        assert a.best_epoch == b.best_epoch
    epochs = [(entry.run_id, entry.epoch) for entry in halved.epochs(in_parts)]
    assert len(set(epochs)) == len(epochs) == 15


def test_a_run_that_alone_is_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "train", memory_for(0))
    bench, comparison = train_small(tmp_path / "home", tmp_path, seeds=2)
    record = bench.store.comparison(comparison)
    assert record.state is State.FAILED
    assert "Baseline: expected something that fits into the device's memory" in record.message
    assert "CUDA out of memory" in record.message


def test_a_member_without_a_result_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = SettingError("run", expected="finite predictions", found="diverged", remedy="Learn slower.")

    def one_fails(pack: Pack, data: PreparedData, tensors: TaskTensors) -> Iterator[Event]:
        for event in train(pack, data, tensors):
            if isinstance(event, PackEnd):
                yield PackEnd({0: event.results[0]}, {1: error})
            else:
                yield event

    monkeypatch.setattr(rotation, "train", one_fails)
    bench, comparison = train_small(tmp_path / "home", tmp_path, seeds=2)
    record = bench.store.comparison(comparison)
    assert (record.state, record.message) == (State.FINISHED, str(error))
    assert [run.test is not None for run in bench.runs(comparison)] == [True, False]
    assert bench.runs(comparison)[1].state is State.FAILED


def test_an_unexpected_error_of_one_pack_leaves_the_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_fairgrad(pack: Pack, data: PreparedData, tensors: TaskTensors) -> Iterator[Event]:
        if pack.runs[0].method == "fairgrad":
            raise ZeroDivisionError
        yield from train(pack, data, tensors)

    monkeypatch.setattr(rotation, "train", broken_fairgrad)
    with Workbench(tmp_path / "home", settings=Settings(workers=2, device="cpu")) as bench:
        dataset = bench.add_dataset(write_small(tmp_path), name="Small")
        task = bench.create_task(small_spec(dataset.id))
        comparison = bench.train(task.id, ["fairgrad", "baseline"], seeds=1, training=SHORT)
        record = bench.wait(comparison)
        assert record.state is State.FINISHED
        assert "FairGrad: expected a training to its end, found an unexpected error" in record.message
        assert [run.state for run in bench.runs(comparison)] == [State.FAILED, State.FINISHED]
        assert record.progress == pytest.approx(1)
