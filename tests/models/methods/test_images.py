"""Methods on tables, images and slices together."""

from __future__ import annotations

import pytest
import torch

from models.methods.base import Method
from tests.models.image_problem import image_method, make_image_batch
from tests.models.problem import COLUMNS, LAYOUT, assert_same_gradients, gradient_after_step
from tests.models.reference import reference_of
from tests.models.variants import SEEDS, VARIANTS

SOME = ["baseline", "fairgrad", "multifair", "multifair by row", "multifair-plus", "regularised", "group-dro"]


@pytest.mark.parametrize(("classes", "absent"), [(2, False), (2, True), (3, True)])
@pytest.mark.parametrize("variant", SOME)
def test_gradients_are_those_of_the_definition(variant: str, classes: int, absent: bool) -> None:
    method = image_method(VARIANTS[variant], SEEDS, columns=COLUMNS[classes])
    reference = reference_of(VARIANTS[variant], SEEDS, method.network, LAYOUT)
    for step in range(2):
        batch = make_image_batch(SEEDS, seed=step, classes=classes, absent=absent)
        computed, expected = gradient_after_step(method, batch), reference.step(batch)
        assert_same_gradients(computed, expected.weights)


def some_members(variant: str, members: list[int]) -> Method:
    return image_method([VARIANTS[variant][m] for m in members], [SEEDS[m] for m in members], dropout=0.2)


@pytest.mark.parametrize("variant", SOME)
def test_a_member_goes_the_same_way_in_every_pack_and_place(variant: str) -> None:
    seen: dict[int, torch.Tensor] = {}
    for order in ([0, 1, 2], [2, 0], [1]):
        method, seeds = some_members(variant, order), [SEEDS[m] for m in order]
        for step in range(2):
            gradients = gradient_after_step(method, make_image_batch(seeds, seed=step, absent=True))
        for member, own in zip(order, gradients, strict=True):
            assert_same_gradients(own[None], seen.setdefault(member, own)[None])
