"""The front of the What-if page: runs as they train, those beside them, and estimates where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.figures.series import RunTrail
from fairviz.reports.run import Run
from fairviz.training.runs import RunSpec, swept_values
from fairviz.ui import live, surfaceseries, whatifcache
from fairviz.ui.dialpoints import dial_names, dials_of
from fairviz.ui.drawn import draw
from fairviz.ui.live import Charts
from fairviz.ui.series import Axes
from fairviz.ui.surfaceseries import Seen
from fairviz.workbench import Progress

_GAP: Final = "auc_gap"


def front_of(base: Run, beside: Sequence[Run]) -> Charts:
    """Draws the front of a comparison, with finished runs of other comparisons that have its settings.

    Args:
        base: whose settings they have.
        beside: these runs.
    """

    def charts(
        comparison_id: str, progress: Progress, runs: Sequence[Run], spec: TaskSpec, first: int
    ) -> Axes:
        left, right = st.columns(2)
        axes = live.choose_gap(spec, first, left, right, _GAP)
        ids = tuple(run.id for run in beside)
        estimates = _estimates(base, beside, runs, axes)
        shown = whatifcache.front(comparison_id, progress.revision, axes, ids, beside, estimates)
        draw(shown, key=f"what-if-front-{comparison_id}-{axes.key}", revision=shown.mark)
        return axes

    return charts


def _estimates(base: Run, beside: Sequence[Run], runs: Sequence[Run], axes: Axes) -> list[RunTrail]:
    """What surfaces predict of points in training; when nothing trains, of those proposed next."""
    across, along = surfaceseries.numbers_of(axes)
    if not beside or any(surfaceseries.enough(beside, number, "validation") for number in (across, along)):
        return []
    ids = tuple(run.id for run in beside)
    performance, gap = (
        whatifcache.surface_of(ids, number, "validation", beside) for number in (across, along)
    )
    if performance.names != gap.names:
        return []
    waiting = [run for run in runs if run.test is None and run.spec["method"] == performance.method]
    training = {run.label: _by_names(run, performance) for run in waiting}
    if not any(run.state.active for run in runs):
        training = {_label(base, performance, point): point.tolist() for point in performance.proposed}
    if not training:
        return []
    points = np.array(list(training.values()), dtype=np.float64)
    return surfaceseries.estimated_trails(performance, gap, points, list(training))


def _by_names(run: Run, found: Seen) -> list[float]:
    """The dials of a run that a surface has."""
    return [
        value
        for name, value in zip(dial_names(found.method), dials_of(run), strict=True)
        if name in found.names
    ]


def _label(base: Run, found: Seen, point: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    """What runs at a point would be called."""
    changes = {
        name: swept_values(found.method, name, [value])[0]
        for name, value in zip(found.names, point.tolist(), strict=True)
    }
    spec = {**base.spec, "parameters": {**base.spec["parameters"], **changes}}
    return RunSpec.model_validate(spec).label
