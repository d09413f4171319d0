"""What makes the groupings of a task possible: one check per function, each with its own remedy."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import pandas as pd

from fairviz.data.encode import is_number
from fairviz.data.specs import GroupingSpec, TaskSpec, columns_of
from fairviz.errors import TaskError


def check_groupings(spec: TaskSpec, frame: pd.DataFrame) -> None:
    """Every grouping can be made of the table, and no two tell of fewer patients together than each alone.

    Raises:
        TaskError: naming the grouping and the remedy.
    """
    known = {str(column) for column in frame.columns}
    made: set[str] = set()
    for grouping in spec.groupings:
        _check_name(grouping, known, made)
        _check_sources(grouping, known | made)
        _check_cuts(grouping, frame)
        _check_merges(grouping)
        made.add(grouping.name)
    if not spec.public:
        _check_told_once(spec)


def _check_name(grouping: GroupingSpec, columns: set[str], made: set[str]) -> None:
    """A name stands for one thing: a grouping called like a column is made of that column alone."""
    taken = grouping.name in made or (grouping.name in columns and grouping.columns != (grouping.name,))
    if taken or not grouping.name.strip():
        raise TaskError(
            f'groups "{grouping.name}"',
            expected="a name of their own",
            found="one that another column or attribute has" if taken else "none",
            remedy="Choose another name.",
        )


def _check_sources(grouping: GroupingSpec, known: set[str]) -> None:
    """Columns exist, and each is crossed once."""
    for name in grouping.columns:
        if name not in known:
            raise TaskError(
                f'groups "{grouping.name}", column "{name}"',
                expected="a column of the table, or groups made before these",
                found="neither",
                remedy="Choose a column of the table.",
            )
    if not grouping.columns or len(set(grouping.columns)) < len(grouping.columns):
        raise TaskError(
            f'groups "{grouping.name}"',
            expected="at least one column, each named once",
            found=", ".join(grouping.columns) or "none",
            remedy="Choose the columns whose values make the groups.",
        )


def _check_cuts(grouping: GroupingSpec, frame: pd.DataFrame) -> None:
    """Cuts ascend, and cut one column of numbers."""
    if not grouping.cuts:
        return
    name = f'bands of "{grouping.name}"'
    if len(grouping.columns) != 1 or grouping.columns[0] not in frame.columns:
        raise TaskError(
            name,
            expected="one column of the table to cut",
            found=", ".join(grouping.columns),
            remedy="Cut each column into bands of its own, and cross them afterwards.",
        )
    if not is_number(frame[grouping.columns[0]]):
        raise TaskError(
            name,
            expected="a column of numbers",
            found=f'"{grouping.columns[0]}", whose values are words',
            remedy="Merge its values instead, or choose a column of numbers.",
        )
    ascending = all(low < high for low, high in pairwise(grouping.cuts))
    if not (ascending and all(map(math.isfinite, grouping.cuts))):
        raise TaskError(
            name,
            expected="cuts in ascending order",
            found=", ".join(f"{cut:g}" for cut in grouping.cuts),
            remedy="Write them from the lowest to the highest, as in 45, 65.",
        )


def _check_merges(grouping: GroupingSpec) -> None:
    """A value goes into one merged group, which has a name."""
    counts = Counter(value for merge in grouping.merged for value in merge.values)
    twice = [value for value, count in counts.items() if count > 1]
    if twice:
        raise TaskError(
            f'merged groups of "{grouping.name}"',
            expected="every value in one of them",
            found=f'"{twice[0]}" in several',
            remedy="Keep it in one.",
        )
    if any(not merge.name.strip() for merge in grouping.merged):
        raise TaskError(
            f'merged groups of "{grouping.name}"',
            expected="a name for each",
            found="one without",
            remedy="Name it, for example by its values.",
        )


def _check_told_once(spec: TaskSpec) -> None:
    """A column tells the groups of one attribute only.

    Where two attributes divide patients by the same column in two ways, the difference of their counts may
    be of a few patients, though each count is of many.
    """
    counts = Counter(column for name in spec.sensitive for column in columns_of(name, spec.groupings))
    twice = [column for column, count in counts.items() if count > 1]
    if twice:
        raise TaskError(
            f'column "{twice[0]}"',
            expected="groups of one attribute, so that no difference of two counts tells of few patients",
            found="groups of several",
            remedy="Compare them in tasks of their own, or declare the data public if they are.",
        )
