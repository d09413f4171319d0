"""A task as a file: loaded into the form, saved from it. The same file drives the command line."""

from __future__ import annotations

import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.errors import NotFoundError, TaskError
from fairviz.ui import state
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors


def load_task_file() -> None:
    """Draw the uploader of task files; a file that names a dataset kept here opens its form."""
    file = st.file_uploader(
        "A task file (JSON)", ("json",), key=state.choice_key("taskfile"), max_upload_size=1,
        help="As saved below a task, or by the command line; it names its dataset by content.",
    )  # fmt: skip
    if file is None:
        return
    with shown_errors():
        task = keep(file.getvalue())
        state.empty_choices()
        state.go(state.DATA, task=task)


def keep(content: bytes) -> str:
    """Keep the task of a file; returns its id.

    Raises:
        TaskError: if the file is no task, its dataset is not kept here, or it cannot be trained.
    """
    try:
        spec = TaskSpec.from_json(content.decode())
    except UnicodeDecodeError as error:
        raise TaskError(
            "task file",
            expected="text",
            found="bytes that are none",
            remedy="Choose a file that FairViz saved.",
        ) from error
    try:
        return workbench().create_task(spec).id
    except NotFoundError as error:
        raise TaskError(
            f'task "{spec.name}"',
            expected="its dataset among those that are kept here",
            found="no dataset of that content",
            remedy="Upload the dataset first, then the task file again.",
        ) from error


def save_task_file(spec: TaskSpec) -> None:
    """Draw the button that saves a task."""
    st.download_button(
        "Save as a file",
        spec.to_json(),
        "task.json",
        "application/json",
        key="save",
        on_click="ignore",
        help="Holds no data. It can be edited, loaded here again, and trained from the command line: "
        "python -m fairviz compare FILE --task task.json",
    )
