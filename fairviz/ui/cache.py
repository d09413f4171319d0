"""Caches of the pages: keyed by id and revision, shared by all sessions, around plain functions.

Those of what methods did at their steps are in ``stepcache``, those of single groups in ``groupcache``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from fairviz.data.describe import ColumnProfile
from fairviz.data.grouping import suggest_cuts
from fairviz.data.specs import TaskNote, TaskSpec
from fairviz.data.suggest import suggest_positive
from fairviz.data.values import value_text
from fairviz.evaluation.report import FairnessReport
from fairviz.evaluation.thresholds import ThresholdRule
from fairviz.figures.group_auc import group_auc, group_auc_text
from fairviz.figures.plane import Plane
from fairviz.figures.rows import file_stem
from fairviz.figures.sweep import sweep_figure, sweep_text
from fairviz.figures.tradeoff import tradeoff, tradeoff_text
from fairviz.reports.run import Epoch, Run
from fairviz.store.records import State
from fairviz.training.runs import RunSpec
from fairviz.ui import groupcache, series
from fairviz.ui.bench import workbench
from fairviz.ui.history import History
from fairviz.ui.newest import Newest
from fairviz.ui.packed import pack
from fairviz.ui.series import Axes, Split
from fairviz.ui.sweepseries import Cut, cut_sweep, swept
from fairviz.ui.sweepwords import collapsed, sentences
from fairviz.workbench import Progress

_PREVIEW_ROWS = 8
_OFFERED_SECONDS = 30.0

T = TypeVar("T")


@dataclass(frozen=True)
class Drawing:
    """A figure packed to be sent: built once, whoever looks at it; without points only its text is told.

    Its name is that of the files that it is saved in; its mark differs where figure or text do.
    """

    figure: str
    text: str
    height: int
    name: str
    mark: str
    is_empty: bool = False


@dataclass(frozen=True)
class Dials:
    """What a sweep's dials did: drawn, and in sentences."""

    drawing: Drawing
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """What there is to know about a task before it is trained."""

    notes: tuple[TaskNote, ...]
    counts: pd.DataFrame


@dataclass(frozen=True)
class Proposal:
    """A proposed task, and why columns are left out of its inputs."""

    spec: TaskSpec
    reasons: dict[str, str]


@st.cache_data(max_entries=16, show_spinner="Reading the columns ...")
def profile(dataset_id: str) -> tuple[ColumnProfile, ...]:
    """Every column of a dataset in short."""
    return workbench().profile(dataset_id)


@st.cache_data(max_entries=16, show_spinner=False)
def read_as(dataset_id: str) -> str | None:
    """How a dataset was read, in words."""
    return workbench().read_as(dataset_id)


@st.cache_data(max_entries=16, show_spinner="Reading the first rows ...")
def preview(dataset_id: str) -> pd.DataFrame:
    """The first rows of a dataset, as text."""
    head = workbench().table(dataset_id).head(_PREVIEW_ROWS)
    return head.apply(lambda column: column.map(value_text)).astype(str)


@st.cache_data(max_entries=64, show_spinner="Looking at the columns ...")
def values(dataset_id: str, column: str) -> list[str]:
    """The values of a column as text, the first twenty of them in order of frequency."""
    counts = workbench().table(dataset_id, columns=[column])[column].value_counts()
    return [value_text(value) for value in counts.index[:20] if counts[value]]


@st.cache_data(max_entries=64, show_spinner="Looking at the columns ...")
def cuts(dataset_id: str, column: str) -> tuple[float, ...]:
    """Where bands of a number could begin."""
    return suggest_cuts(workbench().table(dataset_id)[column])


@st.cache_data(max_entries=64, show_spinner="Looking at the columns ...")
def positive(dataset_id: str, outcome: str) -> str | None:
    """Which of a column's two values most likely means "it happened"; None where there are not two."""
    return suggest_positive(workbench().table(dataset_id, columns=[outcome]), outcome)


@st.cache_data(max_entries=64, show_spinner="Looking at the columns ...")
def proposal(
    dataset_id: str, outcome: str | None, positive: str | None, sensitive: tuple[str, ...] | None
) -> Proposal:
    """A task with what is given, the rest proposed."""
    bench = workbench()
    spec = bench.propose_task(dataset_id, outcome=outcome, positive=positive, sensitive=sensitive)
    return Proposal(spec, bench.drop_reasons(spec))


@st.cache_data(max_entries=64, show_spinner="Looking at the columns ...")
def reasons(task_json: str) -> dict[str, str]:
    """Why columns are proposed not to be inputs of a task."""
    return workbench().drop_reasons(TaskSpec.from_json(task_json))


@st.cache_data(max_entries=64, show_spinner="Counting the rows of each group ...")
def checked(task_json: str) -> Checked:
    """Notes and group counts of a task that can be trained."""
    spec, bench = TaskSpec.from_json(task_json), workbench()
    return Checked(bench.check_task(spec), bench.group_counts(spec))


@st.cache_data(ttl=_OFFERED_SECONDS, show_spinner=False)
def offered() -> tuple[str, ...]:
    """Tables and folders that the server offers, looked up now and then: there may be many files to pass."""
    return workbench().offered()


@st.cache_resource(max_entries=8, show_spinner=False)
def _history(comparison_id: str) -> History:
    return History(workbench(), comparison_id)


def history(comparison_id: str, revision: int) -> tuple[list[Run], list[Epoch]]:
    """Runs and epochs of a comparison at a revision, or a newer one that somebody has seen; read only."""
    return _history(comparison_id).at(revision)


