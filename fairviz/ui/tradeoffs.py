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
from fairviz.evaluation.thresholds import ThresholdRule
from fairviz.figures.spreadsheet import csv_text
from fairviz.metrics.catalogue import CATALOGUE
from fairviz.reports.run import Run
from fairviz.reports.summary import DISCLAIMER
from fairviz.store.records import ComparisonRecord
from fairviz.ui import cache, findings, series, words
from fairviz.ui.bench import workbench
from fairviz.ui.drawn import draw
from fairviz.ui.findings import Proof, Result
from fairviz.ui.series import Axes, Split
from fairviz.ui.threshold import choose_threshold

_DEFAULT_GAP: Final = "equalized_odds_difference"
_ONLY_IF_ANY: Final = (
    "auc_change_low", "auc_change_high", "auc_change_p_holm", "gap_changed", "ranked_worse", "on_front",
    "collapse",
)  # fmt: skip
_LIMIT: Final = "{} 95% limit, rows and seeds both counted"
_OF_PATIENTS: Final = (
    "**Changes** are of the same patients and seeds. p-values are two-sided for the AUC of all patients, "
    "corrected for the number of configurations, and one-sided within groups, corrected for the number of "
    "groups (Holm). With one seed they speak of these models, with several of the methods. A gap has changed "
    "where drawing patients and seeds again leaves it on one side of 0 in 95 of 100; that is not a "
    "confidence interval."
)
_OF_SEEDS: Final = (
    "**Changes** compare training seeds on one split of the patients: 'no change beyond what seeds make' "
    "means that a 95 % t interval over the seeds holds 0. Validation data have chosen epochs "
    "and thresholds: noise floors, limits of gaps and tests are of test data alone."
)
# More configurations than this are worked out when somebody asks for it: half a second to two for each.
_MOST_AT_ONCE: Final = 24


@dataclass(frozen=True)
class View:
    """What the page shows of a comparison.

    Attributes:
        axes: of the chart.
        split: whose rows.
        join_seeds: whether seeds are shown as one.
        threshold: the rule that decisions follow.
        public: whether the data are declared synthetic or public.
    """

    axes: Axes
    split: Split
    join_seeds: bool
    threshold: ThresholdRule
    public: bool


def choose_view(spec: TaskSpec, report: FairnessReport) -> View:
    """Selectors for both axes, the groups, the threshold, the split and the seeds; kept in the address.

    Args:
        spec: the task.
        report: of one run: the first groups it can compare are shown first.
    """
    columns = st.columns([4, 5, 3, 3, 3, 2], vertical_alignment="bottom")
    with columns[0]:
        performance = _metric("Performance", series.PERFORMANCES, "performance", "auc")
    with columns[1]:
        gap = _metric("Gap between groups", series.GAPS, "gap", _DEFAULT_GAP)
    with columns[2]:
        groups = [*spec.sensitive, *report.intersections]
        attribute = st.selectbox(
            "Groups of",
            groups,
            series.first_comparable(report, groups, _DEFAULT_GAP),
            key="attribute",
            bind="query-params",
            filter_mode=None,
        )
    with columns[3]:
        threshold = choose_threshold()
    with columns[4]:
        split = st.segmented_control(
            "Data", series.SPLITS, default="test", format_func=str.capitalize,
            key="split", bind="query-params", required=True,
        )  # fmt: skip
    with columns[5]:
        joined = st.toggle("Join seeds", True, key="joined", bind="query-params")
    axes = Axes(performance, gap, attribute or spec.sensitive[0])
    return View(axes, split or "test", joined, threshold, spec.public)


def chart(record: ComparisonRecord, view: View) -> None:
    """The front of all finished runs."""
    rule = str(view.threshold)
    drawing = cache.result_front(
        record.id, record.revision, view.axes, view.split, rule, join_seeds=view.join_seeds
    )
    draw(
        drawing,
        key=f"front-{record.id}-{view.axes.key}",
        revision=f"{record.revision} {view.split} {view.join_seeds} {rule}",
    )


def prove(record: ComparisonRecord, runs: Sequence[Run], view: View) -> Proof:
    """What chance can make of the differences on test rows; nothing where other rows are shown."""
    labels = {run.label for run in runs if run.test is not None}
    if view.split != "test":
        return Proof()
    if len(labels) > _MOST_AT_ONCE and not st.toggle(
        f"Test all {len(labels)} configurations against the baseline", key="prove", help="Takes a while."
    ):
        return Proof()
    axes, bench = view.axes, workbench()
    with st.spinner("Drawing patients again and again ..."):
        evidence = bench.evidence(record.id, threshold=view.threshold)
        if axes.attribute not in runs_attributes(runs):
            return Proof(evidence)
        on_front = bench.front_frequency(record.id, *axes.names, threshold=view.threshold)
        return Proof(evidence, on_front)


def runs_attributes(runs: Sequence[Run]) -> list[str]:
    """Sensitive attributes, without intersections."""
    report = next(run.test for run in runs if run.test is not None)
    return list(report.attributes)


def in_words(found: Sequence[Result], view: View) -> None:
    """What each configuration shows, in sentences."""
    st.header("In words", anchor=False)
    for result in found:
        lines = findings.sentences(result, view.axes)
        st.markdown(f"**{words.plain(result.label)}**  \n" + " ".join(lines))


