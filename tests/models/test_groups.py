"""Groups of several attributes side by side."""

from __future__ import annotations

import torch

from models.groups import GroupLayout

LAYOUT = GroupLayout((2, 1, 3))


def test_every_group_is_a_member_of_its_attribute_alone() -> None:
    expected = torch.zeros(6, 3)
    for attribute, part in enumerate(LAYOUT.slices):
        expected[part, attribute] = 1
    assert torch.equal(LAYOUT.membership, expected)


def test_values_lie_by_attribute_with_nan_beyond_its_groups() -> None:
    values = torch.arange(12.0).view(2, 6)
    table = LAYOUT.by_attribute(values)
    assert table.shape == (2, 3, 3)
    for attribute, part in enumerate(LAYOUT.slices):
        own = values[:, part]
        assert torch.equal(table[:, attribute, : own.shape[1]], own)
        assert table[:, attribute, own.shape[1] :].isnan().all()