@st.cache_resource(max_entries=64, show_spinner=False)
def _newest(what: str, comparison_id: str, of: tuple[Any, ...]) -> Newest[Any]:  # noqa: ARG001  (key the cache)
    return Newest()


def newest(make: Callable[..., T], comparison_id: str, progress: Progress, *of: Any) -> T:
    """What is to be seen of a comparison now; while it trains, perhaps what was to be seen a moment ago.

    Args:
        make: makes it from the comparison's id, its revision and ``of``.
        comparison_id: of the comparison.
        progress: of the comparison.
        of: what else tells it from others.
    """
    held: Newest[T] = _newest(f"{make.__module__}.{make.__qualname__}", comparison_id, of)
    return held.at(
        progress.revision,
        lambda: make(comparison_id, progress.revision, *of),
        exactly=not progress.state.active,
    )


def glance(comparison_id: str, revision: int) -> tuple[list[Run], FairnessReport | None]:
    """The runs of a comparison, and the report after its first epoch if there is one."""
    runs, epochs = history(comparison_id, revision)
    return runs, epochs[0].validation if epochs else None


def training_front(comparison_id: str, revision: int, axes: Axes) -> Drawing:
    """All runs on validation rows, on their way."""
    runs, epochs = history(comparison_id, revision)
    plane = Plane(
        series.measure(axes.performance),
        series.measure(axes.gap),
        "validation",
        details=series.groups_used(epochs[0].validation, axes),
    )
    trails = series.trails(runs, epochs, axes)
    return drawing(
        tradeoff(trails, plane), tradeoff_text(trails, plane), is_empty=not series.drawable(trails)
    )


def group_lines(comparison_id: str, revision: int, attribute: str, labels: tuple[str, ...]) -> Drawing:
    """AUC per group by epoch, a panel per configuration of these labels."""
    runs, epochs = history(comparison_id, revision)
    curves = series.group_curves([run for run in runs if run.label in labels], epochs, attribute)
    figure = group_auc(curves, split="validation")
    return drawing(figure, group_auc_text(curves, split="validation"))


@st.cache_data(max_entries=32, show_spinner=False)
def dials(comparison_id: str, revision: int, cut: Cut, axes: Axes, split: Split) -> Dials:
    """What the dials of a sweep did in its finished runs."""
    runs, _ = history(comparison_id, revision)
    found = swept(runs)
    assert found is not None, "a page asks for the dials of sweeps only"
    sweep = cut_sweep(found, runs, cut, axes, split)
    said = (*sentences(sweep, axes.attribute), *collapsed(runs))
    return Dials(drawing(sweep_figure(sweep), sweep_text(sweep)), said)


def expected_seconds(task_id: str, specs: Sequence[RunSpec]) -> float | None:
    """About how long runs take at the speed of earlier trainings; None where that of one is not known."""
    done = [r.id for r in workbench().store.comparisons(task_id) if r.state is State.FINISHED]
    kinds = Counter((spec.method, spec.training.batch_size, spec.training.epochs) for spec in specs)
    total = 0.0
    for (method, batch_size, epochs), runs in kinds.items():
        speed = seconds_per_epoch(task_id, method, batch_size, tuple(done))
        if speed is None:
            return None
        total += runs * epochs * speed
    return total


@st.cache_data(max_entries=64, show_spinner=False)
def seconds_per_epoch(task_id: str, method: str, batch_size: int, finished: tuple[str, ...]) -> float | None:
    """How long an epoch of a run took, as far as the comparisons finished by now tell."""
    return workbench().seconds_per_epoch(task_id, method, batch_size) if finished else None


@st.cache_data(max_entries=32, show_spinner=False)
def result_front(
    comparison_id: str, revision: int, axes: Axes, split: Split, threshold: str, *, join_seeds: bool
) -> Drawing:
    """All finished runs at the epoch that validation chose, with decisions at a threshold chosen there."""
    runs = decided(comparison_id, revision, threshold)
    known = series.results(runs, split, axes)
    points = series.whole(known) if join_seeds else known
    report = next(report for _, report in series.reports(runs, split))
    plane = Plane(
        series.measure(axes.performance),
        series.measure(axes.gap),
        split,
        details=series.groups_used(report, axes),
        noise_floor=series.noise_floor(runs, split, axes),
        join_seeds=join_seeds,
    )
    intervals = series.joined_intervals(runs, split, axes) if join_seeds else None
    figure = tradeoff(points, plane, intervals=intervals)
    text = tradeoff_text(points, plane, intervals=intervals)
    return drawing(figure, text, is_empty=not series.drawable(points))


@st.cache_resource(max_entries=8, show_spinner="Deciding again at this threshold ...")
def decided(comparison_id: str, revision: int, threshold: str) -> list[Run]:  # noqa: ARG001  (keys the cache)
    """Runs of a comparison at a revision, with decisions at the threshold that a rule chooses; read only."""
    return workbench().runs(comparison_id, threshold=ThresholdRule.parse(threshold))


def drawing(figure: Any, text: str, *, is_empty: bool = False) -> Drawing:
    """A built figure, ready to be sent."""
    name, drawn = file_stem(figure.layout.title.text), figure.to_json()
    mark = hashlib.sha256(f"{drawn}{text}".encode()).hexdigest()[:16]
    return Drawing(pack(drawn), text, int(figure.layout.height), name, mark, is_empty)


def forget() -> None:
    """Drop every cached table and figure, after something was deleted."""
    st.cache_data.clear()
    _history.clear()
    _newest.clear()
    decided.clear()
    groupcache.forget()