def reading(found: Sequence[Result], view: View) -> None:
    """What the two metrics mean, where decisions turn, and how changes are tested; folded away."""
    with st.expander("How to read this"):
        for name in (view.axes.performance, view.axes.gap):
            metric = CATALOGUE[name]
            st.markdown(
                f"**{words.plain(series.short(name))}**: {words.plain(_inside(metric.label))}; "
                f"{words.plain(metric.formula)}; {findings.better(name)}."
            )
        st.markdown(f"**Flagged**: {findings.flagged_from(found, view.threshold, public=view.public)}")
        st.markdown(_OF_PATIENTS if view.split == "test" else _OF_SEEDS)


def results_table(found: Sequence[Result], view: View) -> pd.DataFrame:
    """Draw the table of configurations; returns it for the download."""
    table = pd.DataFrame([findings.result_row(result, view.axes) for result in found])
    columns = _result_columns(view.axes, [result.label for result in found])
    told = [
        name for name in columns if name in table and not (name in _ONLY_IF_ANY and table[name].isna().all())
    ]
    st.dataframe(
        as_shown(table[told]),
        hide_index=True,
        column_config=columns,
        key="results",
        placeholder="-",
    )
    return table


def as_shown(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers as they are shown: what rounds to 0.000 has no minus."""
    numbers = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].mask(table[name].between(-0.0005, 0), 0.0) for name in numbers})


def groups_table(found: Sequence[Result], view: View) -> None:
    """Draw one metric per group and configuration, with intervals."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        st.header(f"Group by group: {words.plain(view.axes.attribute)}", anchor=False)
    with right:
        metric = _metric("Metric", findings.GROUP_METRICS, "by_group", "auc")
    rows = findings.group_rows(found, view.axes.attribute, metric)
    columns: dict[str, Any] = {
        "group": st.column_config.TextColumn("Group"),
        "patients": st.column_config.TextColumn(
            "Patients" if found[0].joined.first.clusters is None else "Rows", width="small"
        ),
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, key="groups")
    changes = findings.change_rows(found, view.axes.attribute)
    if changes:
        st.caption("Change of the AUC in each group against the baseline, with 95 % limits:")
        st.dataframe(pd.DataFrame(changes), hide_index=True, column_config=columns, key="changes")


def modalities_table(found: Sequence[Result]) -> None:
    """Draw what each modality tells by itself, where runs have encoders to tell apart."""
    rows = findings.modality_rows(found)
    if not rows:
        return
    st.header("Modality by modality", anchor=False)
    st.caption(
        "AUC of a logistic regression on what each modality's trained encoder makes of it, on the test rows "
        "that have the modality."
    )
    columns = {"modality": st.column_config.TextColumn("Modality")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, key="modalities")


def downloads(comparison_id: str, table: pd.DataFrame, view: View) -> None:
    """The table as CSV, everything as JSON."""
    said = table.assign(attribute=view.axes.attribute, data=view.split, threshold=str(view.threshold))
    with st.container(horizontal=True):
        st.download_button(
            "Table as CSV",
            csv_text(said, DISCLAIMER),
            f"fairviz-{comparison_id}.csv",
            "text/csv",
            key="csv",
        )
        st.download_button(
            "Everything as JSON",
            lambda: json.dumps(workbench().report(comparison_id, threshold=view.threshold), indent=1),
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
        f"{axes.performance}_low": decimals("low", _LIMIT.format("Lower")),
        f"{axes.performance}_high": decimals("high", _LIMIT.format("Upper")),
        axes.gap: decimals(gap.name, f"Mean over seeds. {gap.formula}; {findings.better(axes.gap)}"),
        f"{axes.gap}_low": decimals("low ", _LIMIT.format("Lower")),
        f"{axes.gap}_high": decimals("high ", _LIMIT.format("Upper")),
        "floor": decimals(
            "Noise floor", "Chance alone exceeds this gap one time in twenty if groups were equal"
        ),
        "auc_change": decimals("AUC change", "Against the baseline of the same seeds"),
        "auc_change_low": decimals("low  ", _LIMIT.format("Lower")),
        "auc_change_high": decimals("high  ", _LIMIT.format("Upper")),
        "auc_change_p_holm": decimals("p", "Of the AUC change, corrected for the number of configurations"),
        "gap_change": decimals("Gap change", "Against the baseline of the same seeds"),
        "gap_lower_on": st.column_config.TextColumn("Gap lower on", help="Seeds on which the gap fell"),
        "gap_changed": st.column_config.TextColumn(
            "Beyond chance", help="Whether the gap's change is more than patients and seeds make by chance"
        ),
        "ranked_worse": st.column_config.TextColumn(
            "Ranked worse", help="Groups whose AUC is found to have fallen, corrected for their number"
        ),
        "on_front": st.column_config.NumberColumn(
            "On the front",
            format="percent",
            help="How often, when patients and seeds are drawn again, no other configuration is better",
        ),
        "collapse": st.column_config.TextColumn("Collapse", help=findings.COLLAPSE_MEANING),
    }
