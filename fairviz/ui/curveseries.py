"""From curves of groups to the lines that figures draw; pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fairviz.figures import calibration, roc
from fairviz.figures.arrays import even_places
from fairviz.figures.group_series import Configuration, GroupLine, GroupPlane
from fairviz.figures.series import Floats, Ints
from fairviz.metrics.curves import CalibrationBins, RocCurve
from fairviz.reports.group_curves import GroupCurves, RunCurves
from fairviz.reports.joined_curves import joined_calibration, joined_roc
from fairviz.suppression import SUPPRESSED
from fairviz.ui import words
from fairviz.ui.groupseries import note

_Line = Callable[[str, int, Sequence[GroupCurves]], GroupLine]


def roc_planes(runs: Sequence[RunCurves]) -> list[GroupPlane]:
    """ROC curves of the configurations that have any, their seeds joined."""

    def line(group: str, place: int, seeds: Sequence[GroupCurves]) -> GroupLine:
        curves = [own.roc for own in seeds if own.roc is not None]
        return _roc_line(group, place, curves[0]) if len(curves) == 1 else _mean_roc(group, place, curves)

    return _planes(runs, "roc", line)


def calibration_planes(runs: Sequence[RunCurves]) -> list[GroupPlane]:
    """Calibration of the configurations that have any, their seeds joined."""

    def line(group: str, place: int, seeds: Sequence[GroupCurves]) -> GroupLine:
        bins = [own.calibration for own in seeds if own.calibration is not None]
        return _bins_line(group, place, bins[0]) if len(bins) == 1 else _mean_bins(group, place, bins)

    return _planes(runs, "calibration", line)


def _planes(runs: Sequence[RunCurves], kind: str, line: _Line) -> list[GroupPlane]:
    by_label: dict[str, list[RunCurves]] = {}
    for run in runs:
        by_label.setdefault(run.label, []).append(run)
    whole = [seeds for seeds in by_label.values() if not any(run.reason for run in seeds)]
    planes = [_plane(seeds, kind, line) for seeds in whole]
    return [plane for plane in planes if plane.lines]


def _plane(seeds: Sequence[RunCurves], kind: str, line: _Line) -> GroupPlane:
    """One configuration: a group is joined over all seeds or not at all."""
    lines: list[GroupLine] = []
    notes: dict[str, str] = {}
    for place, group in enumerate(seeds[0].groups):
        own = [run.groups[group] for run in seeds]
        lacking = [curves.reason[kind] for curves in own if kind in curves.reason]
        if lacking:
            notes[group] = note(lacking[0])
        else:
            lines.append(line(group, place, own))
    return GroupPlane(Configuration(seeds[0].label, seeds[0].method), tuple(lines), notes)


def details(runs: Sequence[RunCurves]) -> list[str]:
    """What is shown of these runs, for below a title; in the program's own words."""
    few = [] if all(run.complete for run in runs) else ["only steps that tell of no 1 to 10 patients"]
    without = dict.fromkeys(run.label for run in runs if run.reason)
    seeds = sorted({run.seed for run in runs})
    shown = f"mean over {len(seeds)} seeds" if len(seeds) > 1 else f"seed {seeds[0]}"
    return [shown, *few, *(f"no risks of {label}" for label in without)]


def bands(runs: Sequence[RunCurves]) -> list[str]:
    """What bands around ROC curves are, where there are any."""
    return ["bands: range over seeds"] if len({run.seed for run in runs}) > 1 else []


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
    places = _corners(curve.fpr, curve.tpr)
    thresholds, fpr, tpr = curve.thresholds[places], curve.fpr[places], curve.tpr[places]
    hovers = tuple(
        f"{_flagged(t)}<br>found <b>{100 * y:.0f}</b> of 100 with the outcome, "
        f"false alarms <b>{100 * x:.0f}</b> of 100 without it<br>  {roc.FORMULA}"
        for t, x, y in zip(thresholds, fpr, tpr, strict=True)
    )
    return GroupLine(group, place, fpr, tpr, hovers)


def _mean_roc(group: str, place: int, curves: Sequence[RocCurve]) -> GroupLine:
    mean = joined_roc(curves)
    places = _corners(mean.fpr, mean.tpr)
    fpr, tpr, low, high = (line[places] for line in (mean.fpr, mean.tpr, mean.low, mean.high))
    hovers = tuple(
        f"false alarms <b>{100 * x:.0f}</b> of 100 without the outcome<br>found <b>{100 * y:.0f}</b> of 100 "
        f"with it, {100 * a:.0f} to {100 * b:.0f} over {len(curves)} seeds<br>  {roc.FORMULA}"
        for x, y, a, b in zip(fpr, tpr, low, high, strict=True)
    )
    return GroupLine(group, place, fpr, tpr, hovers, low, high, is_band=True)


def _corners(x: Floats, y: Floats) -> Ints:
    """Places where a curve turns, at most as many as a line needs."""
    turns = (np.diff(x, 2) != 0) | (np.diff(y, 2) != 0)
    kept = np.flatnonzero(np.concatenate([[True], turns, [True]]))
    return np.asarray(kept[even_places(len(kept))], dtype=np.int64)


def _flagged(threshold: float) -> str:
    if np.isinf(threshold):
        return "no one flagged"
    return f"flagged from a predicted risk of {threshold:.3f}"


def _bins_line(group: str, place: int, bins: CalibrationBins) -> GroupLine:
    shown = zip(bins.predicted, bins.observed, bins.low, bins.high, bins.n, strict=True)
    hovers = tuple(
        f"{_predicted(*risks)}, in {words.counted(int(n), 'patient')}<br>  {calibration.FORMULA}"
        for *risks, n in shown
    )
    return GroupLine(group, place, bins.predicted, bins.observed, hovers, bins.low, bins.high)


def _mean_bins(group: str, place: int, bins: Sequence[CalibrationBins]) -> GroupLine:
    mean = joined_calibration(bins)
    hovers = tuple(
        f"{_predicted(*risks)}, mean over {len(bins)} seeds<br>  {calibration.FORMULA}"
        for risks in zip(mean.predicted, mean.observed, mean.low, mean.high, strict=True)
    )
    return GroupLine(group, place, mean.predicted, mean.observed, hovers, mean.low, mean.high)


def _predicted(predicted: float, observed: float, low: float, high: float) -> str:
    return (
        f"predicted <b>{100 * predicted:.0f}</b>, observed <b>{100 * observed:.0f}</b> "
        f"({100 * low:.0f} to {100 * high:.0f}) of 100"
    )
