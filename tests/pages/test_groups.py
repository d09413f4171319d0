"""The groups page: rates, curves, crossings and changes of every group."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fairviz.data.specs import TaskSpec
from fairviz.reports.evidence import Evidence
from fairviz.suppression import SUPPRESSED
from fairviz.ui.bench import workbench
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.pages.conftest import (
    BEACON,
    SCRIPT,
    OpenPage,
    address,
    hostile_spec,
    hostile_table,
    table_with,
    unescaped,
    words_of,
)


def charts(page: AppTest) -> list[dict[str, Any]]:
    assert not page.error, [error.value for error in page.error]
    assert not page.exception
    return [json.loads(chart.proto.json) for chart in page.get("bidi_component")]


def headings(page: AppTest) -> list[str]:
    return [heading.value for heading in page.header]


def test_nothing_yet_offers_the_next_step(open_page: OpenPage) -> None:
    page = open_page("groups")
    assert page.title[0].value == "Who gains and who loses?"
    page.button("next").click().run()
    assert page.title[0].value != "Who gains and who loses?"


def test_an_untrained_task_leads_to_its_training(open_page: OpenPage, task: str) -> None:
    page = open_page("groups", task=task)
    assert "Nothing is trained yet." in words_of(page)
    page.button("next").click().run()
    assert address(page, "task") == task


def test_rates_changes_curves_and_crossings_are_drawn(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("groups", **trained)
    assert len(charts(page)) == 5
    assert headings(page) == [
        "In words", "Against the baseline", "Curves of each group", "Where two attributes cross",
    ]  # fmt: skip


def test_missed_cases_are_what_sensitivity_leaves(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("groups", **trained, attribute="sex")
    (column,) = (name for name in table_with(page, "method").columns if name.startswith("Missed cases"))
    assert column == "Missed cases per 100 patients with died = 1"
    table = table_with(page, column).set_index(["group", "method"])
    runs = [run for run in workbench().runs(trained["comparison"]) if run.label == "Baseline"]
    found = [run.test.attributes["sex"].groups["female"].sensitivity for run in runs if run.test]
    missed = 100 * (1 - sum(found) / len(found))
    assert table[column]["female", "Baseline"].startswith(f"{missed:.0f} (")
    assert f"{column}: female {missed:.0f} (" in unescaped(words_of(page))


def test_another_threshold_misses_other_patients(open_page: OpenPage, trained: dict[str, str]) -> None:
    before, after = (
        table_with(open_page("groups", **trained, attribute="sex", **chosen), "method")
        for chosen in ({}, {"threshold": "0.02"})
    )
    (column,) = (name for name in before.columns if name.startswith("Missed cases"))
    assert after[column].str.startswith("0 (").all()
    assert not before[column].equals(after[column])


def test_names_stay_text_and_an_intersection_can_be_chosen(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("groups", **trained)
    (crossed,) = (name for name in page.selectbox("attribute").options if " & " in name)
    page.selectbox("attribute").set_value(crossed).run()
    assert len(charts(page)) == 4
    assert "one attribute at a time" in words_of(page)
    assert BEACON in table_with(page, "method")["group"][0]
    assert BEACON not in words_of(page)
    assert SCRIPT not in words_of(page)


def test_harm_is_told_as_evidence_has_it(open_page: OpenPage, trained: dict[str, str]) -> None:
    text = unescaped(words_of(open_page("groups", **trained, attribute="sex")))
    evidence = workbench().evidence(trained["comparison"])["FairGrad"]
    assert isinstance(evidence, Evidence)
    harmed = evidence.attributes["sex"].harmed
    assert ("Ranked worse" in text) or not harmed
    assert "ranked worse" in text.lower()
    assert "is fair" not in text.lower()


def test_methods_and_seed_are_taken_from_the_address(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("groups", **trained, attribute="sex", methods="FairGrad", seed="1")
    assert set(table_with(page, "method")["method"]) == {"FairGrad"}
    assert page.selectbox("seed").value == 1


@pytest.fixture
def private(home: Path, tmp_path: Path) -> dict[str, str]:  # noqa: ARG001  (opens the workbench there)
    """Address of a finished comparison of data that are not declared public."""
    bench: Workbench = workbench()
    path = tmp_path / "table.parquet"
    hostile_table(300).to_parquet(path)
    spec: TaskSpec = hostile_spec(bench.add_dataset(path).id).model_copy(update={"public": False})
    task = bench.create_task(spec).id
    comparison = bench.train(task, ["baseline", "fairgrad"], seeds=1, training=TrainingSpec(epochs=1))
    bench.wait(comparison, every=0.05)
    return {"task": task, "comparison": comparison}


def test_few_private_patients_are_suppressed_everywhere(open_page: OpenPage, private: dict[str, str]) -> None:
    page = open_page("groups", **private, attribute="sex")
    assert not page.error
    text = unescaped(words_of(page))
    assert "ROC curves and calibration are suppressed" in text
    assert f" & sex is {SUPPRESSED}" in text
    table = table_with(page, "method")
    told = workbench().runs(private["comparison"])[0].test
    assert told is not None
    for group, own in told.attributes["sex"].groups.items():
        rows = table[table["group"] == group]
        if own.positives is None:
            assert set(rows["with"]) == {"suppressed"}
        if own.value("sensitivity") is None:
            (column,) = (name for name in table.columns if name.startswith("Missed cases"))
            assert set(rows[column]) == {SUPPRESSED}
    assert told.intersections
    assert all(not own.groups for own in told.intersections.values())


def test_several_classes_have_words_in_place_of_curves(
    open_page: OpenPage, home: Path, tmp_path: Path
) -> None:
    bench, path = workbench(), tmp_path / "table.parquet"
    frame = hostile_table()
    frame["died"] = (frame["lactate"] > 0).astype(int) + (frame["lactate"] > 1).astype(int)
    frame.to_parquet(path)
    spec = hostile_spec(bench.add_dataset(path).id).model_copy(update={"positive": None})
    task = bench.create_task(spec).id
    comparison = bench.train(task, ["baseline"], seeds=1, training=TrainingSpec(epochs=1))
    bench.wait(comparison, every=0.05)
    page = open_page("groups", task=task, comparison=comparison)
    assert not page.error
    assert "outcomes with two values" in words_of(page)
    assert home.exists()
