from __future__ import annotations

import numpy as np
import pytest

from fairviz.data.adapters.resize import area_mean, even_slices


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, 48, 64), dtype=np.uint8)


def test_whole_factors_are_means_of_blocks(images: np.ndarray) -> None:
    blocks = images.reshape(3, 16, 3, 16, 4).mean(axis=(2, 4))
    np.testing.assert_allclose(area_mean(images, 16), blocks, atol=0.51)


@pytest.mark.parametrize("side", [7, 50, 100])
def test_other_factors_keep_the_mean(images: np.ndarray, side: int) -> None:
    assert area_mean(images, side).shape == (3, side, side)
    np.testing.assert_allclose(area_mean(images, side).mean(axis=(1, 2)), images.mean(axis=(1, 2)), atol=0.5)


def test_a_pixel_shared_by_two_counts_for_both_by_its_area() -> None:
    image = np.array([[[0, 90, 240]]], dtype=np.uint8)
    assert area_mean(np.repeat(image, 3, axis=1), 2)[0, 0].tolist() == [30, 190]


def test_the_same_size_changes_nothing(images: np.ndarray) -> None:
    np.testing.assert_array_equal(area_mean(images[:, :, :48], 48), images[:, :, :48])


@pytest.mark.parametrize(
    ("slices", "count", "chosen"),
    [(16, 8, [1, 3, 5, 7, 9, 11, 13, 15]), (200, 4, [25, 75, 125, 175]), (3, 3, [0, 1, 2]), (1, 2, [0, 0])],
)
def test_slices_are_evenly_spaced(slices: int, count: int, chosen: list[int]) -> None:
    volume = np.arange(slices, dtype=np.uint8)[:, np.newaxis, np.newaxis]
    assert even_slices(volume, count).ravel().tolist() == chosen
