"""From curves of groups to the lines that figures draw; pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fairviz.figures import calibration, roc
from fairviz.figures.arrays import even_places
from fairviz.figures.group_series import Configuration, GroupLine, GroupPlane
from fairviz.metrics.curves import CalibrationBins, RocCurve
from fairviz.reports.group_curves import GroupCurves, RunCurves
from fairviz.suppression import SUPPRESSED
from fairviz.ui import words
from fairviz.ui.groupseries import note

_Lines = Callable[[str, int, GroupCurves], GroupLine | None]


def roc_planes(runs: Sequence[RunCurves]) -> list[GroupPlane]:
    """ROC curves of the runs that have any."""
    return _planes(
        runs, "roc", lambda group, place, own: None if own.roc is None else _roc_line(group, place, own.roc)
    )


def calibration_planes(runs: Sequence[RunCurves]) -> list[GroupPlane]:
    """Calibration of the runs that have any."""
    return _planes(
        runs,
        "calibration",
        lambda group, place, own: (
            None if own.calibration is None else _calibration_line(group, place, own.calibration)
        ),
    )


def _planes(runs: Sequence[RunCurves], kind: str, line: _Lines) -> list[GroupPlane]:
    planes = [
        GroupPlane(
            Configuration(run.label, run.method),
            tuple(
                found
                for place, (group, own) in enumerate(run.groups.items())
                if (found := line(group, place, own)) is not None
            ),
            {group: note(own.reason[kind]) for group, own in run.groups.items() if kind in own.reason},
        )
        for run in runs
    ]
    return [plane for plane in planes if plane.lines]


def details(runs: Sequence[RunCurves]) -> list[str]:
    """What is shown of these runs, for below a title; in the program's own words."""
    few = [] if all(run.complete for run in runs) else ["only steps that tell of no 1 to 10 patients"]
    return [f"seed {runs[0].seed}", *few, *(f"no risks of {run.label}" for run in runs if run.reason)]


def why_none(runs: Sequence[RunCurves]) -> str:
    """Why no run has any curve, in a sentence."""
    reasons = {run.reason for run in runs if run.reason}
    reasons |= {reason for run in runs for own in run.groups.values() for reason in own.reason.values()}
    if SUPPRESSED in reasons:
        return (
            "ROC curves and calibration are suppressed: groups are so small that decisions about them may be "
            "told at one threshold alone, the one of the rates above. Choose an attribute with larger groups."
        )
    return f"There are no ROC curves and no calibration: {words.listed(sorted(reasons))}."


def _roc_line(group: str, place: int, curve: RocCurve) -> GroupLine:
    places = _corners(curve)
    thresholds, fpr, tpr = curve.thresholds[places], curve.fpr[places], curve.tpr[places]
    hovers = tuple(
        f"{_flagged(t)}<br>found <b>{100 * y:.0f}</b> of 100 with the outcome, "
        f"false alarms <b>{100 * x:.0f}</b> of 100 without it<br>  {roc.FORMULA}"
        for t, x, y in zip(thresholds, fpr, tpr, strict=True)
    )
    return GroupLine(group, place, fpr, tpr, hovers)


def _corners(curve: RocCurve) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Places where the curve turns, at most as many as a line needs."""
    turns = (np.diff(curve.fpr, 2) != 0) | (np.diff(curve.tpr, 2) != 0)
    kept = np.flatnonzero(np.concatenate([[True], turns, [True]]))
    return np.asarray(kept[even_places(len(kept))], dtype=np.int64)


def _flagged(threshold: float) -> str:
    if np.isinf(threshold):
        return "no one flagged"
    return f"flagged from a predicted risk of {threshold:.3f}"


def _calibration_line(group: str, place: int, bins: CalibrationBins) -> GroupLine:
    hovers = tuple(
        f"predicted <b>{100 * p:.0f}</b>, observed <b>{100 * o:.0f}</b> "
        f"({100 * low:.0f} to {100 * high:.0f}) of 100, in {words.counted(int(n), 'patient')}"
        f"<br>  {calibration.FORMULA}"
        for p, o, low, high, n in zip(bins.predicted, bins.observed, bins.low, bins.high, bins.n, strict=True)
    )
    return GroupLine(group, place, bins.predicted, bins.observed, hovers, bins.low, bins.high)
