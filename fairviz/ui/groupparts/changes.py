"""Who is ranked worse than with the baseline: the answer of the page, and its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fairviz.figures.forest import forest, forest_text
from fairviz.reports.evidence import Evidence, Unavailable
from fairviz.ui import words
from fairviz.ui.cache import drawing
from fairviz.ui.evidencewords import who_loses
from fairviz.ui.findings import Result
from fairviz.ui.groupchanges import changes_forest
from fairviz.ui.groupparts.view import View
from fairviz.ui.harmwords import HOW_TESTED, who_is_harmed


def answer(found: Sequence[Result]) -> None:
    """Who is found to be ranked worse, in a sentence or two."""
    st.markdown(who_is_harmed(found), help=HOW_TESTED)


def changes(found: Sequence[Result], view: View) -> None:
    """How each group fares against the baseline: drawn, and who loses in words."""
    st.header("Against the baseline", anchor=False)
    shown = changes_forest(found, view.attribute)
    if shown is None:
        st.markdown(_no_changes(found, view.attribute))
        return
    left, right = st.columns([5, 3], gap="medium")
    with left:
        view.draw(drawing(forest(shown), forest_text(shown)), "changes")
    with right:
        for result in found:
            if isinstance(result.evidence, Evidence):
                lines = who_loses(result.evidence.attributes[view.attribute])
                st.markdown(f"**{words.plain(result.label)}**  \n{' '.join(lines)}")
            elif result.evidence is not None:
                st.markdown(
                    f"**{words.plain(result.label)}**  \n{words.upper(words.plain(result.evidence))}."
                )


def _no_changes(found: Sequence[Result], attribute: str) -> str:
    if any(isinstance(result.evidence, Evidence) for result in found):
        return "Changes are tested in the groups of one attribute at a time: choose one above."
    reasons = {str(result.evidence) for result in found if isinstance(result.evidence, Unavailable)}
    said = f"{words.listed(sorted(reasons))}" if reasons else "no other method is chosen above"
    return f"There is no change of the groups of {words.plain(attribute)} to show: {words.plain(said)}."
