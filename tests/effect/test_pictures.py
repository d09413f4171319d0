from __future__ import annotations

import numpy as np

from fairviz.data.synthetic.glaucoma import make_glaucoma
from tests.effect.pictures import PIXELS, as_images, columns_of

TABLE = make_glaucoma(130, seed=1)
SEEN = as_images(TABLE, seed=1)


def test_pixels_take_the_place_of_the_numbers_they_render() -> None:
    for modality in PIXELS:
        assert set(columns_of(modality)) <= set(SEEN.columns)
        assert f"{modality}_01" not in SEEN.columns
    assert SEEN["glaucoma"].equals(TABLE["glaucoma"])
    assert np.isfinite(SEEN[columns_of("cup")].to_numpy()).all()


def test_a_wider_cup_is_brighter_and_a_thicker_layer_too() -> None:
    for modality in PIXELS:
        numbers = TABLE.filter(regex=rf"^{modality}_\d+$").mean(axis=1)
        brightness = SEEN[columns_of(modality)].mean(axis=1)
        assert np.corrcoef(numbers, brightness)[0, 1] > 0.9


def test_the_same_draw_is_the_same_picture() -> None:
    assert as_images(TABLE, seed=1).equals(SEEN)
    assert not as_images(TABLE, seed=2).equals(SEEN)
