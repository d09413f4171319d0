from __future__ import annotations

from dataclasses import replace

import pytest

from fairviz.evaluation.report import FairnessReport
from fairviz.evaluation.thresholds import AT_PREVALENCE, ThresholdRule
from fairviz.reports.run import Run
from fairviz.suppression import SUPPRESSED
from fairviz.ui import findings
from fairviz.ui.series import Axes
from fairviz.ui.words import plain
from tests.fairviz.ui.made import report, report_json, run

AXES = Axes("auc", "equalized_odds_difference", "sex")


def told(runs: list[Run], axes: Axes = AXES) -> dict[str, str]:
    found = findings.results(runs, "test")
    return {result.label: " ".join(findings.sentences(result, axes)) for result in found}


def pair(gap: float, baseline_gap: float, seeds: int = 3, **changes: float) -> list[Run]:
    """A baseline and FairGrad; seeds differ a little."""
    ours = [run(s, test=report(gap=baseline_gap + 0.001 * s)) for s in range(seeds)]
    theirs = [
        run(9 + s, "fairgrad", test=report(gap=gap + 0.0015 * s, auc=0.79 + 0.0001 * s, **changes))
        for s in range(seeds)
    ]
    for runs in (ours, theirs):
        for seed, record in enumerate(runs):
            record.spec["seed"] = seed  # type: ignore[index]
    return [*ours, *theirs]


def test_a_gap_below_its_floor_is_not_clear_of_chance() -> None:
    text = told([run(1)])["Baseline"]
    assert "not clear of chance: in 95 of 100 test sets, groups this small would show up to 0.200" in text


def test_a_gap_above_its_floor_is_told_with_the_floor() -> None:
    text = told([run(1, test=report(gap=0.3))])["Baseline"]
    assert "larger than chance alone makes of equal groups (up to 0.200 in 95 of 100 test sets)" in text


def test_a_gap_that_is_not_estimable_says_so_once() -> None:
    text = told([run(1, test=report(gap=None))])["Baseline"]
    assert "equalized-odds difference not estimable" in text
    assert "chance" not in text


def test_a_gap_without_a_floor_is_not_compared_with_one() -> None:
    text = told([run(1)], Axes("auc", "soft_equalized_odds_gap", "sex"))["Baseline"]
    assert "chance" not in text


def test_a_steady_change_is_told_with_its_seeds() -> None:
    text = told(pair(gap=0.05, baseline_gap=0.1))["Fairgrad"]
    assert "Equalized-odds difference \u22120.0" in text
    assert "on 3 paired seeds" in text
    assert "lower on 3 of 3" in text


def test_a_steady_rise_is_told_as_one() -> None:
    assert "higher on 3 of 3" in told(pair(gap=0.15, baseline_gap=0.1))["Fairgrad"]


def test_a_change_that_seeds_could_make_is_none() -> None:
    runs = pair(gap=0.1, baseline_gap=0.1)
    assert "no change beyond what seeds make" in told(runs)["Fairgrad"]


def test_one_seed_proves_nothing() -> None:
    assert "one seed, which cannot be told from the luck" in told(pair(0.05, 0.1, seeds=1))["Fairgrad"]


def test_without_a_baseline_nothing_is_compared() -> None:
    assert "No baseline" in told([run(1, "fairgrad")])["Fairgrad"]


def test_a_model_that_flags_everyone_is_called_out() -> None:
    text = told([run(1, test=report(gap=0.0, sensitivity=0.99, specificity=0.01))])["Baseline"]
    assert "flags nearly every patient" in text
    assert "flags nearly every patient" not in told([run(1)])["Baseline"]


def test_a_screening_test_is_not_called_out() -> None:
    text = told([run(1, test=report(sensitivity=0.99, specificity=0.3))])["Baseline"]
    assert "flags" not in text


