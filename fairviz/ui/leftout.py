"""Which columns are no inputs, and why, in words: what gives the outcome away comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.ui import cache, words

COMPARED = "compared between groups; to be an input as well, it needs a modality under Used in"
_NAMED = 8


def left_out(spec: TaskSpec) -> None:
    """List the columns that are compared alone, and those left out for a reason found in names or values."""
    found = {name: why for name, why in cache.reasons(spec.to_json()).items() if name in spec.drop}
    told = lines(found | dict.fromkeys(only_compared(spec), COMPARED))
    if not told:
        return
    st.markdown("**Left out of what the model may see**")
    st.markdown("\n".join(f"- {line}" for line in told))


def only_compared(spec: TaskSpec) -> list[str]:
    """Columns that tell groups and are no input, in the task's order."""
    inputs = {column for modality in spec.modalities for column in modality.columns}
    return [column for column in spec.sensitive_columns if column not in inputs]


def lines(reasons: Mapping[str, str]) -> list[str]:
    """One line per reason, those about the outcome first; columns in the order of the table."""
    columns: dict[str, list[str]] = {}
    for name, why in reasons.items():
        columns.setdefault(why, []).append(name)
    ordered = sorted(columns, key=lambda why: "outcome" not in why)
    return [f"{_listed(columns[why])}: {words.plain(why)}." for why in ordered]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(words.plain(name) for name in names[:_NAMED])
    return shown + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
