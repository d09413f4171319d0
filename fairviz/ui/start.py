"""The parts of the start page: demos, recent work, sample cards."""

from __future__ import annotations

import re
from typing import Final

import streamlit as st

from fairviz.data.samples import Sample, sample, samples
from fairviz.store.records import ComparisonRecord, State, TaskRecord
from fairviz.ui import state, words
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors
from fairviz.ui.trainform import DEFAULT_METHODS

_REAL: Final = "support2"
_PLANTED: Final = "sud"
_DEMO_SEEDS: Final = 3
_RECENT: Final = 6
_REFRESH_SECONDS: Final = 2.0


def demos() -> None:
    """One click from here to training."""
    st.header("See it on data that come with FairViz", anchor=False)
    _demo(_REAL, "Start the SUPPORT2 comparison", primary=True)
    _demo(_PLANTED, "Start the comparison with a known gap", primary=False)
    st.caption(
        "Baseline, FairGrad and MultiFair, each trained three times from other random starts: 9 "
        "runs, about a minute on a laptop."
    )


def recent() -> None:
    """Tasks to go on with, and what is running in them."""
    st.header("Go on with", anchor=False)
    running = any(record.state.active for record in workbench().store.comparisons())
    with st.container(key="recent"):
        st.fragment(_recent_tasks, run_every=_REFRESH_SECONDS if running else None)()


@shown_errors()
def _recent_tasks() -> None:
    store = workbench().store
    tasks = store.tasks()
    if not tasks:
        st.caption("Your tasks will be listed here.")
        return
    newest: dict[str, ComparisonRecord] = {}
    for comparison in store.comparisons():
        newest.setdefault(comparison.task_id, comparison)
    for task in tasks[:_RECENT]:
        _recent(task, newest.get(task.id))


def sample_cards() -> None:
    """Every sample with its card, to read and to open."""
    st.header("Samples", anchor=False)
    with st.container(gap="xsmall"):
        for entry in samples():
            _sample_card(entry)


def _sample_card(entry: Sample) -> None:
    kind = "real" if entry.real else "synthetic"
    known = ", known gap" if entry.gap_known else ""
    with st.expander(f"{entry.title} ({kind}{known})"):
        st.markdown(entry.summary)
        if st.button("Open its task", key=f"open-{entry.name}"):
            with shown_errors():
                state.go(state.DATA, task=workbench().add_sample(entry.name).id)
        st.markdown(_card(entry))


def _demo(name: str, label: str, *, primary: bool) -> None:
    chosen = sample(name)
    with st.container(key=f"demo-{name}", gap="xsmall"):
        if st.button(label, type="primary" if primary else "secondary", key=f"start-{name}"):
            with shown_errors(), st.spinner("Reading the data ..."):
                _start(name)
        st.caption(chosen.summary)


def _start(name: str) -> None:
    bench = workbench()
    task = bench.add_sample(name)
    comparison = bench.train(task.id, DEFAULT_METHODS, seeds=_DEMO_SEEDS)
    state.go(state.TRAIN, task=task.id, comparison=comparison)


def _recent(task: TaskRecord, comparison: ComparisonRecord | None) -> None:
    """A link to the results of a task, or to its training where there are none yet."""
    ids = {"task": task.id} | ({"comparison": comparison.id} if comparison else {})
    with st.container(gap=None):
        page = state.TRADE_OFFS if comparison and comparison.state is State.FINISHED else state.TRAIN
        st.page_link(page, label=words.plain(task.name), query_params=ids)
        st.caption(_recent_in_words(comparison))


def _recent_in_words(comparison: ComparisonRecord | None) -> str:
    if comparison is None:
        return "nothing trained yet"
    runs = words.counted(workbench().store.count_runs(comparison.id), "run")
    if comparison.state.active:
        return f"{runs} {comparison.state}, {words.percent(comparison.progress)}"
    return f"{runs} {comparison.state}, {words.moment(comparison.created)}"


def _card(entry: Sample) -> str:
    """A card's text without its title, its headings small. Cards are our own text, not a person's."""
    text = entry.card_path.read_text(encoding="utf-8")
    return re.sub(r"^#+ ", "### ", re.sub(r"\A# .*\n", "", text), flags=re.MULTILINE)
