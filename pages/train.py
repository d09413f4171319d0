"""Train: choose methods, start, and watch performance and fairness while it happens."""

from __future__ import annotations

import streamlit as st

from fairviz.ui import frame, recipeview, state, words
from fairviz.ui.errors import shown_errors
from fairviz.ui.live import live
from fairviz.ui.state import Shown
from fairviz.ui.trainform import TrainingChoice, training_form


def page() -> None:
    """Form on the left, what happens on the right."""
    here = frame.here()
    if here is None:
        return
    if here.task is None:
        frame.next_step("There is no task yet: choose a dataset first.", state.DATA, "Choose a dataset")
        return
    frame.about(here)
    # On a phone what is watched comes first, the form after it.
    with st.container(key="watching" if here.comparison else "choosing"):
        left, right = st.columns([1, 3], gap="medium")
    with left, shown_errors():
        choice = training_form()
        start(here.task.id, choice)
    with left, shown_errors():
        recipeview.offered(here.task.id, choice)
    with right, shown_errors():
        watch(here)


def start(task_id: str, choice: TrainingChoice) -> None:
    """The button, and what it will do."""
    what = words.counted(choice.runs, "run")
    if st.button(f"Start {what}", type="primary", key="start", width="stretch", disabled=not choice.runs):
        st.query_params["comparison"] = choice.submit(task_id)
        st.rerun()
    if not choice.runs:
        st.caption("Choose at least one method.")
    elif "baseline" not in choice.methods:
        st.caption("Without the baseline there is nothing to compare with.")


def watch(here: Shown) -> None:
    """The comparison of the address, or what to do where there is none."""
    if here.comparison is None:
        st.markdown(
            "Nothing has been trained on this task yet. The methods on the left are a good start: "
            "they differ in nothing but the method, seed by seed."
        )
        return
    live(here.comparison.id)


frame.show(state.TRAIN, "What happens to performance and fairness while training?", page)
