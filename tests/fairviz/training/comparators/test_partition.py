"""The groups between which fairlearn makes error rates equal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairviz.data.prepare import PreparedData
from fairviz.errors import SettingError
from fairviz.training.comparators.partition import partition
from tests.fairviz.small import small_task

LARGE, MIDDLE, SMALL, MISSING = 0, 1, 2, 3


def with_groups(codes: list[int], positives: list[int]) -> PreparedData:
    """A task of the small table whose rows have these groups, the first so many of each positive."""
    data = small_task()
    assert len(codes) == len(data.labels)
    groups = np.array(codes)
    labels = np.zeros_like(data.labels)
    for group, count in zip(np.unique(groups), positives, strict=True):
        labels[np.flatnonzero(groups == group)[:count]] = 1
    attribute = replace(data.attributes[0], values=("a", "b", "c"), codes=groups)
    everyone = np.arange(len(groups))
    return replace(
        data,
        labels=labels,
        attributes=(attribute, *data.attributes[1:]),
        split=replace(data.split, train=everyone),
    )


def groups_of(data: PreparedData) -> list[int]:
    found = partition(data, data.split.train, method="method", part="training")
    return [int(found[data.attributes[0].codes == code][0]) for code in (0, 1, 2, -1)]


CODES = [0] * 200 + [1] * 100 + [2] * 40 + [-1] * 60


@pytest.mark.parametrize(
    ("positives", "expected"),
    [
        ([30, 80, 40, 20], [LARGE, MIDDLE, SMALL, MISSING]),
        ([30, 80, 40, 9], [LARGE, MIDDLE, LARGE, MISSING]),  # positives of (missing), "a", "b", "c"
        ([9, 80, 40, 10], [LARGE, MIDDLE, SMALL, LARGE]),
        ([51, 80, 91, 20], [LARGE, LARGE, SMALL, LARGE]),
        ([30, 5, 40, 20], [MIDDLE, MIDDLE, SMALL, MISSING]),
    ],
)
def test_small_groups_count_with_the_largest(positives: list[int], expected: list[int]) -> None:
    assert groups_of(with_groups(CODES, positives)) == expected


def test_only_the_given_rows_say_which_groups_are_small() -> None:
    data = with_groups(CODES, [30, 80, 40, 20])
    rows = np.flatnonzero(data.attributes[0].codes != SMALL)
    found = partition(data, rows, method="method", part="validation")
    assert set(found[data.attributes[0].codes == SMALL]) == {LARGE}


def test_one_group_alone_is_refused_with_a_remedy() -> None:
    data = with_groups(CODES, [5, 80, 3, 2])
    with pytest.raises(
        SettingError,
        match=r'method, groups of "race": expected two with at least 10 training rows of either outcome, '
        r"found a\. Put another sensitive attribute first",
    ):
        partition(data, data.split.train, method="method", part="training")


def test_several_classes_are_refused_with_a_remedy() -> None:
    data = replace(small_task(), classes=("a", "b", "c"))
    with pytest.raises(
        SettingError, match=r'method, outcome "died": expected two classes, found 3 \(a, b, c\)\. Name one'
    ):
        partition(data, data.split.train, method="method", part="training")
