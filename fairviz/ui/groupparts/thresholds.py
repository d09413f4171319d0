"""One threshold for each group: what it would do to them, and what there is to say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from fairviz.evaluation.report import FairnessReport
from fairviz.reports.own_thresholds import DecidedGroups
from fairviz.reports.run import Run
from fairviz.ui import groupcache, ownseries, words
from fairviz.ui.errors import shown_errors
from fairviz.ui.groupparts.view import View
from fairviz.ui.ownseries import OwnThreshold

_POLICY: Final = (
    "Thresholds by group treat patients with the same predicted risk differently because of their group. "
    "That is a decision of policy, not of statistics: in many places the law forbids or restricts it for "
    "race, sex and other protected attributes. What one group gains in found cases it pays in false alarms; "
    "nothing here says that one setting is right."
)
_NEAREST: Final = (
    " Of private data each group is shown at the nearest threshold at which its decisions may be told; all "
    "patients together are not told."
)
_ACROSS: Final = 4
_MOST: Final = 16


def own_thresholds(runs: Sequence[Run], view: View) -> None:
    """A slider for each group, and what the decisions then do to it; only this part is drawn anew."""
    st.header("A threshold for each group", anchor=False)
    st.fragment(_own_thresholds)(runs, view)


@shown_errors()
def _own_thresholds(runs: Sequence[Run], view: View) -> None:
    deciding = _deciding(runs, view)
    if not deciding:
        st.markdown("None of these methods decides between two outcomes by a threshold.")
        return
    label = st.selectbox(
        "Decisions of", list(deciding), 0, key="deciding", bind="query-params", filter_mode=None, width=380
    )
    report = deciding[label or next(iter(deciding))]
    groups = list(report.attribute(view.attribute).groups)
    if not 0 < len(groups) <= _MOST:
        st.markdown(
            f"{len(groups)} groups are too many for a threshold each: choose another attribute above."
            if groups
            else "The groups of this attribute are suppressed."
        )
        return
    st.caption(_POLICY + ("" if view.public else _NEAREST))
    decided = partial(_decided, tuple(run.id for run in runs if run.label == label and run.test), view)
    usual = decided({})
    if all(own.choices is not None and own.choices < 2 for seed in usual for own in seed.groups.values()):
        st.markdown("Decisions about these groups may be told at one threshold alone: there is none to move.")
        return
    moved = _sliders(groups, report.value("threshold") or 0.0, view)
    _consequences(decided(moved), usual, moved, view)


def _decided(run_ids: tuple[int, ...], view: View, moved: Mapping[str, float]) -> list[DecidedGroups]:
    return groupcache.decided_groups(
        view.record.id, run_ids, view.attribute, tuple(moved.items()), str(view.threshold)
    )


def _deciding(runs: Sequence[Run], view: View) -> dict[str, FairnessReport]:
    """Of the configurations that decide by one threshold, the report of a seed."""
    finished = {run.label: run.test for run in runs if run.test is not None}
    return {
        label: finished[label]
        for label in view.labels
        if not finished[label].classes and finished[label].value("threshold") is not None
    }


def _sliders(groups: Sequence[str], usual: float, view: View) -> dict[str, float]:
    """The thresholds that a person has moved, by group.

    They are kept in the address by place, without names, and with the threshold that they were moved from:
    where all turn at another one, none has been moved.
    """
    place, start = view.attributes.index(view.attribute), round(usual, 2)
    moved: dict[str, float] = {}
    across = min(_ACROSS, len(groups))
    # Row by row: on a phone, where columns stack, groups keep their order.
    cells = [cell for _ in range(0, len(groups), across) for cell in st.columns(across)]
    for g, (group, cell) in enumerate(zip(groups, cells, strict=False)):
        with cell:
            chosen = st.slider(
                words.plain(group), 0.0, 1.0, start, 0.01,
                key=f"own-{place}-{g}-{100 * start:.0f}", bind="query-params",
                help="Flag patients of this group from this predicted risk.",
            )  # fmt: skip
        if chosen != start:
            moved[group] = chosen
    return moved


def _consequences(
    own: Sequence[DecidedGroups], usual: Sequence[DecidedGroups], moved: Mapping[str, float], view: View
) -> None:
    """What the thresholds of groups do, in sentences and in a table."""
    found = ownseries.own_thresholds(own, usual, moved)
    told = ownseries.own_sentences(found, view.numbers) or [
        "All groups are flagged from one predicted risk. Move the threshold of a group to see what changes."
    ]
    together = ownseries.everyone_sentence(own, usual, view.numbers) if moved else ""
    st.markdown("\n\n".join(line for line in (*told, together) if line))
    _table(found, view)


def _table(found: Sequence[OwnThreshold], view: View) -> None:
    columns: dict[str, Any] = {
        "group": st.column_config.TextColumn("Group"),
        "from": st.column_config.TextColumn("Flagged from"),
        **{n.title: st.column_config.TextColumn(n.title, help=n.formula) for n in view.numbers.values()},
    }
    rows = pd.DataFrame(ownseries.own_rows(found, view.numbers))
    st.dataframe(rows, hide_index=True, column_config=columns, key="own-thresholds")
