"""The selector of where a decision turns, the same on every page that shows decisions."""

from __future__ import annotations

from typing import Final

import streamlit as st

from fairviz.evaluation.thresholds import AT_PREVALENCE, ThresholdRule
from fairviz.ui.errors import shown_errors

_RULES: Final = {
    "prevalence": "prevalence in training",
    "0.5": "risk of 0.5",
    "youden": "best balance (Youden)",
    "sensitivity=0.8": "risk that finds 80 %",
    "sensitivity=0.9": "risk that finds 90 %",
    "sensitivity=0.95": "risk that finds 95 %",
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
        help="The predicted risk from which a patient is flagged. A lower one flags more patients: fewer "
        "with the outcome are missed, more without it are flagged for nothing. Choose a rule, or write a "
        "risk such as 0.3, or sensitivity=0.85 for one that finds 85 %. Rules are set on validation "
        "rows and reported on test rows.",
    )
    with shown_errors():
        return ThresholdRule.parse(written or str(AT_PREVALENCE))
    return AT_PREVALENCE
