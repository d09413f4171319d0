"""The selector of where a decision turns, the same on every page that shows decisions."""

from __future__ import annotations

from typing import Final

import streamlit as st

from fairviz.evaluation.thresholds import AT_PREVALENCE, ThresholdRule
from fairviz.ui.errors import shown_errors

_RULES: Final = {
    "prevalence": "prevalence in training",
    "0.5": "0.5",
    "youden": "Youden's index",
    "sensitivity=0.8": "80 % found",
    "sensitivity=0.9": "90 % found",
    "sensitivity=0.95": "95 % found",
}


def choose_threshold() -> ThresholdRule:
    """Where a decision turns; what is written in place of a rule is a number."""
    written = st.selectbox(
        "Flag patients from",
        list(_RULES),
        0,
        lambda rule: _RULES.get(rule, rule),
        key="threshold",
        bind="query-params",
        accept_new_options=True,
        help="The predicted risk from which a patient is flagged, chosen on validation rows and reported on "
        "test rows. Choose a rule, or write a risk such as 0.3, or sensitivity=0.85.",
    )
    with shown_errors():
        return ThresholdRule.parse(written or str(AT_PREVALENCE))
    return AT_PREVALENCE
