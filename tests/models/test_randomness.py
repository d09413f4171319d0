"""Random numbers belong to a seed and a purpose, whoever else draws."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch
from torch import Tensor

from models.randomness import Purpose, SeededStream, seeded_generator


def numbers(generator: torch.Generator) -> Tensor:
    return torch.rand(5, generator=generator)


@pytest.mark.parametrize("others", [[], [3], [9, 7, 9]])
def test_a_member_draws_the_same_whoever_else_is_there(others: list[int]) -> None:
    alone, together = (SeededStream(seeds, Purpose.BATCHES) for seeds in ([7], [*others, 7]))
    for _ in range(3):
        assert torch.equal(alone.draw(numbers)[0], together.draw(numbers)[-1])


def test_members_of_one_seed_draw_the_same_and_others_do_not() -> None:
    drawn = SeededStream([4, 5, 4], Purpose.DROPOUT).draw(numbers)
    assert torch.equal(drawn[0], drawn[2])
    assert not torch.equal(drawn[0], drawn[1])


def test_every_purpose_has_numbers_of_its_own() -> None:
    assert len(Purpose) == len(Purpose.__members__) == 6
    drawn = [numbers(seeded_generator(0, purpose)) for purpose in Purpose]
    assert not any(torch.equal(one, other) for one, other in combinations(drawn, 2))
