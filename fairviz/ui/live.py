"""What a comparison does while it trains: progress, the three live charts, its runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fairviz.data.specs import TaskSpec
from fairviz.evaluation.report import FairnessReport
from fairviz.jobs.progress import Stage
from fairviz.reports.collapse import collapses
from fairviz.reports.run import Run
from fairviz.store.records import State
from fairviz.training.runs import BASELINE, method_entry
from fairviz.ui import cache, findings, pulse, series, state, stepcache, words
from fairviz.ui.bench import workbench
from fairviz.ui.drawn import draw
from fairviz.ui.grouplines import group_lines
from fairviz.ui.polled import polled
from fairviz.ui.series import Axes
from fairviz.workbench import Progress

DEFAULT_GAP: Final = "equalized_odds_difference"

_ENDED: Final = {
    State.CANCELLED: "**Cancelled.** What was trained so far is shown and stays.",
    State.INTERRUPTED: (
        "**Interrupted.** The server stopped while these runs were waiting or in training. What was trained "
        "so far is shown and stays; training does not go on by itself."
    ),
}


Charts = Callable[[str, int, Sequence[Run], TaskSpec, int], Axes]
"""Draws a comparison's charts: its id, revision, runs and task, and which attribute to begin with.

Returns the axes that were chosen.
"""


def live(comparison_id: str, charts: Charts | None = None, *, table: bool = True) -> None:
    """Draw a comparison, again and again while it is waiting or in training.

    Args:
        comparison_id: of the comparison.
        charts: between progress and table; without them the front, the groups and what methods did.
        table: whether the runs are listed.
    """
    polled(comparison_id, partial(_live, comparison_id, charts or _charts, table=table))


def _live(comparison_id: str, charts: Charts, progress: Progress, *, table: bool) -> None:
    runs, epochs = cache.history(comparison_id, progress.revision)
    _status(comparison_id, progress, runs)
    spec = pulse.task_of(comparison_id)
    axes = Axes("auc", DEFAULT_GAP, spec.sensitive[0])
    if epochs:
        comparable = series.first_comparable(epochs[0].validation, spec.sensitive, DEFAULT_GAP)
        axes = charts(comparison_id, progress.revision, runs, spec, comparable)
    if table:
        _runs_table(comparison_id, progress.revision, axes)


def _status(comparison_id: str, progress: Progress, runs: Sequence[Run]) -> None:
    if progress.state.active:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(progress.share, text=_progress_in_words(progress, runs))
            if st.button("Cancel", key="cancel"):
                workbench().cancel(comparison_id)
                st.rerun(scope="app")
        return
    if progress.state is State.FINISHED:
        _finished(comparison_id, runs)
        return
    _ended_early(comparison_id, progress)


def _progress_in_words(progress: Progress, runs: Sequence[Run]) -> str:
    many = words.counted(len(runs), "run")
    if progress.state is State.QUEUED:
        ahead = words.counted(progress.ahead, "comparison")
        return f"{many} waiting; {ahead} ahead" if progress.ahead else f"{many} about to start"
    if reading := workbench().reading:
        done, count = reading
        return f"{many} · a pretrained model has read {done:,} of {words.counted(count, 'row')}"
    where = workbench().device
    device = f" · on {where}" if where else ""
    if progress.stage is not Stage.TRAINING:
        return f"{many} · {progress.stage}{device}"
    if not any(run.epoch for run in runs):
        return f"{many} · in the first epoch; the first points appear when it is over{device}"
    left = "" if progress.seconds_left is None else f" · about {words.duration(progress.seconds_left)} left"
    return f"{many} · {words.percent(progress.share)}{left}{device}"


def _finished(comparison_id: str, runs: Sequence[Run]) -> None:
    record = workbench().store.comparison(comparison_id)
    finished = sum(run.state is State.FINISHED for run in runs)
    if record.message:
        st.error(f"**Not all runs finished.** {words.plain(record.message)}")
    took = ""
    if record.started is not None and record.ended is not None:
        took = f" in {words.duration((record.ended - record.started).total_seconds())}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"{words.counted(finished, 'run')} finished{took}. On validation data, each trail ends at the "
            "epoch that it chose; test data are reported under Trade-offs.",
            width="stretch",
        )
        if st.button("See the trade-offs", type="primary", key="to-trade-offs"):
            state.go(state.TRADE_OFFS, task=record.task_id, comparison=comparison_id)


def _ended_early(comparison_id: str, progress: Progress) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if progress.state is State.FAILED:
            st.error(f"**Training failed.** {words.plain(progress.message)}")
        else:
            st.markdown(_ENDED[progress.state], width="stretch")
        if st.button("Train these runs again", type="primary", key="again"):
            again = workbench().repeat(comparison_id)
            st.query_params["comparison"] = again
            st.rerun(scope="app")


def _charts(comparison_id: str, revision: int, runs: Sequence[Run], spec: TaskSpec, comparable: int) -> Axes:
    """Three views at once, and what they show: the front, the groups, what the methods did."""
    axes, run_id = _selectors(comparison_id, runs, spec, comparable)
    front = cache.training_front(comparison_id, revision, axes)
    draw(front, key=f"live-front-{comparison_id}-{axes.key}", revision=str(revision))
    left, right = st.columns(2)
    with left:
        group_lines(comparison_id, revision, axes.attribute, {run.label for run in runs})
    with right:
        epoch = {run.id: run.epoch for run in runs}
        if run_id is None:
            st.caption(
                "None of these methods steers its steps; add FairGrad or MultiFair to see what they do."
            )
        elif not epoch[run_id]:
            st.caption("The steps of this run appear after its first epoch.")
        else:
            steps = stepcache.factors(comparison_id, revision, run_id)
            draw(steps, key=f"live-factors-{run_id}", revision=str(revision))
            _more_on_steps(comparison_id, next(run for run in runs if run.id == run_id))
    return axes


def _more_on_steps(comparison_id: str, run: Run) -> None:
    """The way to the page about a run's steps."""
    st.page_link(
        state.MODULATION,
        label="More on the Modulation page",
        query_params={
            "task": workbench().store.comparison(comparison_id).task_id,
            "comparison": comparison_id,
            "configuration": run.label,
            "seed": str(run.spec["seed"]),
        },
    )


