"""Every page on an outcome with more than two values, whether or not its numbers are estimable."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from fairviz.data.specs import ModalitySpec, TaskSpec
from fairviz.ui import series
from fairviz.ui.bench import workbench
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.pages.conftest import BEACON, METHODS, OpenPage, hostile_table, table_with, unescaped, words_of

COMMON, RARE = "stage", "rare stage"


def staged_table(rows: int = 600) -> pd.DataFrame:
    """Two outcomes of three values, one of which almost no one of the second has."""
    frame = hostile_table(rows)
    level = pd.qcut(frame["lactate"] + np.random.default_rng(1).normal(size=rows), 3, labels=False)
    names = np.array(["I", "II", BEACON])
    rare = np.where(np.arange(rows) < 12, 2, np.minimum(level, 1))
    return frame.assign(**{COMMON: names[level], RARE: names[rare]})


def task_on(outcome: str, dataset: str) -> TaskSpec:
    return TaskSpec(
        name=f"Predict {outcome}",
        dataset=dataset,
        outcome=outcome,
        positive=None,
        sensitive=("sex", "ward"),
        modalities=(
            ModalitySpec(name="labs", columns=("lactate",)),
            ModalitySpec(name=BEACON, columns=(BEACON,)),
        ),
        public=True,
    )


@pytest.fixture(scope="module")
def classes_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a finished comparison of each of the two outcomes."""
    home, path = tmp_path_factory.mktemp("classes"), tmp_path_factory.mktemp("table") / "staged.parquet"
    staged_table().to_parquet(path)
    with Workbench(home) as bench:
        dataset = bench.add_dataset(path).id
        for outcome in (COMMON, RARE):
            task = bench.create_task(task_on(outcome, dataset)).id
            bench.wait(bench.train(task, METHODS, seeds=2, training=TrainingSpec(epochs=2)), every=0.05)
    return home


@pytest.fixture
def comparisons(home: Path, classes_home: Path) -> dict[str, dict[str, str]]:
    """Addresses of the comparisons, by their outcome."""
    shutil.copytree(classes_home, home, dirs_exist_ok=True)
    store = workbench().store
    return {
        store.task(record.task_id).spec["outcome"]: {"task": record.task_id, "comparison": record.id}
        for record in store.comparisons()
    }


def assert_drawn(page: AppTest) -> None:
    assert not page.exception
    assert not page.error, [error.value for error in page.error]


@pytest.mark.parametrize("outcome", [COMMON, RARE])
@pytest.mark.parametrize("name", ["data", "train", "sweep", "trade_offs", "groups"])
def test_every_page_is_drawn(
    open_page: OpenPage, comparisons: dict[str, dict[str, str]], name: str, outcome: str
) -> None:
    assert_drawn(open_page(name, **comparisons[outcome]))


@pytest.mark.parametrize("outcome", [COMMON, RARE])
@pytest.mark.parametrize("gap", series.GAPS)
def test_every_gap_of_every_outcome_is_drawn(
    open_page: OpenPage, comparisons: dict[str, dict[str, str]], gap: str, outcome: str
) -> None:
    chosen = {"gap": series.short(gap), "attribute": "sex"}
    for performance in series.PERFORMANCES[:: len(series.GAPS)]:
        page = open_page(
            "trade_offs", **comparisons[outcome], **chosen, performance=series.short(performance)
        )
        assert page.selectbox("gap").value == gap
        assert_drawn(page)


def test_numbers_are_said_to_be_means_over_classes(
    open_page: OpenPage, comparisons: dict[str, dict[str, str]]
) -> None:
    for name in ("train", "trade_offs"):
        text = words_of(open_page(name, **comparisons[COMMON]))
        assert "predicts stage, each value a class" in unescaped(text)
        assert "mean over the classes of the outcome, each against all others" in text


def test_the_means_of_the_report_are_shown(
    open_page: OpenPage, comparisons: dict[str, dict[str, str]]
) -> None:
    page = open_page("trade_offs", **comparisons[COMMON])
    reports = [run.test for run in workbench().runs(comparisons[COMMON]["comparison"]) if run.test]
    assert all(set(report.classes) == {BEACON, "I", "II"} for report in reports)
    table = table_with(page, "floor")
    assert table["auc"][0] == pytest.approx(np.mean([report.auc for report in reports[:2]]))
    assert table["auc_low"][0] < table["auc"][0] < table["auc_high"][0]
    assert np.isfinite(table["floor"].to_numpy()).all()


def test_a_class_that_is_too_rare_is_named(
    open_page: OpenPage, comparisons: dict[str, dict[str, str]]
) -> None:
    page = open_page("trade_offs", **comparisons[RARE])
    reason = f'not estimable for class "{BEACON}": groups with at least 10 positives and negatives: 0 of 2'
    assert "equalized-odds difference not estimable" in words_of(page)
    assert f'Gap not estimable for class "{BEACON}": groups with at least 10 positives' in unescaped(
        words_of(page)
    )
    runs = workbench().runs(comparisons[RARE]["comparison"])
    assert all(run.test.attribute("sex").reason["auc_gap"] == reason for run in runs if run.test)
    cells = table_with(page, "patients")["Baseline"]
    assert all("not estimable for class" in cell and "too few positives" in cell for cell in cells)


def test_the_report_is_plain_json(comparisons: dict[str, dict[str, str]]) -> None:
    report = workbench().report(comparisons[RARE]["comparison"])
    assert report["task"]["positive"] is None
    assert len(json.loads(json.dumps(report, allow_nan=False))["runs"]) == 2 * len(METHODS)
