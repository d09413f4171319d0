"""From a file in the browser, or one on the server, to a dataset; the session keeps neither bytes nor table.

Reading goes on in the server's process: a page that is left, reloaded or run again finds it where it is.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from fairviz.data.load import ENDINGS
from fairviz.jobs.readings import Reading
from fairviz.store.records import DatasetRecord
from fairviz.ui import cache, state, words
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors

_AT_ONCE_SECONDS: Final = 1.0
"""What is read by then is shown without a bar."""
_REFRESH_SECONDS: Final = 1.0


def upload() -> DatasetRecord | None:
    """Draw the uploader and what is being read; returns the dataset once, when one has been read."""
    dataset = _awaited()
    if dataset is None and state.reading() is None:
        dataset = _chosen()
    going_on = tuple(workbench().readings.active())
    if going_on:
        st.fragment(_progress, run_every=_REFRESH_SECONDS)(going_on)
    return dataset


@shown_errors()
def _awaited() -> DatasetRecord | None:
    """The dataset that the address waits for, when it has been read."""
    key = state.reading()
    return None if key is None else _ended(key, workbench().readings.get(key))


@shown_errors()
def _chosen() -> DatasetRecord | None:
    """Draw what can be chosen and begin to read it; the dataset where that takes but a moment."""
    st.caption(_where_it_goes())
    key = _from_browser() or _from_server()
    if key is None:
        return None
    state.empty_choices()
    with st.spinner("Reading ..."):
        reading = workbench().readings.get(key, wait=_AT_ONCE_SECONDS)
    dataset = _ended(key, reading)
    if dataset is None:
        st.rerun()
    return dataset


def _ended(key: str, reading: Reading | None) -> DatasetRecord | None:
    """The dataset of a reading that has ended; the address waits for one that goes on.

    Raises:
        DataError: if it is not a table or folder that can be used.
    """
    going_on = reading is not None and reading.active
    state.keep_reading(key if going_on else None)
    return None if reading is None or going_on else reading.outcome.result()


def _from_browser() -> str | None:
    """Draw the uploader; the key of what is read of a file."""
    limit = workbench().settings.upload_limit_mb
    file = st.file_uploader(
        f"A table as CSV, TSV, Excel or Parquet, at most {limit} MB",
        # Some browsers look at the last part of an ending alone; what else ends in it is refused when read.
        (*ENDINGS, ".gz"),
        key=state.choice_key("upload"),
        max_upload_size=limit,
    )
    if file is None:
        return None
    return workbench().start_upload(file.name, file.getbuffer())


def _from_server() -> str | None:
    """Draw what the server offers of its own; the key of what is read of it."""
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
    return workbench().start_offered(name)


@shown_errors()
def _progress(were_read: tuple[str, ...]) -> None:
    """How far everything is that is being read, for whoever brought it; the whole page once when one ends."""
    going_on = workbench().readings.active()
    if any(key not in going_on for key in were_read):
        st.rerun(scope="app")
    for reading in going_on.values():
        name = words.plain(reading.name)
        if reading.count:
            share = reading.done / reading.count
            st.progress(share, f"Reading {name}: file {reading.done:,} of {reading.count:,}")
        else:
            st.progress(0.0, f"Reading {name} ...")
    st.caption("Reading goes on if you leave this page. What has been read is listed on the Data page.")


def _where_it_goes() -> str:
    home = words.plain(str(workbench().settings.home))
    return (
        "Before you upload: the file goes to the machine that runs FairViz and nowhere else. What is read "
        f"from it is kept in {home}. Everyone who can open this page can see it, with all that is trained on "
        "it. It stays until you delete it on the Data page. Upload no names, addresses or record numbers."
    )
