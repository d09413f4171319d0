"""ROC curve and calibration of each group of a finished run on test rows, as far as they may be told.

Of data declared synthetic or public every step is told. Of all others only what reports behind the gate tell
already, at the thresholds at which ``fairviz.reports.redecided`` tells decisions:

- A step of a curve is the sensitivity and the false alarm rate of a group in such a report.
- A bin of risks lies between two steps, or beyond the last one. Its patients and those of them with the
  outcome are differences of counts that these reports tell; between any two of these thresholds no group has
  1 to 10 patients of an outcome (``fairviz.reports.rungs``), and beyond one the gate tells of no such count.
  What is new is the mean risk of those patients, of whom there are at least 11: a mean of scores, no count.
- A group whose decisions are told at no threshold but the one of the report has no curve: that single step,
  and the patients on both sides of it, are in the report.

Axis letters: N test rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from fairviz.data.groups import Attribute
from fairviz.data.prepare import PreparedData
from fairviz.errors import NotFoundError
from fairviz.evaluation.intersections import Intersection, intersections
from fairviz.evaluation.report import FairnessReport, Performance
from fairviz.metrics.calibration import BINS
from fairviz.metrics.clusters import chosen
from fairviz.metrics.curves import CalibrationBins, RocCurve, calibration_bins, merged_edges, roc_curve
from fairviz.metrics.inputs import FloatArray, IntArray
from fairviz.reports.run import Run
from fairviz.reports.rungs import nearest
from fairviz.suppression import SUPPRESSED

SEVERAL_CLASSES: Final = "curves are drawn of outcomes with two values"
FEWEST_IN_BIN: Final = 20
"""Rows of a bin; with fewer, its share says little, and lines between such bins nothing."""
_FEWEST_STEPS: Final = 2


@dataclass(frozen=True)
class GroupCurves:
    """Both curves of one group; None, with a reason, where there is none.

    Attributes:
        roc: error rates at each threshold.
        calibration: observed against predicted risk.
        reason: by "roc" and "calibration", why there is none.
    """

    roc: RocCurve | None
    calibration: CalibrationBins | None
    reason: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunCurves:
    """Curves of the groups of one attribute, or intersection, in one run.

    Attributes:
        label: the run's configuration.
        method: its method's name.
        seed: its seed.
        groups: by name, in the order of the report; empty where there are no curves at all.
        reason: why there are none at all; empty where there are.
        complete: whether all steps are told, and not only those far enough apart.
    """

    label: str
    method: str
    seed: int
    groups: Mapping[str, GroupCurves]
    reason: str
    complete: bool


@dataclass(frozen=True)
class _Scored:
    """Test rows with what a run makes of them.

    Attributes:
        labels: [N] 0 or 1.
        scores: [N] predicted risks.
        patients: [N] patient of each row; None where each row is one.
        codes: [N] group of each row; -1 where it has none.
    """

    labels: IntArray
    scores: FloatArray
    patients: IntArray | None
    codes: IntArray

    def group(self, place: int) -> _Scored:
        """The rows of one group."""
        rows = self.codes == place
        return _Scored(self.labels[rows], self.scores[rows], chosen(self.patients, rows), self.codes[rows])


def run_curves(
    data: PreparedData,
    run: Run,
    scores: FloatArray,
    attribute: str,
    steps: Callable[[], Sequence[FairnessReport]] | None,
) -> RunCurves:
    """Curves of the groups that a finished run's report on test rows tells.

    Args:
        data: the task.
        run: behind the gate.
        scores: predicted risks of all rows.
        attribute: a sensitive attribute, or an intersection.
        steps: reports behind the gate at every threshold at which decisions are told, ascending; None where
            every step is told.

    Raises:
        NotFoundError: if the report has no such attribute.
    """
    assert run.test is not None, "only finished runs have curves"
    reason = _none_at_all(run.test)
    groups = {} if reason else _by_group(data, run.test, scores, attribute, steps)
    return RunCurves(run.label, run.spec["method"], run.spec["seed"], groups, reason, complete=steps is None)


def _none_at_all(test: FairnessReport) -> str:
    """Why a run has no curves; empty where it may have."""
    return SEVERAL_CLASSES if test.classes else test.reason.get("brier", "")


def _by_group(
    data: PreparedData,
    test: FairnessReport,
    scores: FloatArray,
    attribute: str,
    steps: Callable[[], Sequence[FairnessReport]] | None,
) -> dict[str, GroupCurves]:
    if attribute not in (*test.attributes, *test.intersections):
        raise NotFoundError(
            "attribute",
            expected="a sensitive attribute or an intersection of the task",
            found=repr(attribute),
            remedy="Choose one of those that the report of the run lists.",
        )
    scored, names = _scored(data, scores, attribute)
    told = None if steps is None else steps()
    found = {}
    for group, performance in test.attribute(attribute).groups.items():
        own = scored.group(names.index(group))
        at = None if told is None else {t.threshold: t.attribute(attribute).groups[group] for t in told}
        found[group] = _estimable(_whole(own) if at is None else _stepwise(own, at), performance)
    return found


def grouping(data: PreparedData, attribute: str) -> Attribute | Intersection:
    """The groups of test rows by an attribute, or intersection, that their report lists."""
    own = [replace(one, codes=one.codes[data.split.test]) for one in data.attributes]
    several: list[Attribute | Intersection] = [*own, *intersections(own)]
    return next(one for one in several if one.name == attribute)


def _scored(data: PreparedData, scores: FloatArray, attribute: str) -> tuple[_Scored, tuple[str, ...]]:
    """Test rows with the scores of all rows, and the names of an attribute's groups."""
    rows, found = data.split.test, grouping(data, attribute)
    return _Scored(data.labels[rows], scores[rows], chosen(data.patients, rows), found.codes), found.values


def _whole(own: _Scored) -> GroupCurves:
    return GroupCurves(roc_curve(own.labels, own.scores), _bins(own, np.arange(1, BINS) / BINS))


def _bins(own: _Scored, edges: FloatArray) -> CalibrationBins:
    """Bins of enough patients for their share with the outcome to say something."""
    kept = merged_edges(own.scores, edges, FEWEST_IN_BIN)
    return calibration_bins(own.labels, own.scores, edges=kept, patients=own.patients)


def _stepwise(own: _Scored, at: Mapping[float, Performance]) -> GroupCurves:
    """Curves from what is told of a group at some thresholds, ascending."""
    rates = {
        threshold: (fpr, tpr)
        for threshold, told in at.items()
        if (fpr := told.value("fpr")) is not None and (tpr := told.value("tpr")) is not None
    }
    if len(rates) < _FEWEST_STEPS:
        return GroupCurves(None, None, {"roc": SUPPRESSED, "calibration": SUPPRESSED})
    thresholds = np.array(list(rates))
    fpr, tpr = np.array([[0.0, 0.0], *reversed(rates.values()), [1.0, 1.0]]).T
    edges = np.unique([nearest(thresholds, place / BINS) for place in range(1, BINS)])
    return GroupCurves(
        RocCurve(np.concatenate([[np.inf], thresholds[::-1], [0.0]]), fpr, tpr),
        _bins(own, edges),
    )


def _estimable(curves: GroupCurves, performance: Performance) -> GroupCurves:
    """The curves without one whose single number the report does not give."""
    reason = dict(curves.reason)
    for name, metric in (("roc", "auc"), ("calibration", "calibration_error")):
        if performance.value(metric) is None:
            reason[name] = performance.reason[metric]
    return GroupCurves(
        None if "roc" in reason else curves.roc,
        None if "calibration" in reason else curves.calibration,
        reason,
    )
