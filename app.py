"""Start: a demo in one click, an upload, recent tasks, what is running."""

from __future__ import annotations

import streamlit as st

from fairviz.ui import frame, state
from fairviz.ui.start import demos, recent, sample_cards
from fairviz.ui.upload import upload


def page() -> None:
    """What one can begin with, and what one can go on with."""
    st.markdown(
        "Train an ordinary model (the baseline) beside two methods that aim at smaller gaps between groups, "
        "FairGrad and MultiFair, on the same patients. See whom each serves worse, what a smaller gap costs "
        "in accuracy, and whether the gap was more than chance to begin with."
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        demos()
        st.header("Your own data", anchor=False)
        dataset = upload()
        if dataset is not None:
            state.go(state.DATA, dataset=dataset.id)
    with right:
        recent()
    sample_cards()


frame.show(state.START, "What does fairness cost in a clinical prediction?", page)
