"""Trade-offs: what a smaller gap costs, in a chart, in words and in tables."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fairviz.store.records import ComparisonRecord
from fairviz.ui import cache, findings, frame, state, tradeoffs
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors
from fairviz.ui.groupparts.changes import answer


def page() -> None:
    """Axes above, chart and words beside each other, tables below."""
    here = frame.here()
    if here is None:
        return
    if here.task is None:
        frame.next_step("There is nothing to compare yet.", state.START, "Start with a demo or your data")
        return
    frame.about(here)
    runs = workbench().runs(here.comparison.id) if here.comparison else []
    if here.comparison is None or not any(run.test for run in runs):
        text = tradeoffs.unfinished(here.comparison, runs) if here.comparison else "Nothing is trained yet."
        frame.next_step(text, state.TRAIN, "Go to training", **here.address)
        return
    missing = tradeoffs.unfinished(here.comparison, runs)
    if missing:
        st.caption(missing)
    compare(here.comparison, here.task.id)


def compare(record: ComparisonRecord, task_id: str) -> None:
    """Everything about a comparison with at least one finished run: the answer first, in words."""
    answered = st.container()
    frame.link(state.GROUPS, "Group by group", task=task_id, comparison=record.id)
    spec, usual = workbench().task_spec(task_id), workbench().runs(record.id)
    view = tradeoffs.choose_view(spec, next(run.test for run in usual if run.test))
    with shown_errors():
        decided(record, view, answered)


def decided(record: ComparisonRecord, view: tradeoffs.View, answered: DeltaGenerator) -> None:
    """The chart first: what is worked out of test rows may take a while."""
    runs = cache.decided(record.id, record.revision, str(view.threshold))
    left, right = st.columns([5, 3], gap="medium")
    with left, shown_errors():
        tradeoffs.chart(record, view)
    with right:
        proof = tradeoffs.prove(record, runs, view)
        found = findings.results(runs, view.split, proof)
        if proof.evidence:
            with answered:
                answer(found)
        tradeoffs.in_words(found, view)
        tradeoffs.reading(found, view)
    with shown_errors():
        table = tradeoffs.results_table(found, view)
        tradeoffs.downloads(record.id, table, view)
    with shown_errors():
        tradeoffs.groups_table(found, view)
        tradeoffs.modalities_table(found)


frame.show(state.TRADE_OFFS, "What does fairness cost here?", page)