def test_a_collapse_is_told_with_its_seeds_whatever_data_are_shown() -> None:
    everyone = report(gap=0.0, sensitivity=0.99, specificity=0.01)
    runs = [run(1, test=everyone), run(2, seed=1)]
    (result,) = findings.results(runs, "validation")
    assert "On test rows it flags nearly every patient on 1 of 2 seeds" in " ".join(
        findings.sentences(result, AXES)
    )
    assert findings.result_row(result, AXES)["collapse"] == "flags nearly every patient on 1 of 2 seeds"


def test_far_below_the_baseline_of_its_seed_is_called_out() -> None:
    runs = pair(gap=0.05, baseline_gap=0.1, seeds=1)
    assert "ranks far worse" not in told(runs)["Fairgrad"]
    poor = [runs[0], replace(runs[1], test=report(auc=0.6))]
    assert "ranks far worse than the baseline" in told(poor)["Fairgrad"]


@pytest.mark.parametrize("gap", [None, 0.0, 0.1, 0.3])
def test_no_wording_calls_a_model_fair(gap: float | None) -> None:
    runs = [run(1, test=report(gap=gap)), run(2, "fairgrad", test=report(gap=gap))]
    for text in told(runs).values():
        assert "fair" not in text.lower().replace("fairgrad", "")


def test_a_row_has_means_limits_floor_and_changes() -> None:
    baseline, ours = findings.results(pair(gap=0.05, baseline_gap=0.1), "test")
    row = findings.result_row(ours, AXES)
    assert row["auc"] == pytest.approx(0.7901)
    assert row["auc_low"] < row["auc"] < row["auc_high"]
    assert row["floor"] == pytest.approx(0.2)
    assert row["gap_change"] == pytest.approx(-0.0495)
    assert row["gap_lower_on"] == "3 of 3"
    assert findings.result_row(baseline, AXES)["gap_change"] is None


def test_what_is_suppressed_is_told_from_what_is_not_estimable() -> None:
    small = report_json(gap=None)
    own = small["attributes"]["sex"]
    own["groups"]["b"] |= {"n": None, "auc": None, "reason": {"n": SUPPRESSED, "auc": SUPPRESSED}}
    own["reason"] = {"equalized_odds_difference": SUPPRESSED}
    found = findings.results([run(1, test=FairnessReport.from_json(small))], "test")
    rows = {row["group"]: row for row in findings.group_rows(found, "sex", "auc")}
    assert rows["a"] == {"group": "a", "patients": "100", "Baseline": "0.800 (0.700 to 0.900)"}
    assert rows["b"] == {"group": "b", "patients": "suppressed", "Baseline": SUPPRESSED}
    assert rows["c"] == {"group": "c", "patients": "7", "Baseline": "not estimable"}
    text = " ".join(findings.sentences(found[0], AXES))
    assert "equalized-odds difference suppressed." in text
    assert f"Gap {plain(SUPPRESSED)}." in text


def test_a_suppressed_floor_is_said() -> None:
    small = report_json()
    own = small["attributes"]["sex"]
    own |= {"equalized_odds_difference_floor_95": None}
    own["reason"] = {"equalized_odds_difference_floor_95": SUPPRESSED}
    (result,) = findings.results([run(1, test=FairnessReport.from_json(small))], "test")
    text = " ".join(findings.sentences(result, AXES))
    assert f"What chance alone would make of it is {plain(SUPPRESSED)}." in text


def test_that_a_private_threshold_is_but_the_nearest_is_said_where_another_than_the_usual_is_chosen() -> None:
    found = findings.results([run(1, test=report(threshold=0.25))], "test")
    chosen = ThresholdRule.parse("sensitivity=0.9")
    usual = "from a predicted risk of 0.250."
    assert findings.flagged_from(found, chosen, public=True) == usual
    assert findings.flagged_from(found, AT_PREVALENCE, public=False) == usual
    assert findings.flagged_from(found, chosen, public=False).startswith(
        f"{usual} Of private data that is the"
    )
