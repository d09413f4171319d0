"""How each group fares while methods are trained: the one part that needs no finished run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.reports.run import Run
from fairviz.store.records import ComparisonRecord
from fairviz.ui import cache, frame, state, words
from fairviz.ui.grouplines import group_lines
from fairviz.ui.groupparts.view import View, choose_attribute, choose_labels
from fairviz.ui.polled import polled
from fairviz.workbench import Progress


def by_epoch(view: View, spec: TaskSpec) -> None:
    """AUC of each group by epoch, of the configurations that are looked at; live while they train."""
    st.header("Epoch by epoch", anchor=False)
    if view.attribute not in spec.sensitive:
        st.markdown("Epochs tell of the groups of one attribute at a time: choose one above.")
        return
    polled(view.record.id, partial(_lines, view.record.id, view.attribute, view.watched))


def only_epochs(record: ComparisonRecord, spec: TaskSpec, runs: Sequence[Run], missing: str) -> None:
    """The page of a comparison without a finished run.

    Args:
        record: of the comparison.
        spec: its task.
        runs: its runs.
        missing: why there is nothing else to see.
    """
    if record.state.active:
        st.markdown(
            "No run has finished yet. This chart follows the groups on validation rows while methods are "
            "trained; rates, curves and changes against the baseline come with the first finished run."
        )
    else:
        frame.next_step(missing, state.TRAIN, "Go to training", task=record.task_id, comparison=record.id)
    _, epochs = cache.history(record.id, record.revision)
    left, right = st.columns([3, 6])
    with left:
        attribute = choose_attribute(spec.sensitive, epochs[0].validation if epochs else None)
    with right:
        labels = choose_labels(runs)
    polled(record.id, partial(_first_lines, record.id, attribute, labels))


def _first_lines(comparison_id: str, attribute: str, labels: Collection[str], progress: Progress) -> None:
    """The same chart, until a run has finished: then the whole page has something to show."""
    runs, _ = cache.history(comparison_id, progress.revision)
    if any(run.test is not None for run in runs):
        st.rerun(scope="app")
    _lines(comparison_id, attribute, labels, progress)


def _lines(comparison_id: str, attribute: str, labels: Collection[str], progress: Progress) -> None:
    _, epochs = cache.history(comparison_id, progress.revision)
    if epochs:
        group_lines(comparison_id, progress, attribute, labels)
    elif progress.state.active:
        st.caption(f"{words.percent(progress.share)} · the first points appear after the first epoch.")
