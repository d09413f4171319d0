"""What decisions do to each group: missed cases, false alarms, flagged patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from fairviz.figures.forest import forest, forest_text
from fairviz.suppression import SUPPRESSED
from fairviz.ui import findings, frame, groupseries, state, words
from fairviz.ui.cache import drawing
from fairviz.ui.findings import Result
from fairviz.ui.groupparts.view import View


def rates(found: Sequence[Result], view: View) -> None:
    """Missed cases, false alarms and flagged patients of each group, drawn."""
    shown = groupseries.rates_forest(found, view.attribute, view.rates)
    view.draw(drawing(forest(shown), forest_text(shown)), "rates")


def rates_in_words(found: Sequence[Result], view: View) -> None:
    """Who is missed, in a sentence per configuration."""
    st.header("In words", anchor=False)
    for result in found:
        line = groupseries.rate_sentence(result, view.attribute, view.numbers["missed"])
        st.markdown(f"**{words.plain(result.label)}**  \n{line}")
    st.caption(f"Flagged {findings.flagged_from(found, view.threshold, public=view.public)}")
    if groupseries.any_suppressed(found, view.attribute, view.rates):
        st.caption(
            f"{words.upper(SUPPRESSED)}. Larger groups can be told: merge small ones, or choose fewer and "
            "wider bands."
        )
        frame.link(state.DATA, "How groups are made, on the Data page", task=view.record.task_id)


def rates_table(found: Sequence[Result], view: View) -> None:
    """The same numbers, and how many patients they rest on."""
    rows = groupseries.rate_rows(found, view.attribute, [*view.rates, view.numbers["auc"]])
    columns: dict[str, Any] = {
        "group": st.column_config.TextColumn(
            "Group", width=words.column_pixels(row["group"] for row in rows)
        ),
        "method": st.column_config.TextColumn("Method", width=words.column_pixels(r.label for r in found)),
        "patients": st.column_config.TextColumn("Patients", width="small", help="On test data"),
        "with": st.column_config.TextColumn("With the outcome"),
        **{n.title: st.column_config.TextColumn(n.title, help=n.formula) for n in view.rates},
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, key="rates-table")
