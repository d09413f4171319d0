"""The parts of the modulation page: whose steps, and what they show, again and again while it trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from fairviz.reports.run import Run
from fairviz.store.records import ComparisonRecord
from fairviz.ui import cache, frame, modulationseries, pulse, state, stepcache, words
from fairviz.ui.bench import workbench
from fairviz.ui.drawn import draw
from fairviz.ui.errors import shown_errors
from fairviz.ui.facts import facts
from fairviz.ui.modulationseries import ALL_SEEDS
from fairviz.ui.modulationwords import nothing_to_show
from fairviz.ui.stepcache import ShownPart
from models.specs import METHODS

_REFRESH_SECONDS: Final = 1.0
_TAU_STANDS_IN: Final = ("gate", "controller")


@dataclass(frozen=True)
class View:
    """Whose steps the page shows."""

    record: ComparisonRecord
    label: str
    runs: tuple[Run, ...]


def choose_view(record: ComparisonRecord, runs: Sequence[Run]) -> View:
    """Selectors of the configuration and of its seed, or all of them; kept in the address."""
    left, right, _ = st.columns([5, 2, 5])
    with left:
        usual = modulationseries.usual_label(runs)
        labels = modulationseries.labels(runs)
        label = st.selectbox(
            "Method and settings", labels, usual, key="configuration", bind="query-params", filter_mode=None
        )
    own = [run for run in runs if run.label == (label or labels[usual])]
    seeds = [str(run.spec["seed"]) for run in own]
    with right:
        seed = st.selectbox(
            "Seed", [*seeds, *([ALL_SEEDS] if len(seeds) > 1 else [])], 0, key="seed", bind="query-params",
            filter_mode=None,
            help="All seeds: the mean over seeds, with their range behind it.",
        )  # fmt: skip
    chosen = own if seed == ALL_SEEDS else [run for run in own if str(run.spec["seed"]) == seed]
    return View(record, own[0].label, tuple(chosen or own[:1]))


def about(view: View) -> None:
    """What the method does, for whoever has never heard of it, and the way to what other dials would do."""
    entry = METHODS[view.runs[0].spec["method"]]
    known = facts(entry)
    st.caption(entry.summary if known is None else f"{entry.summary} {known.meaning}")
    if known is not None:
        ids = {"task": view.record.task_id, "comparison": view.record.id}
        frame.link(state.WHAT_IF, "Would another tau have mattered?", **ids)


def steps(view: View) -> None:
    """Draw what the method did; while the comparison trains, again and again."""
    running = workbench().progress(view.record.id).state.active
    every = _REFRESH_SECONDS if running else None
    st.fragment(_steps, run_every=every)(view, running)


@shown_errors()
def _steps(view: View, was_running: bool) -> None:
    progress = pulse.progress(view.record.id) if was_running else workbench().progress(view.record.id)
    if was_running and not progress.state.active:
        st.rerun(scope="app")
    runs, _ = cache.history(view.record.id, progress.revision)
    begun = tuple(run.id for run in runs if run.epoch and run.id in {own.id for own in view.runs})
    entry = METHODS[view.runs[0].spec["method"]]
    if not begun:
        waiting = "after its first epoch" if progress.state.active else "only of runs that finished an epoch"
        st.markdown(f"The steps of {words.plain(view.label)} are shown {waiting}.")
        return
    shown = stepcache.steps(view.record.id, progress.revision, begun)
    for sentence in shown.withheld:
        st.caption(sentence)
    if not shown.parts:
        address = {"task": view.record.task_id, "comparison": view.record.id}
        frame.next_step(nothing_to_show(entry), state.TRAIN, "Train other methods", **address)
    for part in shown.parts:
        _part(part, view, progress.revision)
        known = facts(entry) if part.key in _TAU_STANDS_IN else None
        if known is not None:
            with st.expander(known.title):
                st.caption(known.text)


def _part(part: ShownPart, view: View, revision: int) -> None:
    """A chart, and beside it what it shows."""
    seeds = "-".join(str(run.id) for run in view.runs)
    left, right = st.columns([5, 2], gap="medium")
    with left:
        draw(part.drawing, key=f"steps-{part.key}-{seeds}", revision=f"{revision} {seeds}")
    with right:
        for sentence in part.sentences:
            st.markdown(sentence)
