"""What is asked at every refresh of a page, looked up once for all sessions that ask.

Thirty sessions that each looked for themselves would each see another revision, and each have its own figures
built; those who look within one pulse see the same.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.store.records import ComparisonRecord
from fairviz.ui.bench import workbench
from fairviz.workbench import Progress

# A little less than a page's second, so that a page that asks every second never sees the same pulse twice.
_PULSE_SECONDS: Final = 0.9


@st.cache_resource(max_entries=32, ttl=_PULSE_SECONDS, show_spinner=False)
def progress(comparison_id: str) -> Progress:
    """How far a comparison is, or was less than a second ago."""
    return workbench().progress(comparison_id)


@st.cache_resource(ttl=_PULSE_SECONDS, show_spinner=False)
def lately_active() -> list[ComparisonRecord]:
    """Comparisons that train or wait, or did less than a second ago; read only."""
    return active_now()


def active_now() -> list[ComparisonRecord]:
    """Comparisons that train or wait, looked up."""
    return [record for record in workbench().store.comparisons() if record.state.active]


@st.cache_resource(max_entries=64, show_spinner=False)
def task_id_of(comparison_id: str) -> str:
    """Which task a comparison is about, which never changes."""
    return workbench().store.comparison(comparison_id).task_id


@st.cache_resource(max_entries=64, show_spinner=False)
def task_of(comparison_id: str) -> TaskSpec:
    """The task of a comparison, which never changes; read only."""
    return workbench().task_spec(task_id_of(comparison_id))
