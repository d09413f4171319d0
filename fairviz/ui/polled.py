"""A part of a page that follows a comparison while it is waiting or in training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from fairviz.ui import pulse
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors
from fairviz.workbench import Progress

_REFRESH_SECONDS: Final = 1.0


def polled(comparison_id: str, part: Callable[[Progress], None]) -> None:
    """Draw a part, again and again until the comparison is over; then the whole page once more."""
    running = workbench().progress(comparison_id).state.active
    st.fragment(_part, run_every=_REFRESH_SECONDS if running else None)(comparison_id, running, part)


@shown_errors()
def _part(comparison_id: str, was_running: bool, part: Callable[[Progress], None]) -> None:
    # What has ended does not change; what someone has just ended must not look as if it ran.
    progress = pulse.progress(comparison_id) if was_running else workbench().progress(comparison_id)
    if was_running and not progress.state.active:
        st.rerun(scope="app")
    part(progress)
