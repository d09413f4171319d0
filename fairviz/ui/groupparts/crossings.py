"""One number where two attributes cross."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fairviz.evaluation.report import FairnessReport
from fairviz.figures.crossed import crossed, crossed_text
from fairviz.suppression import SUPPRESSED
from fairviz.ui import groupseries, words
from fairviz.ui.cache import drawing
from fairviz.ui.findings import Result
from fairviz.ui.groupparts.view import View
from fairviz.ui.groupseries import RATES


def crossings(found: Sequence[Result], view: View) -> None:
    """A heat map of the combinations of the groups of two attributes."""
    report = found[0].joined.first
    st.header("Where two attributes cross", anchor=False)
    names = list(groupseries.pairs(report))
    if not names:
        st.markdown(_no_pairs(report))
        return
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        usual = names.index(view.attribute) if view.attribute in names else 0
        name = st.selectbox("Attributes", names, usual, key="crossed", bind="query-params", filter_mode=None)
    with right:
        chosen = st.selectbox(
            "Number", list(view.numbers), 0, lambda key: view.numbers[key].title,
            key="number", bind="query-params", filter_mode=None,
        )  # fmt: skip
    if not report.intersections[name or names[0]].groups:
        st.markdown(f"{words.upper(words.plain(name or names[0]))} is {words.plain(SUPPRESSED)}.")
        return
    shown = groupseries.crossing(found, name or names[0], view.numbers[chosen or RATES[0]])
    view.draw(drawing(crossed(shown), crossed_text(shown)), f"crossed-{name}-{chosen}")


def _no_pairs(report: FairnessReport) -> str:
    reasons = [f"{words.plain(name)}: {words.plain(why)}" for name, why in report.no_intersection.items()]
    if reasons:
        return f"No two attributes are crossed. {'; '.join(reasons)}."
    return "This task compares one attribute. Add another on the Data page to see where they cross."
