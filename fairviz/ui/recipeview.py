"""Recipes on pages: one click each on the Train page, and what they say under the heading of their page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.errors import NotFoundError, SettingError
from fairviz.recipes import RECIPES, SOURCES, Place, Recipe, recipes_of
from fairviz.reports.run import Run
from fairviz.store.records import ComparisonRecord
from fairviz.training.runs import RunSpec
from fairviz.ui import cache, findings, state, stepcache, words
from fairviz.ui.bench import workbench
from fairviz.ui.errors import shown_errors
from fairviz.ui.findings import Proof
from fairviz.ui.recipeended import Ended, Told
from fairviz.ui.recipewords import READERS, is_whole, still_to_come
from fairviz.ui.series import Axes, first_comparable, short
from fairviz.ui.trainform import TrainingChoice
from models.specs import TrainingSpec

_PAGES: Final = {
    "train": state.TRAIN,
    "sweep": state.SWEEP,
    "what_if": state.WHAT_IF,
    "trade_offs": state.TRADE_OFFS,
    "groups": state.GROUPS,
    "modulation": state.MODULATION,
}


def offered(task_id: str, choice: TrainingChoice) -> None:
    """Every recipe with what it trains and a button; a press shows its runs.

    Args:
        task_id: what they are trained on.
        choice: seeds and settings of all runs; the methods are the recipe's.
    """
    task, seeds = workbench().task_spec(task_id), choice.seeds
    with st.expander("Recipes: the papers' experiments"):
        try:
            training = choice.shared()
        except SettingError as error:
            st.caption(f"Not with these settings: {words.plain(str(error))}")
            return
        st.caption(f"With the seeds and settings above. Each ends in what it says. {SOURCES}")
        for recipe in RECIPES:
            with st.container(gap="xsmall", key=f"recipe-{recipe.name}"):
                _offer(recipe, task_id, task, seeds, training)


def _offer(recipe: Recipe, task_id: str, task: TaskSpec, seeds: int, training: TrainingSpec) -> None:
    st.markdown(f"**{recipe.title}**")
    st.caption(recipe.what)
    if lacking := recipe.lacks(task):
        st.caption(f"Needs {lacking}.")
        st.page_link(state.DATA, label="Change the task on the Data page", query_params={"task": task_id})
        return
    runs = recipe.runs(seeds, training, task)
    what = words.counted(len(runs), "run")
    if st.button(f"Train {what}{_time(task_id, runs)}", key=f"train-{recipe.name}", width="stretch"):
        st.query_params["comparison"] = workbench().train_runs(task_id, runs)
        st.rerun()


def _time(task_id: str, runs: Sequence[RunSpec]) -> str:
    seconds = cache.expected_seconds(task_id, runs)
    return "" if seconds is None else f", about {words.duration(seconds)}"


def readings(path: str) -> None:
    """What the comparison of the address says as the experiment that it is; nothing where it is none.

    On the Train page every recipe is read, elsewhere those that end there.

    Args:
        path: of the page.
    """
    if path not in _PAGES.values():
        return
    try:
        record = state.shown().comparison
    except NotFoundError:  # the page itself says so
        return
    if record is None:
        return
    task = workbench().task_spec(record.task_id)
    runs, _ = cache.history(record.id, record.revision)
    found = _names(record.id)
    for recipe in (own for own in RECIPES if own.name in found):
        if path in (state.TRAIN, _PAGES[recipe.ends.page]):
            with shown_errors():
                _reading(recipe, record, task, runs, path)


@st.cache_data(max_entries=256, show_spinner=False)
def _names(comparison_id: str) -> list[str]:
    """Which recipes a comparison is: its runs are what they are."""
    specs = workbench().run_specs(comparison_id)
    task = workbench().task_spec(workbench().store.comparison(comparison_id).task_id)
    return [recipe.name for recipe in recipes_of(specs, task)]


def _reading(
    recipe: Recipe, record: ComparisonRecord, task: TaskSpec, runs: Sequence[Run], path: str
) -> None:
    """One recipe: what was asked, what came out, what the paper says, where to look next."""
    with st.expander(f"What this experiment says: {recipe.title}", expanded=True):
        st.caption(f"{recipe.what} {recipe.reported}")
        if not is_whole(runs):
            st.markdown(still_to_come(recipe, runs))
            return
        attribute = _attribute(task, runs)
        with st.spinner("Reading the experiment ..."):
            told = _told(record.id, record.revision, recipe.name, attribute)
        _draw(told, recipe)
        with st.container(horizontal=True):
            for place in (recipe.ends, recipe.further):
                if _PAGES[place.page] != path:
                    _link(place, record, attribute)


def _draw(told: Told, recipe: Recipe) -> None:
    """The answer first, then what it rests on; a table beside the sentences, so that both are seen."""
    lead, *rest = told.sentences
    said = st.container()
    if told.rows:
        said, beside = st.columns([5, 6], gap="medium")
        with beside:
            st.dataframe(pd.DataFrame(told.rows), hide_index=True, key=f"told-{recipe.name}")
    with said:
        st.markdown(lead)
        if rest:
            st.markdown("  \n".join(rest))


def _link(place: Place, record: ComparisonRecord, attribute: str) -> None:
    """The way to where it is looked at, about the same groups."""
    ids = {"task": record.task_id, "comparison": record.id, "attribute": attribute}
    # An address names what a selector shows.
    shown = {name: short(value) if name == "gap" else value for name, value in place.address.items()}
    st.page_link(_PAGES[place.page], label=place.label, query_params=ids | shown)


def _attribute(task: TaskSpec, runs: Sequence[Run]) -> str:
    """The attribute of the address, else the first whose groups can be compared."""
    chosen = st.query_params.get("attribute")
    if chosen in task.sensitive:
        return str(chosen)
    report = next(run.test for run in runs if run.test is not None)
    return task.sensitive[first_comparable(report, task.sensitive, "auc_gap")]


@st.cache_data(max_entries=64, show_spinner=False)
def _told(comparison_id: str, revision: int, name: str, attribute: str) -> Told:
    """What a recipe's finished runs say of the groups of one attribute."""
    bench, reader = workbench(), READERS[name]
    runs, _ = cache.history(comparison_id, revision)
    proof = Proof(bench.evidence(comparison_id)) if reader.tested else Proof()
    ended = Ended(
        runs,
        findings.results(runs, "test", proof),
        Axes("auc", reader.gap, attribute),
        bench.task_spec(bench.store.comparison(comparison_id).task_id),
        {
            label: stepcache.recorded(comparison_id, revision, ids)
            for label, ids in _stepping(runs, reader.steps_of).items()
        },
    )
    return reader.read(ended)


def _stepping(runs: Sequence[Run], methods: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """By configuration of these methods, its runs."""
    found: dict[str, tuple[int, ...]] = {}
    for run in runs:
        if run.spec["method"] in methods and run.test is not None:
            found[run.label] = (*found.get(run.label, ()), run.id)
    return found
