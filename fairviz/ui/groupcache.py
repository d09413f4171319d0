"""Caches of what finished runs, which never change, show of groups; shared by all sessions."""

from __future__ import annotations

import streamlit as st

from fairviz.evaluation.thresholds import ThresholdRule
from fairviz.reports.group_curves import RunCurves
from fairviz.reports.own_thresholds import DecidedGroups
from fairviz.ui.bench import workbench


@st.cache_resource(max_entries=16, show_spinner="Reading the kept scores ...")
def group_curves(
    comparison_id: str,  # noqa: ARG001  (keys the cache)
    run_ids: tuple[int, ...],
    attribute: str,
) -> list[RunCurves]:
    """Curves of the groups in some finished runs, which never change; read only."""
    return [workbench().group_curves(run_id, attribute) for run_id in run_ids]


@st.cache_resource(max_entries=64, show_spinner="Deciding again ...")
def decided_groups(
    comparison_id: str,  # noqa: ARG001  (keys the cache)
    run_ids: tuple[int, ...],
    attribute: str,
    thresholds: tuple[tuple[str, float], ...],
    threshold: str,
) -> list[DecidedGroups]:
    """Finished runs where some groups have thresholds of their own; read only."""
    rule, own = ThresholdRule.parse(threshold), dict(thresholds)
    return [workbench().decided_groups(run_id, attribute, own, threshold=rule) for run_id in run_ids]


def forget() -> None:
    """Drop everything, after something was deleted."""
    group_curves.clear()
    decided_groups.clear()
