"""The parts of the trade-offs page: axes, chart, words, tables, downloads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.evaluation.report import FairnessReport
from fairviz.metrics.catalogue import CATALOGUE
from fairviz.reports.run import Run
from fairviz.store.records import ComparisonRecord
from fairviz.ui import cache, findings, series, words
from fairviz.ui.bench import workbench
from fairviz.ui.drawn import draw
from fairviz.ui.findings import Result
from fairviz.ui.series import Axes, Split

_DEFAULT_GAP: Final = "equalized_odds_difference"


@dataclass(frozen=True)
class View:
    """What the page shows of a comparison."""

    axes: Axes
    split: Split
    join_seeds: bool


def choose_view(spec: TaskSpec, report: FairnessReport) -> View:
    """Selectors for both axes, the attribute, the split and the seeds; kept in the address.

    Args:
        spec: the task.
        report: of one run: the first groups it can compare are shown first.
    """
    first, second, third, fourth, fifth = st.columns([4, 5, 3, 3, 2], vertical_alignment="bottom")
    with first:
        performance = _metric("Performance", series.PERFORMANCES, "performance", "auc")
    with second:
        gap = _metric("Gap between groups", series.GAPS, "gap", _DEFAULT_GAP)
    with third:
        attribute = st.selectbox(
            "Groups of",
            spec.sensitive,
            series.first_comparable(report, spec.sensitive, _DEFAULT_GAP),
            key="attribute",
            bind="query-params",
            filter_mode=None,
        )
    with fourth:
        split = st.segmented_control(
            "Data", series.SPLITS, default="test", format_func=str.capitalize,
            key="split", bind="query-params", required=True,
        )  # fmt: skip
    with fifth:
        joined = st.toggle("Join seeds", True, key="joined", bind="query-params")
    return View(Axes(performance, gap, attribute or spec.sensitive[0]), split or "test", joined)


def chart(record: ComparisonRecord, view: View) -> None:
    """The front of all finished runs."""
    drawing = cache.result_front(
        record.id, record.revision, view.axes, view.split, join_seeds=view.join_seeds
    )
    draw(
        drawing,
        key=f"front-{record.id}-{view.axes.key}",
        revision=f"{record.revision} {view.split} {view.join_seeds}",
    )


def in_words(found: Sequence[Result], axes: Axes) -> None:
    """What each configuration shows, in sentences."""
    st.subheader("In words", anchor=False)
    for result in found:
        lines = findings.sentences(result, axes)
        st.markdown(f"**{words.plain(result.label)}**  \n" + " ".join(lines))
    st.caption(
        "Changes compare training seeds on one split of the patients: 'no change beyond what seeds make' "
        "means that a 95 % t interval over the seeds holds 0. Other patients may answer differently."
    )


def definitions(axes: Axes) -> None:
    """What the two metrics mean and how they are computed."""
    for name in (axes.performance, axes.gap):
        metric = CATALOGUE[name]
        st.caption(
            f"**{words.plain(series.short(name))}**: {words.plain(_inside(metric.label))}; "
            f"{words.plain(metric.formula)}; {findings.better(name)}."
        )


def results_table(found: Sequence[Result], view: View) -> pd.DataFrame:
    """Draw the table of configurations; returns it for the download."""
    table = pd.DataFrame([findings.result_row(result, view.axes) for result in found])
    shown = table if any(result.collapse for result in found) else table.drop(columns="collapse")
    st.dataframe(
        shown,
        hide_index=True,
        column_config=_result_columns(view.axes, [result.label for result in found]),
        key="results",
        placeholder="-",
    )
    return table


def groups_table(found: Sequence[Result], view: View) -> None:
    """Draw one metric per group and configuration, with intervals."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        st.subheader(f"Group by group: {words.plain(view.axes.attribute)}", anchor=False)
    with right:
        metric = _metric("Metric", findings.GROUP_METRICS, "by_group", "auc")
    rows = findings.group_rows(found, view.axes.attribute, metric)
    columns: dict[str, Any] = {
        "group": st.column_config.TextColumn("Group"),
        "patients": st.column_config.TextColumn("Patients", width="small"),
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, key="groups")


def downloads(comparison_id: str, table: pd.DataFrame, view: View) -> None:
    """The table as CSV, everything as JSON."""
    said = table.assign(attribute=view.axes.attribute, data=view.split)
    with st.container(horizontal=True):
        st.download_button(
            "Table as CSV", said.to_csv(index=False), f"fairviz-{comparison_id}.csv", "text/csv", key="csv"
        )
        st.download_button(
            "Everything as JSON",
            lambda: json.dumps(workbench().report(comparison_id), indent=1),
            f"fairviz-{comparison_id}.json",
            "application/json",
            key="json",
        )


def unfinished(record: ComparisonRecord, runs: Sequence[Run]) -> str:
    """Why there is nothing, or not everything, to see yet; empty where all is there."""
    waiting = sum(run.test is None for run in runs)
    if not waiting:
        return ""
    many = words.counted(waiting, "run")
    if record.state.active:
        return f"{many} of {len(runs)} still in training; this page shows what is finished."
    return f"{many} of {len(runs)} {record.state}: not shown here."


def _metric(label: str, names: Sequence[str], key: str, default: str) -> str:
    chosen = st.selectbox(
        label, names, list(names).index(default), series.short,
        key=key, bind="query-params", help=_help(names), filter_mode=None,
    )  # fmt: skip
    return chosen or default


def _help(names: Sequence[str]) -> str:
    lines = (
        f"- **{series.short(name)}**: {words.plain(CATALOGUE[name].formula)}; {findings.better(name)}"
        for name in names
        if CATALOGUE[name].better
    )
    return "\n".join(lines)


def _inside(label: str) -> str:
    return label[:1].lower() + label[1:]


def _result_columns(axes: Axes, labels: Sequence[str]) -> dict[str, Any]:
    performance, gap = series.measure(axes.performance), series.measure(axes.gap)

    def decimals(label: str, meaning: str) -> Any:
        return st.column_config.NumberColumn(label, format="%.3f", help=meaning)

    return {
        "method": st.column_config.TextColumn("Method", width=words.column_pixels(labels)),
        "seeds": st.column_config.NumberColumn("Seeds", width="small"),
        axes.performance: decimals(performance.name, f"Mean over seeds. {performance.formula}"),
        f"{axes.performance}_low": decimals("low", "Lower 95% limit, rows and seeds both counted"),
        f"{axes.performance}_high": decimals("high", "Upper 95% limit, rows and seeds both counted"),
        axes.gap: decimals(gap.name, f"Mean over seeds. {gap.formula}; {findings.better(axes.gap)}"),
        "floor": decimals(
            "Noise floor", "Chance alone exceeds this gap one time in twenty if groups were equal"
        ),
        "auc_change": decimals("AUC change", "Against the baseline of the same seeds"),
        "gap_change": decimals("Gap change", "Against the baseline of the same seeds"),
        "gap_lower_on": st.column_config.TextColumn("Gap lower on", help="Seeds on which the gap fell"),
        "collapse": st.column_config.TextColumn("Collapse", help=findings.COLLAPSE_MEANING),
    }
