"""Training on tables, images and slices together, with images that stay on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch

from fairviz.data.images import Images, ImageStack
from fairviz.data.prepare import PreparedData, prepare
from fairviz.errors import SettingError
from fairviz.training.comparators.train import train as train_comparator
from fairviz.training.engine import network_spec, train
from fairviz.training.events import EpochEnd, Event, MemberResult, PackEnd
from fairviz.training.packing import image_bytes, largest_pack, pack_runs
from fairviz.training.runs import RunSpec
from fairviz.training.tensors import TaskTensors
from models.specs import METHODS
from tests.fairviz.eyes import eyes, eyes_task
from tests.fairviz.small import make_run, small_task

METHODS_TOGETHER = ["baseline", "fairgrad", "multifair", "multifair-plus"]


class Eyes(NamedTuple):
    frame: pd.DataFrame
    images: Images


@pytest.fixture(scope="module")
def patients(tmp_path_factory: pytest.TempPathFactory) -> Eyes:
    return Eyes(*eyes(tmp_path_factory.mktemp("eyes"), 700))


@pytest.fixture(scope="module")
def data(patients: Eyes) -> PreparedData:
    return prepare(patients.frame, eyes_task(), images=patients.images)


def events_of(runs: list[RunSpec], data: PreparedData) -> list[Event]:
    (pack,) = pack_runs(runs)
    return list(train(pack, data, TaskTensors.of(data, torch.device("cpu"))))


def results(runs: list[RunSpec], data: PreparedData) -> list[MemberResult]:
    end = events_of(runs, data)[-1]
    assert isinstance(end, PackEnd)
    return list(end.results.values())


def test_the_network_has_an_encoder_for_each(data: PreparedData) -> None:
    spec = network_spec(data)
    assert spec.input_widths == (8, 32 * 32, 4 * 16 * 16)
    assert spec.image_shapes == {1: (1, 32, 32), 2: (4, 16, 16)}
    assert spec.tables == (0,)


@pytest.mark.parametrize("method", METHODS_TOGETHER)
def test_every_method_trains_on_tables_images_and_slices(method: str, data: PreparedData) -> None:
    assert not data.available.all()
    *events, end = events_of([make_run(method, seed) for seed in (0, 0, 1)], data)
    assert isinstance(end, PackEnd)
    epochs = [event for event in events if isinstance(event, EpochEnd)]
    assert len(epochs) == 2
    for member in end.results.values():
        assert np.isfinite(member.scores).all()
        assert list(member.test.modalities) == ["record", "fundus", "slices"]
        assert member.test.modalities["fundus"].n == data.available[data.split.test, 1].sum()
        assert member.weights["encoder.image2.hidden.weight"].shape == (1, 4 * 32, 64)
    # But for rounding: products round by where in memory a member's numbers begin.
    np.testing.assert_allclose(end.results[0].scores, end.results[1].scores, atol=1e-6)
    assert not np.allclose(end.results[0].scores, end.results[2].scores, atol=1e-3)
    if method == "multifair":
        (first, *_), _ = (epoch.members for epoch in epochs)
        assert first is not None
        assert first.traces["scale"].shape[1:] == (3,)


@pytest.mark.parametrize("method", METHODS_TOGETHER)
def test_packed_or_alone_a_run_gives_the_same_result(method: str, data: PreparedData) -> None:
    runs = [make_run(method, seed, epochs=1) for seed in (0, 1)]
    for run, together in zip(runs, results(runs, data), strict=True):
        (alone,) = results([run], data)
        np.testing.assert_allclose(alone.scores, together.scores, atol=1e-3)


def test_images_alone_tell_the_outcome(patients: Eyes) -> None:
    everyone = patients.frame.assign(fundus="there")
    data = prepare(everyone, eyes_task(["fundus"]), images=patients.images)
    (member,) = results([make_run("baseline", epochs=8)], data)
    assert member.test.auc > 0.75


def test_what_stands_for_an_absent_image_is_not_looked_at(
    patients: Eyes, data: PreparedData, tmp_path: Path
) -> None:
    array = patients.images["fundus"].open().copy()
    array[patients.frame["fundus"].isna()] = 255
    np.save(tmp_path / "other.npy", array)
    other = ImageStack.at(tmp_path / "other.npy")
    spoilt = prepare(patients.frame, eyes_task(), images={**patients.images, "fundus": other})
    (ours,), (theirs,) = (results([make_run("multifair", epochs=1)], own) for own in (data, spoilt))
    np.testing.assert_array_equal(ours.scores, theirs.scores)


def test_what_the_images_show_does_matter(data: PreparedData) -> None:
    shuffled = replace(data, images={**data.images, 1: replace(data.images[1], mean=data.images[1].mean + 9)})
    (ours,), (theirs,) = (results([make_run("baseline", epochs=1)], own) for own in (data, shuffled))
    has_one = data.available[:, 1]
    assert (ours.scores[has_one] != theirs.scores[has_one]).any()


@pytest.mark.parametrize("method", [name for name, entry in METHODS.items() if not entry.trains_network])
def test_comparators_say_that_they_read_tables_only(method: str, data: PreparedData) -> None:
    (pack,) = pack_runs([make_run(method)])
    with pytest.raises(
        SettingError, match=r'reads tables only, found a task with images \("fundus", "slices"\)'
    ):
        list(train_comparator(pack, data))


def test_packs_of_images_stay_within_memory(data: PreparedData) -> None:
    run = make_run("baseline")
    needed = image_bytes(data, [run])
    numbers = 2 * (8 * 16**2 + 16 * 8**2 + 32 * 4**2) + 4 * 2 * (8 * 8**2 + 16 * 4**2 + 32 * 2**2)
    assert needed == 64 * (8 * numbers + 8 * (32 * 32 + 4 * 16 * 16))
    assert image_bytes(small_task(), [run]) == 0
    large = run.model_copy(update={"training": run.training.model_copy(update={"batch_size": 65536})})
    assert image_bytes(data, [run, large]) == needed // 64 * len(data.split.train)


@pytest.mark.parametrize(
    ("each", "workers", "members"), [(0, 2, 6), (2**27, 2, 6), (2**28, 2, 4), (2**29, 1, 4), (2**33, 2, 1)]
)
def test_members_share_what_memory_there_is(each: int, workers: int, members: int) -> None:
    assert largest_pack(12, workers, on_cpu=True, bytes_per_member=each) == members
    assert largest_pack(12, workers, on_cpu=False, bytes_per_member=each) == 12
