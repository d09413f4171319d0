"""What each modality tells about each group, with and without modulation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from fairviz.figures.modality_groups import modality_groups, modality_groups_text
from fairviz.reports.run import Run
from fairviz.ui import modalityseries, words
from fairviz.ui.cache import drawing
from fairviz.ui.groupparts.view import View

_WHAT: Final = (
    "AUC of a logistic regression on what each modality's trained encoder makes of it, on the test rows that "
    "have the modality: the same measure for every method. It is of the epoch that validation chose. "
    "While training only MultiFair records AUCs per modality and group: there is nothing to hold them "
    "against. A range over seeds says nothing about other patients."
)
_TWO_DECIMALS: Final = " Of private data it is told to two decimals, without limits."


def modalities(runs: Sequence[Run], view: View) -> None:
    """A chart of all modalities and groups, and the largest change of each configuration in words."""
    found = modalityseries.probed(runs, view.labels)
    if not found:
        return
    st.header("Modality by modality", anchor=False)
    told = next(iter(found[0].own.values()))
    if view.attribute not in told.attributes:
        st.markdown("Modalities tell of the groups of one attribute at a time: choose one above.")
        return
    shown = modalityseries.modality_plane(found, view.attribute)
    left, right = st.columns([5, 2], gap="medium")
    with left:
        view.draw(drawing(modality_groups(shown), modality_groups_text(shown)), "modalities")
    with right:
        for own in found:
            if own.reference:
                line = modalityseries.change_sentence(own, view.attribute)
                st.markdown(f"**{words.plain(own.label)}**  \n{line}")
        st.caption(_WHAT + ("" if view.public else _TWO_DECIMALS))
    with st.expander("All numbers, modality by modality"):
        rows = modalityseries.modality_rows(found, view.attribute)
        st.dataframe(pd.DataFrame(rows), hide_index=True, key="modality-groups")
