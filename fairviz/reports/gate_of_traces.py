"""What may be told of a method's steps, where groups of patients are small.

A batch of few rows tells how many of a group it holds: its shares, and the AUCs of single batches, which are
fractions with few patients below the line. And whatever moves only in batches in which a small group has both
outcomes tells, over an epoch, how many of its patients have one. So of private data

- shares and AUCs of batches are never told;
- of a group of which 1 to 10 patients, or 1 to 10 with one outcome, are in training or in all nothing of its
  own is told. Where it is the only one, nothing of the smallest other either: factors and weights of an
  attribute add up to a known sum;
- of an attribute with such a group nothing is told that follows from a comparison of its groups: gap, gate,
  controller, penalty and its gradient; nor the factors on encoders, which join all attributes.

Told is NaN where withheld. Axis letters: T steps, M modalities, G groups of all attributes side by side, A
attributes, K objectives (the task's first, then one per attribute).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from fairviz.data.groups import Attribute
from fairviz.data.prepare import PreparedData
from fairviz.suppression import is_small
from fairviz.whatif import ControllerReplay, Replay

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
AnyReplay = TypeVar("AnyReplay", Replay, ControllerReplay)

_OF_BATCHES: Final = frozenset({"shares", "fused_auc"})
_OF_GROUPS: Final = frozenset({"surrogate_auc", "group_factors", "group_weight", "group_loss"})
_OF_ATTRIBUTES: Final = frozenset({"gap", "gate", "delta", "fairness_loss"})
_OF_OBJECTIVES: Final = frozenset({"losses", "weights", "norms"})
_OF_ALL_ATTRIBUTES: Final = frozenset({"batch_factors", "acting", "scale", "conflict_share", "update_norm"})


def traceable_groups(data: PreparedData) -> tuple[Bools, ...]:
    """By attribute [G], the groups of which a trace may be told."""
    everyone = np.arange(len(data.labels))
    found = []
    for attribute in data.attributes:
        told = np.ones(len(attribute.values), dtype=bool)
        for rows in (data.split.train, everyone):
            cells, sizes = _patients(data, attribute, rows)
            told &= ~(is_small(cells).any(axis=1) | is_small(sizes))
        if (~told).sum() == 1:
            told[np.where(told, sizes, np.iinfo(np.int64).max).argmin()] = False
        found.append(told)
    return tuple(found)


def told_traces(traces: Mapping[str, Floats], groups: Sequence[Bools]) -> dict[str, Floats]:
    """Traces of a run of private data, by name, each [T, ...].

    Args:
        traces: as the store has them.
        groups: of which groups traces may be told, as ``traceable_groups`` has it.
    """
    whole = np.array([bool(own.all()) for own in groups])
    masks = {
        **dict.fromkeys(_OF_GROUPS, np.concatenate(groups)),
        **dict.fromkeys(_OF_ATTRIBUTES, whole),
        **dict.fromkeys(_OF_OBJECTIVES, np.concatenate([[True], whole])),
    }
    told = {}
    for name, trace in traces.items():
        if name in _OF_BATCHES or (name in _OF_ALL_ATTRIBUTES and not whole.all()):
            continue
        if name in masks:
            told[name] = np.where(masks[name], trace, np.float32(np.nan))
        elif name == "cosines":
            objectives = masks["weights"]
            told[name] = np.where(objectives[:, None] & objectives, trace, np.float32(np.nan))
        else:
            told[name] = trace
    return told


def told_replay(found: AnyReplay, groups: Sequence[Bools]) -> AnyReplay:
    """A replay of a run of private data, whose fields are called as the traces they stand for; NaN withheld.

    Other dials must not tell what the recorded ones did not.
    """
    arrays: dict[str, Floats] = vars(found)
    told = told_traces(arrays, groups)
    fields = {name: told.get(name, np.full_like(array, np.nan)) for name, array in arrays.items()}
    return replace(found, **fields)


def _patients(
    data: PreparedData, attribute: Attribute, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Patients of each outcome [G, C], and patients [G], of the groups of an attribute among some rows."""
    rows = rows[attribute.codes[rows] >= 0]
    group, outcome = attribute.codes[rows], data.labels[rows]
    patient = rows if data.patients is None else data.patients[rows]
    shape = len(attribute.values), len(data.classes)
    return _counted([group, outcome, patient], shape), _counted([group, patient], shape[:1])


def _counted(columns: Sequence[NDArray[np.int64]], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Distinct patients, the last column, at each place that the others name."""
    distinct = np.unique(np.column_stack(columns), axis=0)
    counts = np.zeros(shape, dtype=np.int64)
    np.add.at(counts, tuple(distinct[:, :-1].T), 1)
    return counts
