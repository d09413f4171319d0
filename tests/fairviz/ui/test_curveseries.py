"""From curves of groups to lines."""

from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics.curves import calibration_bins, roc_curve
from fairviz.reports.group_curves import SEVERAL_CLASSES, GroupCurves, RunCurves
from fairviz.suppression import SUPPRESSED
from fairviz.ui.curveseries import calibration_planes, details, roc_planes, why_none

RNG = np.random.default_rng(0)
SCORES = RNG.random(3_000)
LABELS = (RNG.random(3_000) < SCORES).astype(np.int64)
KNOWN = GroupCurves(roc_curve(LABELS, SCORES), calibration_bins(LABELS, SCORES))
WITHHELD = GroupCurves(None, None, {"roc": SUPPRESSED, "calibration": SUPPRESSED})


def made(*, complete: bool = True, reason: str = "", **groups: GroupCurves) -> RunCurves:
    return RunCurves("Baseline", "baseline", 1, groups, reason, complete)


def test_a_long_curve_is_thinned_without_moving(recwarn: pytest.WarningsRecorder) -> None:
    (plane,) = roc_planes([made(a=WITHHELD, b=KNOWN)])
    (line,) = plane.lines
    assert (line.group, line.place) == ("b", 1)
    assert len(line.x) <= 300
    assert (line.x[0], line.y[0], line.x[-1], line.y[-1]) == (0, 0, 1, 1)
    assert KNOWN.roc is not None
    assert set(zip(line.x, line.y, strict=True)) <= set(zip(KNOWN.roc.fpr, KNOWN.roc.tpr, strict=True))
    assert np.trapezoid(line.y, line.x) == pytest.approx(
        np.trapezoid(KNOWN.roc.tpr, KNOWN.roc.fpr), abs=0.005
    )
    assert plane.notes == {"a": "suppressed"}
    assert not recwarn.list


def test_bins_bring_limits_and_say_how_many_patients_they_have() -> None:
    (plane,) = calibration_planes([made(b=KNOWN)])
    (line,) = plane.lines
    assert line.low is not None
    assert line.high is not None
    assert ((line.low < line.y) & (line.y < line.high)).all()
    assert KNOWN.calibration is not None
    assert f"{KNOWN.calibration.n[0]} patients" in line.hovers[0]


def test_a_run_without_any_curve_has_no_panel_and_is_named() -> None:
    runs = [made(b=KNOWN), made(reason="not estimable")]
    assert len(roc_planes(runs)) == 1
    assert details(runs) == ["seed 1", "no risks of Baseline"]
    assert "only steps that tell of no 1 to 10 patients" in details([made(complete=False, b=KNOWN)])


def test_why_there_are_none_is_said() -> None:
    assert roc_planes([made(a=WITHHELD)]) == []
    assert "suppressed" in why_none([made(a=WITHHELD)])
    assert SEVERAL_CLASSES in why_none([made(reason=SEVERAL_CLASSES)])
