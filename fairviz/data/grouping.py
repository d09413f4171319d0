"""From columns to the groups that are compared: bands, crossings, missing values, merges, small groups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairviz.data.groups import Attribute, attribute
from fairviz.data.patients import once_per_patient, patients_of
from fairviz.data.specs import GroupingSpec, MergeSpec, TaskSpec
from fairviz.data.vocabulary import plain_name
from fairviz.errors import TaskError

NOT_RECORDED: Final = "not recorded"
"""The group of rows without a value, where a task makes one of them."""
CROSSED: Final = " & "
"""Between the names of the groups that a crossed group belongs to."""
_AGE: Final = re.compile(r"(^|_)age($|_)")
_AGE_CUTS: Final = (45.0, 65.0)


def attributes(frame: pd.DataFrame, spec: TaskSpec) -> tuple[Attribute, ...]:
    """Read the sensitive attributes of a task, in its order.

    Raises:
        TaskError: a value is to be merged that no row has.
    """
    patients = patients_of(frame, spec)
    made: dict[str, Attribute] = {}
    for grouping in spec.groupings:
        made[grouping.name] = _grouped(frame, grouping, made, patients)
    return tuple(made.get(name) or attribute(frame, name) for name in spec.sensitive)


def band_names(cuts: Sequence[float]) -> tuple[str, ...]:
    """Names of the bands between ascending cuts, each of which is the lower end of a band."""
    ends = [f"{cut:g}" for cut in cuts]
    between = (f"{low} to under {high}" for low, high in pairwise(ends))
    return (f"under {ends[0]}", *between, f"{ends[-1]} and over")


def suggest_cuts(column: pd.Series) -> tuple[float, ...]:
    """Propose where bands of a number begin: of an age in years at 45 and 65, else near the tertiles."""
    known = column.dropna().to_numpy(dtype=np.float64)
    if not known.size or known.min() == known.max():
        return ()
    low, high = float(known.min()), float(known.max())
    if _AGE.search(plain_name(str(column.name))) and low < _AGE_CUTS[0] and high > _AGE_CUTS[1]:
        return _AGE_CUTS
    tertiles = {float(f"{cut:.2g}") for cut in np.quantile(known, [1 / 3, 2 / 3])}
    within = sorted(cut for cut in tertiles if low < cut <= high)
    # Where most rows have the least value, such as none, they stand against all others.
    return tuple(within) or (float(known[known > low].min()),)


def _grouped(
    frame: pd.DataFrame,
    grouping: GroupingSpec,
    earlier: Mapping[str, Attribute],
    patients: NDArray[np.int64] | None,
) -> Attribute:
    """Take the steps of a grouping one after the other."""
    if grouping.cuts:
        found = _banded(frame[grouping.columns[0]], grouping.cuts)
    else:
        found = _crossed([earlier.get(name) or attribute(frame, name) for name in grouping.columns])
    if grouping.missing == "own group":
        found = _with_missing(found)
    found = _merged(grouping.name, found, grouping.merged)
    kept = _large_enough(found, grouping.fewest, patients)
    return Attribute(grouping.name, kept.values, kept.codes)


def _banded(column: pd.Series, cuts: Sequence[float]) -> Attribute:
    """Bands of a number; those without a row are left out."""
    numbers = np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    bands = np.searchsorted(np.asarray(cuts), numbers, side="right")
    return _occurring(str(column.name), band_names(cuts), np.where(np.isnan(numbers), -1, bands))


def _crossed(parts: Sequence[Attribute]) -> Attribute:
    """Every combination of groups that occurs; no group where any part has none."""
    first, *others = parts
    for part in others:
        names = [f"{left}{CROSSED}{right}" for left in first.values for right in part.values]
        codes = np.where(
            (first.codes < 0) | (part.codes < 0), -1, first.codes * len(part.values) + part.codes
        )
        first = _occurring(first.name, names, codes)
    return first


def _with_missing(found: Attribute) -> Attribute:
    """Rows without a value as a group of their own, together with those that say so in words."""
    if not found.missing:
        return found
    values = tuple(dict.fromkeys([*found.values, NOT_RECORDED]))
    return Attribute(found.name, values, np.where(found.codes < 0, values.index(NOT_RECORDED), found.codes))


def _merged(name: str, found: Attribute, merged: Sequence[MergeSpec]) -> Attribute:
    """Several groups as one, which stands where the first of them stood; `name` is the grouping's."""
    names = {value: merge.name for merge in merged for value in merge.values}
    for value in names:
        if value not in found.values:
            raise TaskError(
                f'groups "{name}", value "{value}"',
                expected=f"one of {', '.join(found.values)}",
                found="a value that no row has",
                remedy="Choose among these.",
            )
    renamed = [names.get(value, value) for value in found.values]
    values = tuple(dict.fromkeys(renamed))
    place = np.array([*(values.index(name) for name in renamed), -1], dtype=np.int64)
    return Attribute(found.name, values, place[found.codes])


def _large_enough(found: Attribute, fewest: int, patients: NDArray[np.int64] | None) -> Attribute:
    """Leave out the groups of fewer patients."""
    known = found.codes >= 0
    own = once_per_patient(found.codes[known], None if patients is None else patients[known])
    large = np.bincount(own, minlength=len(found.values)) >= fewest
    kept = known & large[found.codes]
    return _occurring(found.name, found.values, np.where(kept, found.codes, -1))


def _occurring(name: str, values: Sequence[str], codes: NDArray[np.int64]) -> Attribute:
    """Only the groups that have a row, numbered anew."""
    present = np.unique(codes[codes >= 0])
    place = np.full(len(values) + 1, -1, dtype=np.int64)
    place[present] = np.arange(len(present))
    return Attribute(name, tuple(values[code] for code in present), place[codes])
