"""Groups: what decisions, ranks and risks do to each group of patients."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fairviz.reports.run import Run
from fairviz.ui import cache, findings, frame, groupview, state, tradeoffs
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors
from fairviz.ui.findings import Proof, Result
from fairviz.ui.groupview import View


def page() -> None:
    """Selectors above, rates with words beside them, then what is worked out of test rows."""
    here = frame.here()
    if here is None:
        return
    if here.task is None:
        frame.next_step("There are no groups to compare yet.", state.START, "Start with a demo or your data")
        return
    frame.about(here)
    runs = workbench().runs(here.comparison.id) if here.comparison else []
    missing = tradeoffs.unfinished(here.comparison, runs) if here.comparison else "Nothing is trained yet."
    if here.comparison is None or not any(run.test for run in runs):
        frame.next_step(missing, state.TRAIN, "Go to training", **here.address)
        return
    if missing:
        st.caption(missing)
    with shown_errors():
        view = groupview.choose_view(here.comparison, workbench().task_spec(here.task.id), runs)
        compare(view, cache.decided(here.comparison.id, here.comparison.revision, str(view.threshold)))


def compare(view: View, runs: Sequence[Run]) -> None:
    """Rates first: what is worked out of test rows may take a while."""
    found = chosen(view, runs, Proof())
    left, right = st.columns([5, 2], gap="medium")
    with left, shown_errors():
        groupview.rates(found, view)
    with right, shown_errors():
        groupview.rates_in_words(found, view)
    with shown_errors():
        groupview.rates_table(found, view)
    against_baseline = st.container()
    with shown_errors():
        groupview.curves(runs, view)
    with shown_errors():
        groupview.intersections(found, view)
    with against_baseline, shown_errors(), st.spinner("Drawing patients again and again ..."):
        proof = Proof(workbench().evidence(view.record.id, threshold=view.threshold))
        groupview.changes(chosen(view, runs, proof), view)


def chosen(view: View, runs: Sequence[Run], proof: Proof) -> list[Result]:
    """Results on test rows of the configurations that are looked at."""
    return [result for result in findings.results(runs, "test", proof) if result.label in view.labels]


frame.show(state.GROUPS, "Who gains and who loses?", page)
