"""Caches of the What-if page: keyed by run and epoch, or by revision, and shared by all sessions."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fairviz.ui.bench import workbench
from fairviz.ui.replayseries import Names, Traces


@st.cache_data(max_entries=32, show_spinner="Drawing what chance alone makes ...")
def chance(run_id: int) -> dict[str, NDArray[np.float64]]:
    """Gaps that chance alone makes for a finished run's gate or controller."""
    return workbench().chance_gaps(run_id)


@st.cache_resource(max_entries=32, show_spinner=False)
def recorded(run_id: int, epoch: int) -> Traces:  # noqa: ARG001  (keys the cache)
    """What a run recorded up to an epoch; read only."""
    return workbench().traces(run_id)


@st.cache_data(max_entries=64, show_spinner=False)
def names(task_id: str) -> Names:
    """Who the axes of a task's traces are."""
    data, spec = workbench().prepared(task_id), workbench().task_spec(task_id)
    several = len(data.attributes) > 1
    return Names(
        tuple(modality.name for modality in spec.modalities),
        spec.sensitive,
        tuple(
            f"{attribute.name}: {value}" if several else str(value)
            for attribute in data.attributes
            for value in attribute.values
        ),
    )
