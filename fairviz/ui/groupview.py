"""The parts of the groups page: selectors, rates, changes, curves, intersections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.evaluation.report import FairnessReport
from fairviz.evaluation.thresholds import ThresholdRule
from fairviz.figures.calibration import calibration, calibration_text
from fairviz.figures.crossed import crossed, crossed_text
from fairviz.figures.forest import forest, forest_text
from fairviz.figures.group_series import Forest
from fairviz.figures.roc import roc, roc_text
from fairviz.reports.evidence import Evidence, Unavailable
from fairviz.reports.group_curves import FEWEST_IN_BIN
from fairviz.reports.run import Run
from fairviz.store.records import ComparisonRecord
from fairviz.suppression import SUPPRESSED
from fairviz.ui import cache, curveseries, findings, groupseries, words
from fairviz.ui.cache import Drawing, drawing
from fairviz.ui.drawn import draw
from fairviz.ui.evidencewords import who_loses
from fairviz.ui.findings import Result
from fairviz.ui.groupchanges import changes_forest
from fairviz.ui.groupseries import RATES, GroupNumber
from fairviz.ui.series import first_comparable
from fairviz.ui.threshold import choose_threshold

_USUAL: Final = 4
# A row of marks for each: more are no longer told apart.
_MOST: Final = 8


@dataclass(frozen=True)
class View:
    """What the page shows of a comparison."""

    record: ComparisonRecord
    attribute: str
    threshold: ThresholdRule
    labels: tuple[str, ...]
    seed: int
    numbers: dict[str, GroupNumber]

    @property
    def rates(self) -> list[GroupNumber]:
        """What decisions do to the groups."""
        return [self.numbers[name] for name in RATES]

    @property
    def revision(self) -> str:
        """Of everything drawn here."""
        return f"{self.record.revision} {self.attribute} {self.threshold} {self.labels} {self.seed}"


def choose_view(record: ComparisonRecord, spec: TaskSpec, runs: Sequence[Run]) -> View:
    """Selectors of groups, threshold, configurations and the seed of curves; kept in the address."""
    finished = [run for run in runs if run.test is not None]
    report = next(run.test for run in finished if run.test is not None)
    left, middle, right, last = st.columns([3, 3, 6, 2], vertical_alignment="bottom")
    with left:
        attribute = _attribute(spec, report)
    with middle:
        threshold = choose_threshold()
    with right:
        labels = _labels(list(dict.fromkeys(run.label for run in finished)))
    with last:
        seeds = sorted({run.spec["seed"] for run in finished if run.label in labels})
        seed = st.selectbox(
            "Curves of seed", seeds, 0, key="seed", bind="query-params", filter_mode=None,
            help="ROC curves and calibration are of one run each; all other numbers join the seeds.",
        )  # fmt: skip
    return View(record, attribute, threshold, labels, seed or 0, groupseries.numbers(spec))


def _attribute(spec: TaskSpec, report: FairnessReport) -> str:
    groups = [*spec.sensitive, *report.intersections]
    first = first_comparable(report, groups, "auc_gap")
    chosen = st.selectbox("Groups of", groups, first, key="attribute", bind="query-params", filter_mode=None)
    return chosen or groups[0]


def _labels(labels: Sequence[str]) -> tuple[str, ...]:
    chosen = st.multiselect(
        "Methods", labels, labels[:_USUAL], key="methods", bind="query-params", max_selections=_MOST
    )
    return tuple(label for label in labels if label in chosen) or (labels[0],)


def rates(found: Sequence[Result], view: View) -> None:
    """Missed cases, false alarms and flagged patients of each group, drawn."""
    shown = groupseries.rates_forest(found, view.attribute, view.rates)
    _draw_forest(shown, "rates", view)


def rates_in_words(found: Sequence[Result], view: View) -> None:
    """Who is missed, in a sentence per configuration."""
    st.header("In words", anchor=False)
    for result in found:
        line = groupseries.rate_sentence(result, view.attribute, view.numbers["missed"])
        st.markdown(f"**{words.plain(result.label)}**  \n{line}")
    st.caption(f"Flagged {findings.flagged_from(found)}")


def rates_table(found: Sequence[Result], view: View) -> None:
    """The same numbers, and how many patients they rest on."""
    rows = groupseries.rate_rows(found, view.attribute, [*view.rates, view.numbers["auc"]])
    columns: dict[str, Any] = {
        "group": st.column_config.TextColumn("Group"),
        "method": st.column_config.TextColumn("Method", width=words.column_pixels(r.label for r in found)),
        "patients": st.column_config.TextColumn("Patients", width="small", help="On test data"),
        "with": st.column_config.TextColumn("With the outcome"),
        **{n.title: st.column_config.TextColumn(n.title, help=n.formula) for n in view.rates},
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, key="rates-table")


def changes(found: Sequence[Result], view: View) -> None:
    """How each group fares against the baseline: drawn, and who loses in words."""
    st.header("Against the baseline", anchor=False)
    shown = changes_forest(found, view.attribute)
    if shown is None:
        st.markdown(_no_changes(found, view.attribute))
        return
    left, right = st.columns([5, 3], gap="medium")
    with left:
        _draw_forest(shown, "changes", view)
    with right:
        for result in found:
            if isinstance(result.evidence, Evidence):
                lines = who_loses(result.evidence.attributes[view.attribute])
                st.markdown(f"**{words.plain(result.label)}**  \n{' '.join(lines)}")
            elif result.evidence is not None:
                st.markdown(
                    f"**{words.plain(result.label)}**  \n{words.upper(words.plain(result.evidence))}."
                )


def _no_changes(found: Sequence[Result], attribute: str) -> str:
    if any(isinstance(result.evidence, Evidence) for result in found):
        return "Changes are tested in the groups of one attribute at a time: choose one above."
    reasons = {str(result.evidence) for result in found if isinstance(result.evidence, Unavailable)}
    said = f"{words.listed(sorted(reasons))}" if reasons else "no other method is chosen above"
    return f"There is no change of the groups of {words.plain(attribute)} to show: {words.plain(said)}."


def curves(runs: Sequence[Run], view: View) -> None:
    """ROC curves and calibration of each group in one run of each configuration."""
    st.header("Curves of each group", anchor=False)
    ids = tuple(
        run.id
        for run in runs
        if run.test is not None and run.label in view.labels and run.spec["seed"] == view.seed
    )
    found = cache.group_curves(view.record.id, ids, view.attribute)
    risks = curveseries.roc_planes(found), curveseries.calibration_planes(found)
    if not any(risks):
        st.markdown(words.plain(curveseries.why_none(found)))
        return
    said = curveseries.details(found)
    ranked, reliable = st.columns(2, gap="medium")
    with ranked:
        _draw(drawing(roc(risks[0], view.attribute, said), roc_text(risks[0], view.attribute)), "roc", view)
    with reliable:
        bins = [*said, f"bins of {FEWEST_IN_BIN} patients or more"]
        shown = calibration(risks[1], view.attribute, bins)
        _draw(drawing(shown, calibration_text(risks[1], view.attribute)), "calibration", view)


def intersections(found: Sequence[Result], view: View) -> None:
    """One number where two attributes cross."""
    report = found[0].joined.first
    st.header("Where two attributes cross", anchor=False)
    names = list(groupseries.pairs(report))
    if not names:
        st.markdown(_no_pairs(report))
        return
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        usual = names.index(view.attribute) if view.attribute in names else 0
        name = st.selectbox("Attributes", names, usual, key="crossed", bind="query-params", filter_mode=None)
    with right:
        chosen = st.selectbox(
            "Number", list(view.numbers), 0, lambda key: view.numbers[key].title,
            key="number", bind="query-params", filter_mode=None,
        )  # fmt: skip
    if not report.intersections[name or names[0]].groups:
        st.markdown(f"{words.upper(words.plain(name or names[0]))} is {words.plain(SUPPRESSED)}.")
        return
    shown = groupseries.crossing(found, name or names[0], view.numbers[chosen or RATES[0]])
    _draw(drawing(crossed(shown), crossed_text(shown)), f"crossed-{name}-{chosen}", view)


def _no_pairs(report: FairnessReport) -> str:
    reasons = [f"{words.plain(name)}: {words.plain(why)}" for name, why in report.no_intersection.items()]
    if reasons:
        return f"No two attributes are crossed. {'; '.join(reasons)}."
    return "This task compares one attribute. Add another on the Data page to see where they cross."


def _draw_forest(shown: Forest, key: str, view: View) -> None:
    _draw(drawing(forest(shown), forest_text(shown)), key, view)


def _draw(built: Drawing, key: str, view: View) -> None:
    draw(built, key=f"{key}-{view.record.id}", revision=f"{key} {view.revision}")
