"""The one workbench of the server's process, with its workers."""

from __future__ import annotations

import atexit
import gc
import sys
import threading
from pathlib import Path
from typing import Final

import streamlit as st

from fairviz.ui.heap import return_freed_memory
from fairviz.ui.livechart import serve_plotly
from fairviz.workbench import Workbench

_APP: Final = Path(__file__).resolve().parents[2]
_SECONDS_BETWEEN_COLLECTIONS: Final = 30.0
# How long training may keep python to itself while a page waits; the usual 5 ms, at every message that a page
# sends, made refreshes of thirty watchers late.
_SWITCH_SECONDS: Final = 0.001


class _Process:
    """A workbench and the timer that collects garbage, which no run of a page does (``postScriptGC``)."""

    def __init__(self) -> None:
        serve_plotly(_APP)
        sys.setswitchinterval(_SWITCH_SECONDS)
        self.workbench = Workbench()
        # What is imported stays: to look through it at every collection would hold up all pages for a moment.
        gc.freeze()
        self._ending = threading.Event()
        self._collector = threading.Thread(target=self._collect, name="fairviz-collector", daemon=True)
        self._collector.start()
        atexit.register(self.close)

    def close(self) -> None:
        """Stop the workers and the timer; what is unfinished is marked as interrupted."""
        atexit.unregister(self.close)
        self._ending.set()
        self._collector.join()
        self.workbench.close()

    def _collect(self) -> None:
        while not self._ending.wait(_SECONDS_BETWEEN_COLLECTIONS):
            gc.collect()
            return_freed_memory()


@st.cache_resource(show_spinner=False, on_release=_Process.close)
def _process() -> _Process:
    return _Process()


def workbench() -> Workbench:
    """The workbench, opened by whoever asks first and closed with the server."""
    return _process().workbench
