"""What is seen of a sweep: its runs on their way, what the dials did, and that in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.reports.run import Run
from fairviz.training.runs import RunSpec
from fairviz.ui import cache, live, series, words
from fairviz.ui.bench import workbench
from fairviz.ui.drawn import draw
from fairviz.ui.series import Axes, Split
from fairviz.ui.sweepseries import Cut, Swept, swept
from fairviz.workbench import Progress

_MOST_DRAWN: Final = 2


def planned_in_words(task_id: str, specs: Sequence[RunSpec]) -> str:
    """How many runs and packs, and about how long, where an earlier training tells."""
    bench = workbench()
    many = f"{words.counted(len(specs), 'run')} in {words.counted(bench.packs(task_id, specs), 'pack')}"
    seconds = cache.expected_seconds(task_id, specs)
    if seconds is None:
        return f"{many}."
    return f"{many}, about {words.duration(seconds)} at the speed of an earlier training."


def charts(comparison_id: str, progress: Progress, runs: Sequence[Run], spec: TaskSpec, first: int) -> Axes:
    """The front of all runs, and as soon as some are finished what the dials did; that first at the end."""
    found = swept(runs)
    left, middle, right = st.columns(3)
    axes = live.choose_gap(spec, first, left, middle, _usual_gap(found))
    with right:
        split = _choose_split()
    above, below = st.container(), st.container()
    if not any(run.state.active for run in runs):
        above, below = below, above
    with above:
        front = cache.newest(cache.training_front, comparison_id, progress, axes)
        draw(front, key=f"sweep-front-{comparison_id}-{axes.key}", revision=front.mark)
    with below:
        if found is not None and any(run.test is not None for run in found.runs):
            _dials(comparison_id, progress.revision, found, axes, split)
    return axes


def _usual_gap(found: Swept | None) -> str:
    """The gap that a dial is about: tau is compared with a gap of AUCs."""
    is_tau = found is not None and any(dial.name == "tau" for dial in found.dials)
    return "auc_gap" if is_tau else live.DEFAULT_GAP


def _choose_split() -> Split:
    chosen = st.segmented_control(
        "Data of the dials", series.SPLITS[::-1], default="validation", format_func=str.capitalize,
        key="dials-split", bind="query-params", required=True,
        help="Choose a value on validation rows; test rows then tell what the choice is worth.",
    )  # fmt: skip
    return chosen or "validation"


def _dials(comparison_id: str, revision: int, found: Swept, axes: Axes, split: Split) -> None:
    """The chart of the dials, and what it shows in words."""
    cut = _choose_cut(found)
    seen = cache.dials(comparison_id, revision, cut, axes, split)
    key = f"dials-{comparison_id}-{axes.key}-{'-'.join(cut.across)}"
    draw(seen.drawing, key=key, revision=f"{revision} {split} {cut.at}")
    st.markdown(" ".join(seen.sentences))
    st.caption(
        "A change counts where the 95 % t interval over paired seeds leaves out 0, a difference between "
        "points where an F test over points and seeds finds one. The best of many points flatters itself: "
        "train it on other seeds before believing it."
    )


def _choose_cut(found: Swept) -> Cut:
    """Which two of several dials are drawn, and at which values of the others."""
    names = [dial.name for dial in found.dials]
    if len(names) <= _MOST_DRAWN:
        return Cut(tuple(names))
    columns = st.columns(len(names))
    with columns[0]:
        first = st.selectbox("Across", names, 0, key="across", bind="query-params", filter_mode=None)
    with columns[1]:
        rest = [name for name in names if name != first]
        second = st.selectbox("Upwards", rest, 0, key="upwards", bind="query-params", filter_mode=None)
    others = [name for name in rest if name != second]
    at = []
    for column, name in zip(columns[2:], others, strict=True):
        with column:
            values = found.dial(name).values
            at.append((name, st.selectbox(name, values, 0, key=f"at.{name}", bind="query-params")))
    return Cut((first, second), tuple(at))
