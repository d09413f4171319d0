"""Training, validation and test rows: seeded, stratified, and whole patients together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fairviz.data.groups import Attribute
from fairviz.data.specs import PARTS, SplitSpec
from fairviz.errors import TaskError

_TRAIN, _VALIDATION, _TEST = range(3)
# Shares such as 0.4 are not exact in binary: 5 * 0.4 may fall a hair under 2.
_ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Split:
    """Row numbers (from 0, ascending, int64) of the three parts; together every row once."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def split_as_given(labels: NDArray[np.int64], parts: NDArray[np.int64], spec: SplitSpec) -> Split:
    """Divide rows as a column of their table says.

    Args:
        labels: int64 [N], class codes from 0.
        parts: int64 [N], 0 for training, 1 for validation, 2 for test rows.
        spec: which names the column.

    Raises:
        TaskError: a part has no row of one class.
    """
    _require_every_class(labels, parts, spec)
    return _split(parts)


def split_rows(
    labels: NDArray[np.int64],
    attributes: Sequence[Attribute],
    spec: SplitSpec,
    group_ids: NDArray[np.int64] | None = None,
) -> Split:
    """Divide rows into three parts, stratified by class and all sensitive groups jointly.

    Rows are shuffled inside each stratum, strata are laid end to end in lexicographic order, and
    the parts are dealt out along that line in a fixed rhythm. With shares .6/.2/.2 every stratum,
    and every run of neighbouring strata such as one outcome, is within one row of its share in
    every part; with other shares within two.

    Args:
        labels: int64 [N], class codes from 0.
        attributes: sensitive attributes of the same N rows.
        spec: shares and seed.
        group_ids: int64 [N], 0..n-1; rows of one id stay together. An id has the largest label of
            its rows (of two, positive if any of its rows is) and the groups of its first row.

    Raises:
        TaskError: a part would have no row of one class.
    """
    # Half the memory of the usual codes: classes and groups are few.
    keys = np.stack([labels, *(grouping.codes for grouping in attributes)], axis=1, dtype=np.int32)
    units = keys if group_ids is None else _keys_per_id(keys, group_ids)
    parts = _deal(units, spec)
    if group_ids is not None:
        parts = parts[group_ids]
    _require_every_class(labels, parts, spec)
    return _split(parts)


def _split(parts: NDArray[np.integer[Any]]) -> Split:
    return Split(*(np.flatnonzero(parts == part) for part in range(len(PARTS))))


def _keys_per_id(keys: NDArray[np.int32], group_ids: NDArray[np.int64]) -> NDArray[np.int32]:
    _, first_row = np.unique(group_ids, return_index=True)
    per_id = keys[first_row]
    np.maximum.at(per_id[:, 0], group_ids, keys[:, 0])
    return per_id


def _deal(keys: NDArray[np.int32], spec: SplitSpec) -> NDArray[np.int8]:
    """Return the part of each unit [U] from its stratum key [U, 1 + K]."""
    shuffle = np.random.default_rng(spec.seed).random(len(keys))
    # lexsort takes its first key last: outcome first, then the attributes, then chance.
    order = np.lexsort((shuffle, *keys.T[::-1]))
    parts = np.empty(len(keys), dtype=np.int8)
    parts[order] = _rhythm(len(keys), spec)
    return parts


def _rhythm(length: int, spec: SplitSpec) -> NDArray[np.int8]:
    parts = np.full(length, _TRAIN, dtype=np.int8)
    held_out = np.flatnonzero(_beats(length, spec.validation + spec.test))
    tested = _beats(len(held_out), spec.test / (spec.validation + spec.test))
    parts[held_out] = np.where(tested, _TEST, _VALIDATION)
    return parts


def _beats(length: int, share: float) -> NDArray[np.bool_]:
    """Mark a share of the positions [length], spread as evenly as whole positions allow."""
    steps = np.arange(length + 1) * share
    steps += _ROUNDING
    np.floor(steps, out=steps)
    return np.asarray(steps[1:] > steps[:-1])


def _require_every_class(labels: NDArray[np.int64], parts: NDArray[np.integer[Any]], spec: SplitSpec) -> None:
    classes = max(2, int(labels.max()) + 1)
    for part, name in enumerate(PARTS):
        rows = np.bincount(labels[parts == part], minlength=classes)
        if not rows.all():
            raise TaskError(
                f"{name} part of the split",
                expected="rows with and without the outcome" if classes == 2 else "rows of every class",
                found=f"{rows[1]} with and {rows[0]} without it"
                if classes == 2
                else f"none of {np.count_nonzero(rows == 0)} of {classes} classes",
                remedy=_remedy(spec),
            )


def _remedy(spec: SplitSpec) -> str:
    if spec.column is not None:
        return f'Put such rows into this part in "{spec.column}", or let FairViz split the rows.'
    without = f', or split without "{spec.group_id}".' if spec.group_id else "."
    return f"Give this part a larger share, choose another seed{without}"
