"""Page of the live chart's test: a figure that gains a point at every tick of a fragment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from fairviz.figures.plane import Plane
from fairviz.figures.series import Measure, RunTrail
from fairviz.figures.tradeoff import tradeoff, tradeoff_text
from fairviz.ui.livechart import live_chart, serve_plotly
from fairviz.ui.packed import pack

serve_plotly(Path(__file__).parent)
PLANE = Plane(Measure("AUC", "area under ROC", "up"), Measure("AUC gap", "max - min", "down"), "validation")


def trails(epochs: int) -> list[RunTrail]:
    steps = np.arange(1, epochs + 1)
    return [
        RunTrail(f"run-{i}", name, name, 0, steps, 0.8 - 0.1 / steps + 0.01 * i, 0.1 / steps + step)
        for i, (name, step) in enumerate((("baseline", 0.05), ("fairgrad", 0.02)))
    ]


@st.fragment(run_every=0.4)
def live() -> None:
    moving = st.query_params.get("still") is None
    epochs = st.session_state.setdefault("epochs", 2)
    if moving:
        st.session_state["epochs"] = epochs + 1
    runs = trails(epochs)
    clicked = live_chart(
        pack(tradeoff(runs, PLANE).to_json()),
        key="chart",
        alt=tradeoff_text(runs, PLANE),
        height=420,
        revision=str(epochs),
        name="fairviz-auc",
    )
    if clicked:
        st.session_state["clicked"] = clicked
    st.text(f"clicked: {st.session_state.get('clicked', 'nothing')}")


st.header("Live chart")
first, second = st.tabs(["First", "Second"])
with second if st.query_params.get("tab") else first:
    live()
