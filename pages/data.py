"""Data: a dataset, what to predict in it, between whom to compare, from what to learn."""

from __future__ import annotations

import streamlit as st

from fairviz.data.samples import samples
from fairviz.data.specs import TaskSpec
from fairviz.ui import cache, frame, state, words
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors
from fairviz.ui.taskfile import load_task_file, save_task_file
from fairviz.ui.taskform import check, task_form, use_task
from fairviz.ui.upload import upload


def page() -> None:
    """Choose a dataset; below it the preview and the form, beside it the groups."""
    task_id = st.query_params.get("task")
    start = workbench().task_spec(task_id) if task_id else None
    dataset_id = state.dataset_id() or (start.dataset if start else None)
    with st.expander("Choose or upload a dataset", expanded=dataset_id is None):
        choose()
    if dataset_id is None:
        return
    about(dataset_id)
    left, right = st.columns([3, 2], gap="large")
    with left, shown_errors():
        mine = start if start and start.dataset == dataset_id else None
        choice = task_form(dataset_id, mine, mark=(task_id if mine and task_id else dataset_id)[:6])
        with right, shown_errors():
            decide(choice.spec())


def choose() -> None:
    """A sample, a file, or a dataset that is kept already."""
    left, middle, right = st.columns(3, gap="large")
    with left:
        titles = {sample.name: sample.title for sample in samples()}
        chosen = st.selectbox(
            "A sample",
            list(titles),
            None,
            titles.__getitem__,
            key=state.choice_key("sample"),
            placeholder="Choose a sample",
        )
        if chosen is not None:
            state.empty_choices()
            state.go(state.DATA, task=workbench().add_sample(chosen).id)
    with middle:
        uploaded = upload()
        if uploaded is not None:
            state.go(state.DATA, dataset=uploaded.id)
    with right:
        kept = {record.id: record for record in workbench().store.datasets()}
        again = st.selectbox(
            "A dataset that is kept here",
            list(kept),
            None,
            lambda i: f"{kept[i].name} ({kept[i].rows:,} rows)",
            key=state.choice_key("kept"),
            placeholder="Choose a dataset",
        )
        if again is not None:
            state.empty_choices()
            state.go(state.DATA, dataset=again)
        with st.popover("Open a task file"):
            load_task_file()


def about(dataset_id: str) -> None:
    """Name, size and first rows."""
    record = workbench().store.dataset(dataset_id)
    size = f"{words.counted(record.rows, 'row')}, {words.counted(record.columns, 'column')}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words.plain(record.name)}** · {size}", width="stretch")
        with st.popover("Delete"):
            delete(dataset_id)
    read_as = cache.read_as(dataset_id)
    if read_as is not None:
        st.caption(f"Read as {words.plain(read_as)}.")
    with st.expander("First rows"):
        first_rows(dataset_id)


def first_rows(dataset_id: str) -> None:
    """The first rows; of data that nobody has declared public only for whoever asks for them."""
    if workbench().is_public(dataset_id) or st.toggle(
        "Show the values of single patients", key="single", help="Mind who else sees this screen."
    ):
        st.dataframe(cache.preview(dataset_id), hide_index=True, key="preview")


def delete(dataset_id: str) -> None:
    """Delete a dataset, after saying what goes with it."""
    st.markdown("Deletes the table and its images with their tasks, runs and weights. This cannot be undone.")
    if st.button("Delete for good", key="delete"):
        with shown_errors():
            workbench().delete_dataset(dataset_id)
            cache.forget()
            state.go(state.DATA)


def decide(spec: TaskSpec) -> None:
    """Groups and notes of the task as it stands, and the button that keeps it."""
    check(spec)
    with st.container(horizontal=True):
        wanted = st.button("Use this task", type="primary", key="use")
        save_task_file(spec)
    if wanted:
        use_task(spec)


frame.show(state.DATA, "What is predicted, and between whom is it compared?", page)
