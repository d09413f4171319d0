from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fairviz.training.runs import BASELINE
from tests.effect.comparing import AUC, GAPS, SOFT, metric_key
from tests.effect.experiments import REGULARISED, STUDIES, Study
from tests.effect.made import ATTRIBUTE, arm_result, interval, study_result
from tests.effect.page import FOLDER, PAGE, render, write
from tests.effect.results import FOLDER as RESULTS
from tests.effect.results import StudyResult, load_results
from tests.effect.words import signed


def made_up(study: Study) -> StudyResult:
    """Every arm of a study with numbers out of the air; its changes tell where it stands in the list."""
    rng = np.random.default_rng(len(study.name))
    keys = [AUC, *(metric_key(gap, ATTRIBUTE) for gap in GAPS), metric_key("auc_gap_floor_95", ATTRIBUTE)]
    keys += [metric_key(AUC, ATTRIBUTE, group) for group in ("a", "b")]
    arms = [
        arm_result(
            arm,
            {key: round(float(rng.uniform(0.78, 0.82)), 4) for key in keys},
            difference={key: interval(float(at)) for key in keys} if arm.method != BASELINE else {},
            relative={metric_key(SOFT, ATTRIBUTE): interval(-0.2)},
            front={ATTRIBUTE: interval(0.0)} if any(arm.same_as(own) for own in study.place_in_front) else {},
        )
        for at, arm in enumerate(study.arms)
    ]
    return study_result(study.name, arms)


MADE_UP = {study.name: made_up(study) for study in STUDIES}


def test_the_committed_page_is_what_the_committed_results_make() -> None:
    made = render(load_results(RESULTS))
    there = {
        path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in [FOLDER / PAGE, *(FOLDER / "charts").glob("*.svg")]
    }
    assert there == made, "run: python -m tests.effect page"


def test_the_same_results_make_the_same_page() -> None:
    assert render(MADE_UP) == render({name: MADE_UP[name] for name in reversed(MADE_UP)})


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_every_arm_that_was_trained_is_on_the_page(study: Study) -> None:
    files = render({study.name: MADE_UP[study.name]})
    for at, arm in enumerate(study.arms):
        # Paths of plain regularisation are drawn; all other arms are in a table.
        if arm.method not in (BASELINE, REGULARISED):
            assert signed(float(at)) in files[PAGE], arm.label


def test_every_chart_of_the_page_is_made() -> None:
    files = render(MADE_UP)
    page = files.pop(PAGE)
    assert set(files) == {part.split(")")[0] for part in page.split("](")[1:]}


def test_what_was_not_run_is_said() -> None:
    page = render({"glaucoma": MADE_UP["glaucoma"]})[PAGE]
    assert "Not run: support2, support2-splits, nhefs, sepsis, eicu, sud" in page
    assert "not run" in page


def test_missing_runs_are_said() -> None:
    failed = MADE_UP["nhefs"].model_copy(update={"failures": ("groups are too small",)})
    assert "Runs that are missing: groups are too small" in render({"nhefs": failed})[PAGE]


def test_a_method_far_below_the_baseline_is_named_beside_the_chart() -> None:
    arms = MADE_UP["glaucoma"].arms
    low = arms[-1].model_copy(
        update={"test": {**arms[-1].test, AUC: (0.6, 0.6)}, "method": "group-dro", "parameters": {}}
    )
    others = tuple(arm for arm in arms if arm.method != "group-dro")
    study = MADE_UP["glaucoma"].model_copy(update={"arms": (*others, low)})
    assert f"Left of the chart, by AUC: {low.label} (0.600)." in render({"glaucoma": study})[PAGE]


def test_charts_of_an_earlier_page_are_gone(tmp_path: Path) -> None:
    write(MADE_UP, tmp_path)
    write({}, tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [PAGE]
