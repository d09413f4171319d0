"""ROC curves and calibration of each group."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fairviz.figures.calibration import calibration, calibration_text
from fairviz.figures.roc import roc, roc_text
from fairviz.reports.group_curves import FEWEST_IN_BIN
from fairviz.reports.run import Run
from fairviz.ui import curveseries, groupcache, words
from fairviz.ui.cache import drawing
from fairviz.ui.groupparts.view import View


def curves(runs: Sequence[Run], view: View) -> None:
    """ROC curves and calibration of each group in each configuration, of one seed or of all joined."""
    st.header("Curves of each group", anchor=False)
    ids = tuple(run.id for run in runs if view.has_seed(run))
    found = groupcache.group_curves(view.record.id, ids, view.attribute)
    ranks, risks = curveseries.roc_planes(found), curveseries.calibration_planes(found)
    if not ranks and not risks:
        st.markdown(words.plain(curveseries.why_none(found)))
        return
    said = curveseries.details(found)
    ranked, reliable = st.columns(2, gap="medium")
    with ranked:
        if ranks:
            shown = roc(ranks, view.attribute, [*said, *curveseries.bands(found)])
            view.draw(drawing(shown, roc_text(ranks, view.attribute)), "roc")
        else:
            st.markdown("No group has enough patients with and without the outcome for a ROC curve.")
    with reliable:
        if risks:
            shown = calibration(risks, view.attribute, [*said, f"bins of {FEWEST_IN_BIN} patients or more"])
            view.draw(drawing(shown, calibration_text(risks, view.attribute)), "calibration")
        else:
            st.markdown("No group has enough patients for its calibration.")
