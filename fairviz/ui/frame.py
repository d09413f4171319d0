"""What every page shares: settings, navigation, what is running, the disclaimer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from fairviz.errors import NotFoundError
from fairviz.reports.summary import DISCLAIMER
from fairviz.store.records import ComparisonRecord, State
from fairviz.ui import pulse, state, words
from fairviz.ui.bench import workbench
from fairviz.ui.errors import show_error, shown_errors
from fairviz.ui.recipeview import readings
from fairviz.ui.state import Shown

_PAGES: Final = {
    state.START: "Start",
    state.DATA: "Data",
    state.TRAIN: "Train",
    state.SWEEP: "Sweep",
    state.WHAT_IF: "What-if",
    state.TRADE_OFFS: "Trade-offs",
    state.GROUPS: "Groups",
    state.MODULATION: "Modulation",
}
_REFRESH_SECONDS: Final = 2.0
_EACH_CLASS: Final = (
    "Every number is the mean over the classes of the outcome, each against all others: where a text or a "
    "formula says outcome, positive, found or missed, it speaks of one class at a time."
)

# Small print, a chosen button and a slider's number have 4.5:1 against their background (WCAG 2.2, 1.4.3).
_STYLE: Final = """<style>
[data-testid="stCaptionContainer"] { opacity: 0.75; }
button[data-variant="segmented_control"][aria-checked="true"][data-selected="true"] { color: inherit; }
[data-testid="stSlider"] [data-testid="stSliderThumbValue"][data-testid] { color: inherit; }
[data-testid="stMainBlockContainer"] { padding: 1.1rem 2rem 2rem; max-width: 1500px; }
[data-testid="stHeader"] { display: none; }
[data-testid="stMain"] { font-variant-numeric: tabular-nums; }
[data-testid="stHeadingWithActionElements"] h1 { padding: 0.2rem 0 0.1rem; }
[data-testid="stHeadingWithActionElements"] h2 { padding: 0.2rem 0 0.35rem; }
.st-key-frame { border-bottom: 1px solid rgba(131, 138, 150, 0.35); padding-bottom: 0.3rem; }
.st-key-frame [data-testid="stMarkdownContainer"], .st-key-frame p { margin: 0; }
.st-key-recent [data-testid="stCaptionContainer"] { padding-left: 0.5rem; }
.st-key-jobs [data-testid="stCaptionContainer"] { margin: 0; }
@media (max-width: 640px) {
  .st-key-watching > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"]
    > [data-testid="stColumn"]:last-child { order: -1; }
  [data-testid="stMainBlockContainer"] { padding: 0.8rem 1rem 2rem; }
}
</style>"""


def show(path: str, question: str, body: Callable[[], None]) -> None:
    """Draw the page at ``path``: its frame, the question it answers as heading, and its ``body``.

    Where the runs are an experiment of the papers', what it says stands under the heading. Errors are shown
    in words.
    """
    st.set_page_config(
        page_title=f"{_PAGES[path]} - FairViz", layout="wide", initial_sidebar_state="collapsed"
    )
    st.html(_STYLE)
    with shown_errors():
        _header()
        st.title(question, anchor=False)
        below = st.container(key="readings")
        body()
        # Last: what a page draws does not wait for what is worked out of test rows.
        with below:
            readings(path)
    st.caption(DISCLAIMER)


def here() -> Shown | None:
    """What the page is about, written into its address; None, told in words, if it is not kept here."""
    try:
        found = state.shown()
    except NotFoundError as error:
        show_error(error)
        if st.button("Show the newest runs", key="newest"):
            st.query_params.clear()
            st.rerun()
        return None
    state.keep_in_address(found)
    return found


def about(here: Shown) -> None:
    """Say which task and which runs the page shows, and offer others."""
    if here.task is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="about"):
        st.markdown(_task_in_words(here), width="stretch")
        _others(here)
    if workbench().task_spec(here.task.id).positive is None:
        st.caption(_EACH_CLASS)


def next_step(text: str, page_path: str, label: str, **ids: str) -> None:
    """An empty page: what to do next, as a button."""
    st.markdown(text)
    if st.button(label, type="primary", key="next"):
        state.go(page_path, **ids)


def _header() -> None:
    """The way to every page, about the same task and runs, and what is running."""
    with st.container(horizontal=True, vertical_alignment="center", key="frame", gap="small"):
        st.markdown("**FairViz**", width="content")
        ids = {name: st.query_params[name] for name in ("task", "comparison") if name in st.query_params}
        for path, label in _PAGES.items():
            st.page_link(path, label=label, query_params=ids)
        st.space("stretch")
        running = bool(pulse.active_now())
        with st.container(key="jobs", width="content"):
            st.fragment(_jobs, run_every=_REFRESH_SECONDS if running else None)(running)


@shown_errors()
def _jobs(was_running: bool) -> None:
    """What is running now, with the way there; one run of the whole page when it ends."""
    # A comparison may have begun since: that nothing runs is said only of now.
    active = pulse.lately_active() or pulse.active_now()
    if was_running and not active:
        st.rerun(scope="app")
    if not active:
        st.caption("Nothing is training", width="content")
        return
    first = min(active, key=lambda record: (record.state is not State.RUNNING, record.created))
    st.page_link(
        state.TRAIN,
        label=_job_in_words(first, len(active) - 1),
        query_params={"task": first.task_id, "comparison": first.id},
    )


def _job_in_words(record: ComparisonRecord, waiting: int) -> str:
    progress = pulse.progress(record.id)
    left = "" if progress.seconds_left is None else f", about {words.duration(progress.seconds_left)} left"
    more = f"; {waiting} waiting" if waiting else ""
    return f"Training {words.percent(progress.share)}{left}{more}"


def _task_in_words(here: Shown) -> str:
    assert here.task is not None
    spec = workbench().task_spec(here.task.id)
    compared = ", ".join(spec.sensitive)
    parts = [
        f"**{words.plain(spec.name)}**",
        f"predicts {words.plain(spec.outcome)}"
        + (", each value a class" if spec.positive is None else f" = {words.plain(spec.positive)}"),
        f"compared by {words.plain(compared)}",
    ]
    if spec.external is not None:
        parts.append("tested on another dataset")
    if spec.measured_alike == "no":
        parts.append("outcome not measured alike in all groups: a gap may lie in the measuring")
    if here.comparison is not None:
        runs = workbench().store.count_runs(here.comparison.id)
        parts.append(f"{words.counted(runs, 'run')} of {words.moment(here.comparison.created)}")
    return " · ".join(parts)


def _in_short(record: ComparisonRecord, task: str) -> str:
    """When a comparison was made, what it compares, how it ended: what tells it from others."""
    labels = "; ".join(workbench().store.labels(record.id))
    return f"{words.moment(record.created)} · {labels} · {task} · {record.state}"


def _others(here: Shown) -> None:
    """The comparisons that are kept, to look at another one."""
    store = workbench().store
    names = {task.id: task.name for task in store.tasks()}
    kept = {record.id: record for record in store.comparisons()}
    if len(kept) < 2 and (here.comparison is not None or not kept):
        return
    chosen = st.selectbox(
        "Other runs",
        [record_id for record_id in kept if here.comparison is None or record_id != here.comparison.id],
        index=None,
        placeholder="Show other runs",
        label_visibility="collapsed",
        format_func=lambda i: _in_short(kept[i], names[kept[i].task_id]),
        key=f"others-{here.comparison.id if here.comparison else ''}",
        width=420,
    )
    if chosen is not None:
        st.query_params.from_dict({"task": kept[chosen].task_id, "comparison": chosen})
        st.rerun()
