"""Groups: what decisions, ranks and risks do to each group of patients."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fairviz.data.specs import TaskSpec
from fairviz.reports.run import Run
from fairviz.store.records import ComparisonRecord
from fairviz.ui import cache, findings, frame, state, tradeoffs
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors
from fairviz.ui.findings import Proof, Result
from fairviz.ui.groupparts.changes import answer, changes
from fairviz.ui.groupparts.crossings import crossings
from fairviz.ui.groupparts.curves import curves
from fairviz.ui.groupparts.epochs import by_epoch, only_epochs
from fairviz.ui.groupparts.modalities import modalities
from fairviz.ui.groupparts.rates import rates, rates_in_words, rates_table
from fairviz.ui.groupparts.thresholds import own_thresholds
from fairviz.ui.groupparts.view import View, choose_view


def page() -> None:
    """What is found about the runs of the address, or what to do where there are none."""
    here = frame.here()
    if here is None:
        return
    if here.task is None:
        frame.next_step("There are no groups to compare yet.", state.START, "Start with a demo or your data")
        return
    frame.about(here)
    if here.comparison is None:
        frame.next_step("Nothing is trained yet.", state.TRAIN, "Go to training", **here.address)
        return
    with shown_errors():
        spec = workbench().task_spec(here.task.id)
        compare(here.comparison, spec, workbench().runs(here.comparison.id))


def compare(record: ComparisonRecord, spec: TaskSpec, runs: Sequence[Run]) -> None:
    """The answer first, in words; then the selectors and what it rests on."""
    missing = tradeoffs.unfinished(record, runs)
    if not any(run.test for run in runs):
        only_epochs(record, spec, runs, missing)
        return
    answered = st.container()
    view = choose_view(record, spec, runs)
    if missing:
        st.caption(missing)
    if record.state.active:
        by_epoch(view, spec)
    against_baseline = finished(view, cache.decided(record.id, record.revision, str(view.threshold)))
    if not record.state.active:
        by_epoch(view, spec)
    # Last, since it takes a while.
    with answered, shown_errors(), st.spinner("Drawing patients again and again ..."):
        proof = Proof(workbench().evidence(record.id, threshold=view.threshold))
        proven = chosen(view, runs, proof)
        answer(proven)
        with against_baseline, shown_errors():
            changes(proven, view)


def finished(view: View, runs: Sequence[Run]) -> DeltaGenerator:
    """What finished runs show on test rows; returns the place for their changes against the baseline."""
    found = chosen(view, runs, Proof())
    left, right = st.columns([5, 2], gap="medium")
    with left, shown_errors():
        rates(found, view)
    with right, shown_errors():
        rates_in_words(found, view)
    with shown_errors():
        rates_table(found, view)
    against_baseline = st.container()
    with shown_errors():
        modalities(runs, view)
    with shown_errors():
        curves(runs, view)
    with shown_errors():
        own_thresholds(runs, view)
    with shown_errors():
        crossings(found, view)
    return against_baseline


def chosen(view: View, runs: Sequence[Run], proof: Proof) -> list[Result]:
    """Results on test rows of the configurations that are looked at."""
    return [result for result in findings.results(runs, "test", proof) if result.label in view.labels]


frame.show(state.GROUPS, "Who gains and who loses?", page)
