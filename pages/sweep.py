"""Sweep: one method at many values of its hyperparameters, and what they did."""

from __future__ import annotations

import streamlit as st

from fairviz.store.records import ComparisonRecord
from fairviz.training.runs import RunSpec
from fairviz.ui import cache, frame, state, words
from fairviz.ui.errors import shown_errors
from fairviz.ui.live import live
from fairviz.ui.state import Shown
from fairviz.ui.sweepform import SweepChoice, sweep_form
from fairviz.ui.sweepseries import swept
from fairviz.ui.sweepview import charts, planned_in_words


def page() -> None:
    """Form on the left, what happens and what came of it on the right."""
    here = frame.here()
    if here is None:
        return
    if here.task is None:
        frame.next_step("There is no task yet: choose a dataset first.", state.DATA, "Choose a dataset")
        return
    frame.about(here)
    # On a phone what is watched comes first, the form after it.
    watching = here.comparison is not None and is_sweep(here.comparison)
    with st.container(key="watching" if watching else "choosing"):
        left, right = st.columns([1, 3], gap="medium")
    with left, shown_errors():
        start(here.task.id, sweep_form())
    with right, shown_errors():
        watch(here, watching=watching)


def is_sweep(record: ComparisonRecord) -> bool:
    """Whether the runs of a comparison vary a hyperparameter of one method."""
    runs, _ = cache.history(record.id, record.revision)
    return swept(runs) is not None


def start(task_id: str, choice: SweepChoice) -> None:
    """What the sweep takes, and the button."""
    runs: list[RunSpec] = []
    with shown_errors():
        runs = choice.runs() if choice.varies else []
    what = words.counted(len(runs), "run")
    if st.button(f"Start {what}", type="primary", key="start", width="stretch", disabled=not runs):
        st.query_params["comparison"] = choice.submit(task_id)
        st.rerun()
    if runs:
        st.caption(planned_in_words(task_id, runs))
    elif not choice.varies:
        st.caption("Give at least two values of one hyperparameter, and at least one of each other.")


def watch(here: Shown, *, watching: bool) -> None:
    """The sweep of the address, or what to do where there is none."""
    if here.comparison is not None and watching:
        live(here.comparison.id, charts)
        return
    if here.comparison is not None:
        st.markdown("The runs above compare methods; they vary no hyperparameter.")
        frame.link(state.TRAIN, "See them on the Train page", **here.address)
    st.markdown(
        "A sweep trains one method at every combination of the values on the left, on the same seeds, and "
        "shows what each hyperparameter did to performance and to the gap between groups."
    )


frame.show(state.SWEEP, "What do a method's hyperparameters change?", page)
