"""A built figure on the page: the chart, or in words why there is none."""

from __future__ import annotations

import streamlit as st

from fairviz.ui import words
from fairviz.ui.cache import Drawing
from fairviz.ui.livechart import live_chart


def draw(drawing: Drawing, *, key: str, revision: str) -> None:
    """Draw a figure, or change the drawn one in place.

    Args:
        drawing: the figure.
        key: of the chart; its zoom lives as long as it.
        revision: of what is drawn; the same one is not drawn again.
    """
    if drawing.is_empty:
        st.markdown(
            f"{words.plain(drawing.text)} All groups, or all but one, have too few patients with or without "
            "the outcome, or are suppressed because they are small: choose another gap or other "
            "groups above."
        )
        return
    live_chart(
        drawing.figure,
        key=key,
        alt=drawing.text,
        height=drawing.height,
        revision=revision,
        name="-".join(filter(None, (drawing.name, st.query_params.get("comparison")))),
    )
