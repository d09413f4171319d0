"""From curves of groups to lines."""

from __future__ import annotations

import numpy as np
import pytest

from fairviz.metrics.curves import calibration_bins, roc_curve
from fairviz.reports.group_curves import SEVERAL_CLASSES, GroupCurves, RunCurves
from fairviz.suppression import SUPPRESSED
from fairviz.ui.curveseries import bands, calibration_planes, details, roc_planes, why_none

RNG = np.random.default_rng(0)
SCORES = RNG.random(3_000)
LABELS = (RNG.random(3_000) < SCORES).astype(np.int64)
KNOWN = GroupCurves(roc_curve(LABELS, SCORES), calibration_bins(LABELS, SCORES))
WITHHELD = GroupCurves(None, None, {"roc": SUPPRESSED, "calibration": SUPPRESSED})


def made(
    label: str = "Baseline", seed: int = 1, *, complete: bool = True, reason: str = "", **groups: GroupCurves
) -> RunCurves:
    return RunCurves(label, "baseline", seed, groups, reason, complete)


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
    runs = [made(b=KNOWN), made("Lottery", reason="not estimable")]
    assert len(roc_planes(runs)) == 1
    assert details(runs) == ["seed 1", "no risks of Lottery"]
    assert bands(runs) == []
    assert "only steps that tell of no 1 to 10 patients" in details([made(complete=False, b=KNOWN)])


def test_why_there_are_none_is_said() -> None:
    assert roc_planes([made(a=WITHHELD)]) == []
    assert "suppressed" in why_none([made(a=WITHHELD)])
    assert SEVERAL_CLASSES in why_none([made(reason=SEVERAL_CLASSES)])


def test_seeds_of_a_configuration_are_one_line_with_a_band() -> None:
    rng = np.random.default_rng(1)
    other = np.clip(SCORES + 0.2 * rng.random(3_000), 0, 1)
    second = GroupCurves(roc_curve(LABELS, other), calibration_bins(LABELS, other))
    runs = [made(b=KNOWN), made(seed=2, b=second)]
    (ranked,), (risks,) = roc_planes(runs), calibration_planes(runs)
    (line,) = ranked.lines
    assert line.is_band
    assert line.low is not None
    assert line.high is not None
    assert ((line.low <= line.y) & (line.y <= line.high)).all()
    areas = [float(np.trapezoid(own.roc.tpr, own.roc.fpr)) for own in (KNOWN, second) if own.roc is not None]
    assert np.trapezoid(line.y, line.x) == pytest.approx(np.mean(areas), abs=0.005)
    assert "over 2 seeds" in line.hovers[0]
    assert not risks.lines[0].is_band
    assert details(runs) == ["mean over 2 seeds"]
    assert bands(runs) == ["bands: range over seeds"]


def test_a_group_that_one_seed_lacks_is_not_joined() -> None:
    (plane,) = roc_planes([made(a=KNOWN, b=KNOWN), made(seed=2, a=WITHHELD, b=KNOWN)])
    assert [line.group for line in plane.lines] == ["b"]
    assert plane.notes == {"a": "suppressed"}


def test_a_configuration_without_risks_on_one_seed_is_not_joined() -> None:
    assert roc_planes([made(b=KNOWN), made(seed=2, reason="not estimable")]) == []
