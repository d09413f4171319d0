"""Images come from disk in the right order, ahead of time, and never all at once."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from fairviz.data.images import ImageStackWriter
from fairviz.data.pixels import ScaledImages
from fairviz.data.prepare import PreparedData, prepare
from fairviz.data.specs import ModalitySpec
from fairviz.training import tensors as module
from fairviz.training.streaming import StreamedImages, read_ahead
from fairviz.training.tensors import Batches, TaskTensors
from tests.fairviz.small import small_spec, small_table

CPU = torch.device("cpu")
ROWS, SHAPE = 400, (2, 6, 5)
MEMORY = Path("/proc/self/status")


def with_images(folder: Path, frame: pd.DataFrame, shape: tuple[int, int, int]) -> PreparedData:
    """The small task with a stack of slices, of which the first number tells the row."""
    rng = np.random.default_rng(0)
    with ImageStackWriter(folder / "scan.npy", (len(frame), *shape)) as writer:
        for row in range(len(frame)):
            image = rng.integers(0, 256, shape, dtype=np.uint8)
            image.flat[:2] = divmod(row, 256)
            writer.write(image[np.newaxis])
    spec = small_spec()
    scan = ModalitySpec(name="scan", columns=("scan",), kind="image")
    spec = spec.model_copy(update={"modalities": (spec.modalities[0], scan, spec.modalities[1])})
    return prepare(frame.assign(scan="a name"), spec, images={"scan": writer.stack})


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> PreparedData:
    return with_images(tmp_path_factory.mktemp("scans"), small_table(ROWS), SHAPE)


def rows_of(images: torch.Tensor, scaled: ScaledImages) -> torch.Tensor:
    """Rows [...] that standardised images [..., S, H, W] are of."""
    high, low = (images * scaled.sd + torch.from_numpy(scaled.mean)).round().long()[..., 0, 0, :2].unbind(-1)
    return 256 * high + low


def reader_threads() -> list[str]:
    return [own.name for own in threading.enumerate() if own.name.startswith("fairviz-images")]


def test_values_come_in_order_and_only_a_few_wait() -> None:
    started: list[int] = []

    def read(key: int) -> int:
        started.append(key)
        return key**2

    for used, value in enumerate(read_ahead(read, range(50))):
        assert value == used**2
        assert len(started) <= used + 4
    assert started == list(range(50))


def test_the_next_is_read_while_one_is_in_use() -> None:
    reads = [threading.Event() for _ in range(3)]
    values = read_ahead(lambda key: reads[key].set(), range(3))
    next(values)
    assert all(own.wait(timeout=10) for own in reads)
    values.close()


def test_whoever_stops_early_leaves_no_thread_behind() -> None:
    values = read_ahead(lambda key: key, range(100))
    next(values)
    assert reader_threads()
    values.close()
    assert not reader_threads()


def test_what_goes_wrong_in_reading_is_told() -> None:
    def read(key: int) -> int:
        if key == 1:
            raise OSError("the disk is gone")
        return key

    values = read_ahead(read, range(5))
    assert next(values) == 0
    with pytest.raises(OSError, match="the disk is gone"):
        next(values)
    assert not reader_threads()


def test_training_rows_have_mean_0_and_deviation_1(data: PreparedData) -> None:
    streamed = StreamedImages(data.images[1], CPU)
    read = streamed.read(data.split.train[np.newaxis])
    np.testing.assert_array_equal(read[0], data.images[1].stack.open()[data.split.train])
    values = streamed.standardised(read)
    assert values.mean().item() == pytest.approx(0, abs=1e-4)
    assert values.std().item() == pytest.approx(1, abs=1e-2)


def test_a_batch_has_the_images_of_its_rows_and_seeds_share_them(data: PreparedData) -> None:
    tensors = TaskTensors.of(data, CPU)
    numbers, seen = torch.arange(ROWS), []
    for batch in Batches(tensors, [0, 1, 0], 50).epoch():
        pixels = batch.images[1]
        assert batch.inputs.shape[1] == 2
        assert pixels.members == [[0, 2], [1]]
        own = rows_of(pixels.values, data.images[1])
        for rows, members in zip(own, pixels.members, strict=True):
            for member in members:
                torch.testing.assert_close(batch.inputs[member], tensors.inputs[rows].transpose(0, 1))
                assert torch.equal(batch.labels[member, 0], tensors.labels[rows, 0])
        seen.append(own)
    for used in torch.cat(seen, dim=1):
        assert torch.equal(used.sort().values, numbers[tensors.training].sort().values)


def test_seeds_take_the_rows_of_an_epoch_in_the_order_of_tables_alone(data: PreparedData) -> None:
    # What a step sees does not depend on the images; only within a step do rows lie as in the file.
    tables = prepare(small_table(ROWS), small_spec())
    both = [
        [batch.inputs[:, :, :, :2].sort(dim=2).values for batch in Batches(own, [3], 50).epoch()]
        for own in (TaskTensors.of(tables, CPU), TaskTensors.of(data, CPU))
    ]
    for ours, theirs in zip(*both, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_parts_hold_every_row_in_order(data: PreparedData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module._PIXELS_AT_ONCE, "cpu", 20_000)
    tensors = TaskTensors.of(data, CPU)
    rows = torch.arange(ROWS).flip(0)
    parts = list(tensors.parts(rows, members=4))
    assert len(parts) > 10
    assert all(part.images[1].members == [range(4)] for part in parts)
    assert torch.equal(torch.cat([rows_of(p.images[1].values[0], data.images[1]) for p in parts]), rows)
    assert torch.equal(
        torch.cat([part.inputs for part in parts], dim=2)[3], tensors.inputs[rows].transpose(0, 1)
    )


def memory_of_its_own() -> int:
    """Bytes of this process that are not pages of files."""
    (line,) = (own for own in MEMORY.read_text().splitlines() if own.startswith("RssAnon:"))
    return 1024 * int(line.split()[1])


@pytest.mark.skipif(not MEMORY.exists(), reason="only Linux tells a process its own memory")
def test_a_large_stack_is_never_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module._PIXELS_AT_ONCE, "cpu", 2**22)
    tensors = TaskTensors.of(with_images(tmp_path, small_table(4000), (8, 64, 64)), CPU)
    size = 4000 * 8 * 64 * 64
    before = most = memory_of_its_own()
    for _ in Batches(tensors, [0], 16).epoch():
        most = max(most, memory_of_its_own())
    for _ in tensors.parts(torch.arange(4000), members=1):
        most = max(most, memory_of_its_own())
    assert most - before < size / 4
