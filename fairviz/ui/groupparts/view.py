"""What the groups page shows of a comparison: its selectors, kept in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from fairviz.data.specs import TaskSpec
from fairviz.evaluation.report import FairnessReport
from fairviz.evaluation.thresholds import ThresholdRule
from fairviz.reports.run import Run
from fairviz.store.records import ComparisonRecord
from fairviz.ui import groupseries
from fairviz.ui.cache import Drawing
from fairviz.ui.drawn import draw
from fairviz.ui.groupseries import RATES, GroupNumber
from fairviz.ui.series import first_comparable
from fairviz.ui.threshold import choose_threshold

_USUAL: Final = 4
# A row of marks for each: more are no longer told apart.
_MOST: Final = 8
_ALL_SEEDS: Final = "all"


@dataclass(frozen=True)
class View:
    """What the page shows of a comparison.

    Attributes:
        record: the comparison.
        attribute: a sensitive attribute, or an intersection.
        threshold: the rule that decisions follow.
        labels: configurations with a finished run.
        watched: these, and those that are still in training.
        seed: whose curves are shown; None where all seeds are joined.
        numbers: what is told of groups, by name.
        attributes: all that can be chosen.
        public: whether the data are declared synthetic or public.
    """

    record: ComparisonRecord
    attribute: str
    threshold: ThresholdRule
    labels: tuple[str, ...]
    watched: tuple[str, ...]
    seed: int | None
    numbers: dict[str, GroupNumber]
    attributes: tuple[str, ...]
    public: bool

    @property
    def rates(self) -> list[GroupNumber]:
        """What decisions do to the groups."""
        return [self.numbers[name] for name in RATES]

    @property
    def revision(self) -> str:
        """Of everything drawn here."""
        return f"{self.record.revision} {self.attribute} {self.threshold} {self.labels} {self.seed}"

    def has_seed(self, run: Run) -> bool:
        """Whether a finished run is one whose curves are shown."""
        return run.test is not None and run.label in self.labels and self.seed in (None, run.spec["seed"])

    def draw(self, built: Drawing, key: str) -> None:
        """Draw a chart of the page."""
        draw(built, key=f"{key}-{self.record.id}", revision=f"{key} {self.revision}")


def choose_view(record: ComparisonRecord, spec: TaskSpec, runs: Sequence[Run]) -> View:
    """Selectors of groups, threshold, configurations and the seed of curves.

    Args:
        record: of a comparison with a finished run.
        spec: its task.
        runs: its runs.
    """
    finished = [run for run in runs if run.test is not None]
    report = next(run.test for run in finished if run.test is not None)
    left, middle, right, last = st.columns([3, 3, 6, 2], vertical_alignment="bottom")
    attributes = (*spec.sensitive, *report.intersections)
    with left:
        attribute = choose_attribute(attributes, report)
    with middle:
        threshold = choose_threshold()
    with right:
        watched = choose_labels(runs)
    done = list(dict.fromkeys(run.label for run in finished))
    labels = tuple(label for label in watched if label in done) or (done[0],)
    with last:
        seed = _seed(sorted({run.spec["seed"] for run in finished if run.label in labels}))
    numbers = groupseries.numbers(spec)
    return View(record, attribute, threshold, labels, watched, seed, numbers, attributes, spec.public)


def choose_attribute(groups: Sequence[str], report: FairnessReport | None) -> str:
    """The selector of an attribute; first is one between whose groups a report has a gap."""
    first = 0 if report is None else first_comparable(report, groups, "auc_gap")
    chosen = st.selectbox("Groups of", groups, first, key="attribute", bind="query-params", filter_mode=None)
    return chosen or groups[0]


def choose_labels(runs: Sequence[Run]) -> tuple[str, ...]:
    """The selector of configurations, the first few to begin with; the same before any has finished."""
    labels = list(dict.fromkeys(run.label for run in runs))
    chosen = st.multiselect(
        "Methods", labels, labels[:_USUAL], key="methods", bind="query-params", max_selections=_MOST
    )
    return tuple(label for label in labels if label in chosen) or (labels[0],)


def _seed(seeds: Sequence[int]) -> int | None:
    chosen = st.selectbox(
        "Curves of seed", [_ALL_SEEDS, *map(str, seeds)], 0, lambda s: "all seeds" if s == _ALL_SEEDS else s,
        key="curves", bind="query-params", filter_mode=None,
        help="ROC curves and calibration of all seeds joined, or of one run each; all other numbers join "
        "the seeds.",
    )  # fmt: skip
    return None if chosen in (None, _ALL_SEEDS) else int(chosen)
