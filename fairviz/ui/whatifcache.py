"""Caches of the What-if page: keyed by run and epoch, or by revision, and shared by all sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fairviz.figures.plane import Plane
from fairviz.figures.series import RunTrail
from fairviz.figures.tradeoff import tradeoff, tradeoff_text
from fairviz.reports.run import Run
from fairviz.ui import cache, series
from fairviz.ui.bench import workbench
from fairviz.ui.cache import Drawing
from fairviz.ui.dialpoints import Number, beside
from fairviz.ui.replayseries import Names, Traces
from fairviz.ui.series import Axes, Split
from fairviz.ui.surfaceseries import Seen, seen


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


@st.cache_resource(max_entries=64, show_spinner=False)
def finished(comparison_id: str, revision: int) -> list[Run]:  # noqa: ARG001  (keys the cache)
    """Finished runs of a comparison at a revision; read only."""
    return [run for run in workbench().runs(comparison_id) if run.test is not None]


def points_beside(base: Run, task_id: str) -> list[Run]:
    """Finished runs of a task that differ from one in dials and seed alone, whichever comparison has them."""
    records = workbench().store.comparisons(task_id)
    return beside(base, [run for record in records for run in finished(record.id, record.revision)])


@st.cache_resource(max_entries=64, show_spinner="Fitting a surface ...")
def surface_of(run_ids: tuple[int, ...], number: Number, split: Split, _runs: Sequence[Run]) -> Seen:  # noqa: ARG001
    """The surface of a number through finished runs, which their ids key; read only."""
    return seen(_runs, number, split)


@st.cache_data(max_entries=32, show_spinner=False)
def front(
    comparison_id: str,
    revision: int,
    axes: Axes,
    beside_ids: tuple[int, ...],
    _beside: Sequence[Run],
    _estimates: Sequence[RunTrail],
) -> Drawing:
    """Runs of a comparison on their way, finished ones beside them, and estimates, on validation rows."""
    runs, epochs = cache.history(comparison_id, revision)
    mine = {run.label for run in runs}
    others = [run for run in _beside if run.id in beside_ids and run.label not in mine]
    plane = Plane(
        series.measure(axes.performance),
        series.measure(axes.gap),
        "validation",
        details=series.groups_used(epochs[0].validation, axes),
    )
    trails = [
        *series.trails(runs, epochs, axes),
        *(
            replace(point, performance_interval=None, gap_interval=None)
            for point in series.results(others, "validation", axes)
        ),
        *_estimates,
    ]
    return cache.drawing(
        tradeoff(trails, plane), tradeoff_text(trails, plane), is_empty=not series.drawable(trails)
    )