def _selectors(
    comparison_id: str, runs: Sequence[Run], spec: TaskSpec, comparable: int
) -> tuple[Axes, int | None]:
    first, second, third = st.columns(3)
    axes = choose_gap(spec, comparable, first, second)
    steering = {run.id: f"{run.label}, seed {run.spec['seed']}" for run in runs if _steers(run)}
    with third:
        run_id = st.selectbox(
            "Steps of",
            list(steering),
            _first_choice(runs, list(steering)),
            format_func=lambda i: steering[i],
            key=f"steps-{comparison_id}",
            filter_mode=None,
            placeholder="no such method",
            disabled=not steering,
            help="A run of a method that steers its training: FairGrad or MultiFair.",
        )
    return axes, run_id


def choose_gap(
    spec: TaskSpec,
    comparable: int,
    first: DeltaGenerator,
    second: DeltaGenerator,
    usual: str = DEFAULT_GAP,
) -> Axes:
    """Draw the selectors of the attribute and of the gap between its groups, ``usual`` to begin with."""
    with first:
        attribute = st.selectbox(
            "Groups of", spec.sensitive, comparable, key="attribute", bind="query-params", filter_mode=None
        )
    with second:
        gap = st.selectbox(
            "Gap", series.GAPS, series.GAPS.index(usual), series.short,
            key="gap", bind="query-params", filter_mode=None,
        )  # fmt: skip
    return Axes("auc", gap, attribute or spec.sensitive[0])


def _steers(run: Run) -> bool:
    method = run.spec["method"]
    return method != BASELINE and method_entry(method).trains_network


def _first_choice(runs: Sequence[Run], ids: Sequence[int]) -> int | None:
    """MultiFair's first run where there is one: its factors are what people come to see."""
    methods = {run.id: run.spec["method"] for run in runs}
    wanted = (i for i, run_id in enumerate(ids) if methods[run_id].startswith("multifair"))
    return next(wanted, 0 if ids else None)


def _runs_table(comparison_id: str, revision: int, axes: Axes) -> None:
    runs, _ = cache.history(comparison_id, revision)
    table = _runs_told(comparison_id, revision, axes)
    st.dataframe(table, hide_index=True, column_config=_columns(axes, runs), key="runs", placeholder="-")


@st.cache_data(max_entries=16, show_spinner=False)
def _runs_told(comparison_id: str, revision: int, axes: Axes) -> pa.Table:
    """A row per run, as it is sent to all sessions."""
    runs, epochs = cache.history(comparison_id, revision)
    chosen = {run.id: run.best_epoch for run in runs}
    shown = {
        record.run_id: record.validation for record in epochs if chosen[record.run_id] in (None, record.epoch)
    }
    collapsed = collapses(runs)
    table = pd.DataFrame([_row(run, shown.get(run.id), axes) for run in runs])
    if collapsed:
        table["collapse"] = [collapsed.get(run.id) for run in runs]
    return pa.Table.from_pandas(table, preserve_index=False)


def _row(run: Run, report: FairnessReport | None, axes: Axes) -> dict[str, Any]:
    return {
        "method": run.label,
        "seed": run.spec["seed"],
        "state": str(run.state),
        "epoch": _epoch(run),
        "auc": report.value("auc") if report else None,
        "gap": series.gap_of(report, axes) if report else None,
        "time": run.seconds if run.epoch else None,
    }


def _epoch(run: Run) -> str:
    """How far a run is; of a finished one, the epoch whose numbers are shown."""
    if run.best_epoch is not None:
        return f"{run.best_epoch} chosen of {run.epoch}"
    # What a library fits has epochs of its own, as many as it takes.
    is_planned = method_entry(run.spec["method"]).trains_network
    return f"{run.epoch} of {run.spec['training']['epochs']}" if is_planned else str(run.epoch)


def _columns(axes: Axes, runs: Sequence[Run]) -> dict[str, Any]:
    gap = series.measure(axes.gap)
    return {
        "method": st.column_config.TextColumn("Method", width=words.column_pixels(r.label for r in runs)),
        "seed": st.column_config.NumberColumn("Seed", width="small"),
        "state": st.column_config.TextColumn("State", width="small"),
        "epoch": st.column_config.TextColumn("Epoch", width=115),
        "auc": st.column_config.NumberColumn(
            "AUC", format="%.3f", help=f"Validation rows. {series.measure('auc').formula}"
        ),
        "gap": st.column_config.NumberColumn(
            gap.name, format="%.3f", help=f"Validation rows. {gap.formula}; {findings.better(axes.gap)}"
        ),
        "time": st.column_config.NumberColumn("Seconds", format="%.1f"),
        "collapse": st.column_config.TextColumn("Collapse", help=findings.COLLAPSE_MEANING, width="medium"),
    }
