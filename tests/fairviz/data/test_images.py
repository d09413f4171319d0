from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from fairviz.data.images import ImageStack, ImageStackWriter
from fairviz.data.pixels import ScaledImages
from fairviz.data.prepare import prepare
from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.data.task import check_task
from fairviz.errors import DataError, TaskError
from tests.fairviz.data.tables import ward, ward_task

SHAPE = (300, 2, 5, 4)


def pixels(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, SHAPE, dtype=np.uint8)


def written(path: Path, images: NDArray[np.uint8], block: int = 70) -> ImageStack:
    rows, slices, height, width = images.shape
    with ImageStackWriter(path, (rows, slices, height, width)) as writer:
        for start in range(0, rows, block):
            writer.write(images[start : start + block])
    return writer.stack


@pytest.fixture
def stack(tmp_path: Path) -> ImageStack:
    return written(tmp_path / "fundus.npy", pixels())


def photographed() -> pd.DataFrame:
    """The ward's patients, of whom every tenth has no image."""
    frame = ward()
    frame["fundus"] = [None if row % 10 == 0 else f"eye_{row}" for row in range(len(frame))]
    return frame


def task_with_images(*columns: str) -> TaskSpec:
    image = ModalitySpec(name="fundus", columns=columns or ("fundus",), kind="image")
    return ward_task(modalities=(ward_task().modalities[0], image))


def test_blocks_become_one_array_that_numpy_reads(stack: ImageStack) -> None:
    opened = stack.open()
    np.testing.assert_array_equal(opened, pixels())
    np.testing.assert_array_equal(np.load(stack.path, allow_pickle=False), pixels())
    assert opened.dtype == np.uint8
    assert not opened.flags.writeable
    assert ImageStack.at(stack.path) == stack


def test_an_unfinished_stack_leaves_no_file(tmp_path: Path) -> None:
    with (
        pytest.raises(DataError, match="expected 300 rows of images, found 10"),
        ImageStackWriter(tmp_path / "short.npy", SHAPE) as writer,
    ):
        writer.write(pixels()[:10])
    with pytest.raises(KeyError), ImageStackWriter(tmp_path / "failed.npy", SHAPE):
        raise KeyError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "block", [np.zeros((1, 2, 4, 5), np.uint8), np.zeros((301, 2, 5, 4), np.uint8), np.zeros((1, 2, 5, 4))]
)
def test_blocks_that_do_not_fit_are_refused(tmp_path: Path, block: NDArray[np.uint8]) -> None:
    with (
        pytest.raises(DataError, match="at most 300 uint8 images of 2 x 5 x 4"),
        ImageStackWriter(tmp_path / "a.npy", SHAPE) as writer,
    ):
        writer.write(block)


def spoil(path: Path, how: str) -> None:
    match how:
        case "gone":
            path.unlink()
        case "cut short":
            path.write_bytes(path.read_bytes()[:-1])
        case "another type":
            np.save(path, pixels().astype(np.float32))
        case "another shape":
            np.save(path, pixels()[:, 0])
        case "objects":
            np.save(path, np.array([{}], dtype=object), allow_pickle=True)
        case "nothing":
            path.write_bytes(b"")


@pytest.mark.parametrize("how", ["gone", "cut short", "another type", "another shape", "objects", "nothing"])
def test_a_file_that_is_not_the_stack_is_refused(stack: ImageStack, how: str) -> None:
    spoil(stack.path, how)
    with pytest.raises(DataError, match=r"images fundus\.npy: expected"):
        stack.open()
    with pytest.raises(DataError, match=r"images fundus\.npy: expected"):
        ImageStack.at(stack.path)


def test_an_archive_is_no_stack(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=pixels())
    with pytest.raises(DataError, match=r"images a\.npz: expected a whole"):
        ImageStack.at(tmp_path / "a.npz")


def test_images_stay_on_disk_and_training_rows_set_their_scale(stack: ImageStack) -> None:
    data = prepare(photographed(), task_with_images(), images={"fundus": stack})
    assert [inputs.shape for inputs in data.inputs] == [(300, 3), (300, 0)]
    assert data.available[:, 1].sum() == 270
    assert not data.available[::10, 1].any()
    seen = pixels()[[row for row in data.split.train if row % 10]].astype(np.float64)
    scaled = data.images[1]
    assert (scaled.stack, list(data.images)) == (stack, [1])
    np.testing.assert_allclose(scaled.mean, seen.mean(0), rtol=1e-6)
    assert scaled.sd == pytest.approx((seen - seen.mean(0)).std(), rel=1e-12)


def test_of_many_training_rows_a_part_sets_the_scale(tmp_path: Path) -> None:
    many = np.zeros((2000, 1, 1, 2), dtype=np.uint8)
    many[::2, 0, 0, 1] = 200
    stack = written(tmp_path / "many.npy", many)
    scaled = ScaledImages.fit(task_with_images().modalities[1], stack, np.arange(1500))
    np.testing.assert_allclose(scaled.mean, [[[0, 100]]], atol=1)
    assert scaled.sd == pytest.approx(100 / np.sqrt(2), rel=1e-3)


def test_images_alone_make_a_task(stack: ImageStack) -> None:
    frame = photographed().assign(fundus="eye")
    only = ward_task(modalities=task_with_images().modalities[1:])
    assert prepare(frame, only, images={"fundus": stack}).available.all()


@pytest.mark.parametrize(
    ("spec", "images", "message"),
    [
        (task_with_images(), {}, r'image modality "fundus": expected images for column "fundus"'),
        (task_with_images("fundus", "ward"), {}, "expected one column, which names the image"),
    ],
)
def test_an_image_modality_needs_its_stack(
    spec: TaskSpec, images: dict[str, ImageStack], message: str
) -> None:
    with pytest.raises(TaskError, match=message):
        check_task(spec, photographed(), images=images)


def test_a_stack_of_another_table_is_refused(stack: ImageStack) -> None:
    with pytest.raises(TaskError, match="images for the table's 299 rows, found images for 300"):
        check_task(task_with_images(), photographed()[1:], images={"fundus": stack})


def test_a_second_dataset_has_no_images_to_test_on(stack: ImageStack) -> None:
    with pytest.raises(TaskError, match="none beside images: those of a second dataset are not read"):
        check_task(task_with_images(), photographed(), photographed(), images={"fundus": stack})


def test_images_in_no_row_are_refused(stack: ImageStack) -> None:
    with pytest.raises(TaskError, match="an image in at least one row"):
        check_task(task_with_images(), photographed().assign(fundus=None), images={"fundus": stack})


def test_images_that_are_all_alike_are_refused(tmp_path: Path) -> None:
    blank = written(tmp_path / "blank.npy", np.tile(pixels()[:1], (300, 1, 1, 1)))
    with pytest.raises(TaskError, match="images that are all alike"):
        prepare(photographed(), task_with_images(), images={"fundus": blank})
