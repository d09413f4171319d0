"""The part of the task form that says how groups are made: bands, merges, combinations, missing, smallest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from fairviz.data.checks import MAX_GROUPS
from fairviz.data.grouping import CROSSED, NOT_RECORDED, band_names
from fairviz.data.specs import GroupingSpec, MergeSpec, TaskSpec, columns_of
from fairviz.errors import TaskError
from fairviz.suppression import THRESHOLD
from fairviz.ui import cache, state, words

_MOST_CROSSED: Final = 3


@dataclass(frozen=True)
class Groups:
    """Between whom a task compares.

    Attributes:
        sensitive: names of attributes.
        groupings: how those are made that are not simply the values of a column.
    """

    sensitive: tuple[str, ...]
    groupings: tuple[GroupingSpec, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that tell the groups."""
        told = (columns_of(name, self.groupings) for name in self.sensitive)
        return tuple(dict.fromkeys(column for columns in told for column in columns))


def group_form(dataset_id: str, chosen: Sequence[str], first: TaskSpec, mark: str, *, public: bool) -> Groups:
    """Draw how the groups of every chosen attribute are made, and return what is asked for.

    Raises:
        TaskError: if bands are no list of numbers.
    """
    made = {grouping.name: grouping for grouping in first.groupings}
    with st.expander("How groups are made: bands, merged groups, combinations"):
        tabs = st.tabs([words.plain(name) for name in chosen]) if chosen else []
        for place, (name, tab) in enumerate(zip(chosen, tabs, strict=True)):
            start = made.get(name) or GroupingSpec(name=name, columns=(name,))
            with tab:
                made[name] = _one(dataset_id, start, f"{mark}.{place}")
        crossed = _crossed(chosen, first, mark)
    groupings = (grouping for grouping in made.values() if grouping != _plain(grouping.name))
    return _with_crossing(tuple(chosen), tuple(groupings), crossed, public=public)


def _plain(name: str) -> GroupingSpec:
    """Groups that are the values of a column."""
    return GroupingSpec(name=name, columns=(name,))


def _one(dataset_id: str, start: GroupingSpec, mark: str) -> GroupingSpec:
    """One attribute's bands, merges, missing values and smallest group."""
    cuts = _cuts(dataset_id, start, mark)
    values = _values(dataset_id, start, cuts)
    left, right = st.columns(2)
    with left:
        own = st.checkbox(
            "Rows without a value are a group of their own", start.missing == "own group",
            key=f"missing.{mark}", bind="query-params",
            help=f'Called "{NOT_RECORDED}". Otherwise they are in no group: they stay in training and in '
            "overall figures.",
        )  # fmt: skip
    with right:
        fewest = st.number_input(
            "Leave out groups under", 0, None, start.fewest, 10, key=f"fewest.{mark}", bind="query-params",
            help="Patients. Smaller groups stay in training and in overall figures.",
        )  # fmt: skip
    if own and values and len(start.columns) == 1:
        values = [*values, NOT_RECORDED]
    return start.model_copy(
        update={
            "cuts": cuts,
            "missing": "own group" if own else "left out",
            "merged": _merged(start, values, mark),
            "fewest": int(fewest),
        }
    )


def _cuts(dataset_id: str, start: GroupingSpec, mark: str) -> tuple[float, ...]:
    """Where bands begin; of an attribute that is not a number with many values, nothing is asked."""
    (column, *others) = start.columns
    profile = {own.name: own for own in cache.profile(dataset_id)}.get(column)
    if others or profile is None or profile.kind != "number":
        return start.cuts
    first = start.cuts or (cache.cuts(dataset_id, column) if profile.distinct > MAX_GROUPS else ())
    text = st.text_input(
        "Bands begin at", ", ".join(f"{cut:g}" for cut in first), key=f"cuts.{mark}", bind="query-params",
        placeholder="each value is a group",
        help='Numbers from low to high: 45, 65 makes "under 45", "45 to under 65" and "65 and over". '
        "Choose bands that clinicians use, not those that show the gap you expect.",
    )  # fmt: skip
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise TaskError(
            f'bands of "{start.name}"',
            expected="numbers with commas between them",
            found=text,
            remedy="Write them as in 45, 65.",
        ) from error


def _values(dataset_id: str, start: GroupingSpec, cuts: Sequence[float]) -> list[str]:
    """The groups before any are merged; none are listed of combinations."""
    if cuts:
        return list(band_names(cuts))
    return cache.values(dataset_id, start.columns[0]) if len(start.columns) == 1 else []


def _merged(start: GroupingSpec, values: Sequence[str], mark: str) -> tuple[MergeSpec, ...]:
    """Values that a person gave one name."""
    if not values:
        return start.merged
    names = {value: merge.name for merge in start.merged for value in merge.values}
    names |= state.group_edits().get(start.name, {})
    key = f"merged.{mark}"
    st.data_editor(
        pd.DataFrame({"value": values, "group": [names.get(value, value) for value in values]}),
        hide_index=True,
        disabled=["value"],
        column_config={
            "value": st.column_config.TextColumn("Value"),
            "group": st.column_config.TextColumn("Compare as", help="Values of one name are one group."),
        },
        key=key,
        on_change=_keep_names,
        args=(key, start.name, list(values)),
    )
    groups: dict[str, list[str]] = {}
    for value in values:
        if (name := names.get(value, value)) != value:
            groups.setdefault(name, []).append(value)
    return tuple(MergeSpec(name=name, values=tuple(own)) for name, own in groups.items())


def _keep_names(key: str, attribute: str, values: Sequence[str]) -> None:
    """Put what the person changed into the address; an emptied name is the value's own again."""
    names = dict(state.group_edits().get(attribute, {}))
    for place, cells in st.session_state[key]["edited_rows"].items():
        if "group" in cells:
            value = values[int(place)]
            names[value] = (cells["group"] or "").strip() or value
    state.keep_group_edits(attribute, names)


def _crossed(chosen: Sequence[str], first: TaskSpec, mark: str) -> list[str]:
    """Attributes whose combinations are compared."""
    return st.multiselect(
        "Compare combinations of",
        [name for name in chosen if len(columns_of(name, first.groupings)) == 1],
        key=f"crossed.{mark}",
        bind="query-params",
        max_selections=_MOST_CROSSED,
        help="Every combination is then a group, such as Black & female. Of data that are not declared "
        "public or synthetic combinations take the place of the attributes they are made of: counts of both "
        f"together could tell of fewer than {THRESHOLD} patients.",
    )


def _with_crossing(
    sensitive: tuple[str, ...],
    groupings: tuple[GroupingSpec, ...],
    crossed: Sequence[str],
    *,
    public: bool,
) -> Groups:
    if len(crossed) < 2:
        return Groups(sensitive, groupings)
    name = CROSSED.join(crossed)
    kept = sensitive if public else tuple(own for own in sensitive if own not in crossed)
    crossing = GroupingSpec(name=name, columns=tuple(crossed))
    return Groups((*kept, name), (*groupings, crossing))
