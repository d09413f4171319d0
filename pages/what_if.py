"""What-if: other values of tau and delta, replayed, trained again, estimated in between; another patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from fairviz.reports.run import Run
from fairviz.store.records import ComparisonRecord
from fairviz.training.runs import method_entry
from fairviz.ui import cache, frame, retrain, state, whatifcache
from fairviz.ui.bench import workbench
from fairviz.ui.dialfront import front_of
from fairviz.ui.errors import shown_errors
from fairviz.ui.facts import facts
from fairviz.ui.live import live
from fairviz.ui.patientview import patient_part
from fairviz.ui.replayview import choose_run, replay_view, replayable
from fairviz.ui.surfaceview import surface_view

_DIALS: Final = "Tau and delta"
_PATIENT: Final = "One patient"


def page() -> None:
    """What is different: the dials, or a patient."""
    here = frame.here()
    if here is None:
        return
    if here.task is None:
        frame.next_step(
            "There is no run to ask this about yet.", state.START, "Start with a demo or your data"
        )
        return
    frame.about(here)
    if here.comparison is None:
        frame.next_step("Nothing is trained yet.", state.TRAIN, "Go to training", **here.address)
        return
    about = st.segmented_control(
        "What is different", (_DIALS, _PATIENT), default=_DIALS, key="asked", bind="query-params",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    with shown_errors():
        if about == _PATIENT:
            one_patient(here.comparison)
        else:
            tau_and_delta(here.comparison)


def one_patient(record: ComparisonRecord) -> None:
    """Another person's values in place of a patient's: asked of finished runs."""
    if any(run.test is not None for run in workbench().runs(record.id)):
        patient_part(record)
    else:
        st.markdown("Finished runs can be asked about one patient. None is finished yet.")


def tau_and_delta(record: ComparisonRecord) -> None:
    """The replay, what is trained again, the surface; or why there is none."""
    runs, _ = cache.history(record.id, workbench().progress(record.id).revision)
    known = replayable(runs)
    if known:
        what_if(record, runs, known)
        return
    waiting(record)


def waiting(record: ComparisonRecord) -> None:
    """Nothing to replay: either not yet, or these methods have no tau."""
    if record.state.active:
        st.markdown("The first steps of MultiFair or MultiFair+ can be replayed after their first epoch.")
        live(record.id, table=False)
        return
    frame.next_step(
        "Tau and delta are dials of MultiFair and MultiFair+, and none of these runs has recorded steps on "
        "which they act. Train one of these methods.",
        state.TRAIN,
        "Go to training",
        task=record.task_id,
    )


def what_if(record: ComparisonRecord, runs: Sequence[Run], known: Sequence[Run]) -> None:
    """Everything about one run's dials."""
    left, right = st.columns([2, 3], gap="medium", vertical_alignment="bottom")
    with left:
        base, seeds = choose_run(known), len({run.spec["seed"] for run in runs})
    told = facts(method_entry(base.spec["method"]))
    with right:
        st.caption("" if told is None else told.meaning)
    beside = whatifcache.points_beside(base, record.task_id)
    replay_view(base, record.task_id, lambda point: retrain.point_button(base, point, seeds, record.task_id))
    st.header("Trained again", anchor=False)
    left, right = st.columns([2, 5], gap="medium")
    with left, shown_errors():
        retrain.grid_form(base, seeds, record.task_id)
    with right, shown_errors():
        live(record.id, front_of(base, beside), table=False)
    with shown_errors():
        surface_view(base, beside, workbench().task_spec(record.task_id), record.task_id, seeds)


frame.show(state.WHAT_IF, "What if tau, delta or a patient were different?", page)
