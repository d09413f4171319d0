"""From a file in the browser to a dataset on disk; the session keeps neither bytes nor table."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fairviz.data.load import ENDINGS, title
from fairviz.store.records import DatasetRecord
from fairviz.ui import cache, state, words
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors


def upload() -> DatasetRecord | None:
    """Draw the uploader; returns the dataset once, when a file has become one."""
    st.caption(_where_it_goes())
    limit = workbench().settings.upload_limit_mb
    file = st.file_uploader(
        f"A table as CSV, TSV, Excel or Parquet, at most {limit} MB",
        # Some browsers look at the last part of an ending alone; what else ends in it is refused when read.
        (*ENDINGS, ".gz"),
        key=state.choice_key("upload"),
        max_upload_size=limit,
    )
    if file is None:
        return _offered()
    with shown_errors():
        with st.spinner(f"Reading {words.plain(file.name)} ..."):
            dataset = keep(file)
        state.empty_choices()
        return dataset
    return None


@shown_errors()
def _offered() -> DatasetRecord | None:
    """Draw what the server offers of its own; returns the dataset once, when one was read."""
    names = cache.offered()
    if not names:
        return None
    name = st.selectbox(
        "Or a table or folder on the server",
        names,
        None,
        key=state.choice_key("offered"),
        placeholder="Choose a table or folder",
        help="Folders in the layout of FairVision or FairVLMed are read with their images and notes.",
    )
    if name is None or not st.button("Read it", key=state.choice_key("read-offered")):
        return None
    bar = st.progress(0.0, "Reading ...")

    def tell(done: int, count: int) -> None:
        bar.progress(done / count, f"Reading file {done:,} of {count:,}")

    dataset = workbench().add_offered(name, on_progress=tell)
    state.empty_choices()
    return dataset


def keep(file: UploadedFile) -> DatasetRecord:
    """Write the bytes to disk at once and read the table from there.

    Raises:
        DataError: if it is not a table that can be used.
    """
    name = Path(file.name)
    bench = workbench()
    with tempfile.TemporaryDirectory(dir=bench.settings.home, prefix="upload-") as folder:
        # Only the last part of the person's own name: messages then name the file that was brought.
        path = Path(folder) / name.name[-100:]
        path.write_bytes(file.getbuffer())
        return bench.add_dataset(path, name=title(name), limit_mb=bench.settings.upload_limit_mb)


def _where_it_goes() -> str:
    home = words.plain(str(workbench().settings.home))
    return (
        "Before you upload: the file goes to the machine that runs FairViz and nowhere else. What is read "
        f"from it is kept in {home}. Everyone who can open this page can see it, with all that is trained on "
        "it. It stays until you delete it on the Data page. Upload no names, addresses or record numbers."
    )
