"""The groups page: rates, curves, crossings and changes of every group."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Slider

from fairviz.data.specs import TaskSpec
from fairviz.errors import SettingError
from fairviz.reports.evidence import Evidence
from fairviz.suppression import SUPPRESSED
from fairviz.ui.bench import workbench
from fairviz.ui.packed import unpack
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


def figures(page: AppTest) -> dict[str, dict[str, Any]]:
    """By their questions, the figures on a page, without what they look like on a phone."""
    found = [json.loads(unpack(chart["figure"])) for chart in charts(page)]
    return {" ".join(figure["layout"]["title"]["text"].split("<br>")): figure for figure in found}


def subtitle(figure: dict[str, Any]) -> str:
    return " ".join(figure["layout"]["title"]["subtitle"]["text"].split("<br>"))


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
    assert len(charts(page)) == 7
    assert headings(page) == [
        "In words", "Against the baseline", "Modality by modality", "Curves of each group",
        "A threshold for each group", "Where two attributes cross", "Epoch by epoch",
    ]  # fmt: skip


def test_missed_cases_are_what_sensitivity_leaves(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("groups", **trained, attribute="sex")
    (column,) = (name for name in table_with(page, "method").columns if name.startswith("Missed cases"))
    assert column == "Missed cases per 100 patients with died = 1"
    table = table_with(page, "method").set_index(["group", "method"])
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
    page = open_page("groups", **trained, attribute="sex", methods="FairGrad", curves="1")
    assert set(table_with(page, "method")["method"]) == {"FairGrad"}
    assert page.selectbox("curves").value == "1"


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
            assert set(rows[column]) == {"suppressed"}
            assert f"{SUPPRESSED[1:]}. Larger groups can be told" in text
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


def test_the_first_words_answer_who_loses(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("groups", **trained)
    told = [element.value for element in page.main.markdown]
    first = next(text for text in told if "ranked worse" in text.lower())
    assert not any("Missed cases" in text for text in told[: told.index(first)])
    evidence = workbench().evidence(trained["comparison"])
    harmed = [
        label
        for label, own in evidence.items()
        if isinstance(own, Evidence) and any(part.harmed for part in own.attributes.values())
    ]
    text = unescaped(first)
    assert text.startswith(
        "**Ranked worse than with the baseline, by more than chance**" if harmed else "**No group"
    )
    assert all(f"under **{label}**" in text.split(". Under")[0] for label in harmed)


def test_a_running_comparison_follows_its_groups_before_any_run_has_finished(
    open_page: OpenPage, running: str
) -> None:
    page = open_page("groups", comparison=running)
    assert "come with the first finished run" in words_of(page)
    titles: set[str] = set()
    for _ in range(100):
        page.run()
        shown = figures(page)
        assert list(shown) in ([], ["Which group is served worst?"])
        titles = {note["text"] for chart in shown.values() for note in chart["layout"]["annotations"]}
        if titles >= {"Baseline", "FairGrad", "MultiFair"}:
            break
        time.sleep(0.2)  # a chart may lag behind the runs by a look
    assert titles >= {"Baseline", "FairGrad", "MultiFair"}
    assert page.selectbox("attribute").options
    assert not page.dataframe


def test_what_was_seen_of_a_cancelled_comparison_stays(open_page: OpenPage, running: str) -> None:
    bench = workbench()
    while not any(run.epoch for run in bench.runs(running)):
        time.sleep(0.05)
    bench.cancel(running)
    bench.wait(running, every=0.05)
    page = open_page("groups", comparison=running)
    assert "3 runs of 3 cancelled" in words_of(page)
    assert len(charts(page)) == 1
    page.button("next").click().run()
    assert address(page, "comparison") == running


def test_epochs_are_of_the_methods_and_groups_that_are_looked_at(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("groups", **trained, attribute="sex", methods="FairGrad")
    chart = figures(page)["Which group is served worst?"]
    assert {trace["legendgroup"] for trace in chart["data"]} == {"female", "male"}
    assert subtitle(chart).endswith("validation data \u00b7 band: 95% interval")
    assert [note["text"] for note in chart["layout"]["annotations"]] == ["FairGrad"]


def test_modalities_stand_beside_the_baseline_in_a_chart_and_in_words(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("groups", **trained, attribute="sex")
    text = unescaped(words_of(page))
    assert "in the baseline and" in text
    assert "over 2 seeds" in text
    table = table_with(page, "modality")
    assert list(table["group"]) == ["female", "male"] * 2
    runs = [run for run in workbench().runs(trained["comparison"]) if run.label == "FairGrad"]
    aucs = [run.test.modalities["other"].attributes["sex"].groups["male"].auc for run in runs if run.test]
    row = table[(table["modality"] == "other") & (table["group"] == "male")]
    assert row["FairGrad"].iloc[0].startswith(f"{sum(aucs) / len(aucs):.3f} (")


def test_curves_join_all_seeds_unless_one_is_chosen(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("groups", **trained, attribute="sex")
    assert page.selectbox("curves").value == "all"
    ranks = "How many are found at how many false alarms?"
    joined = figures(page)[ranks]
    assert "mean over 2 seeds \u00b7 bands: range over seeds" in subtitle(joined)
    page.selectbox("curves").set_value("0").run()
    single = figures(page)[ranks]
    assert "seed 0" in subtitle(single)
    assert "bands" not in subtitle(single)
    assert len(single["data"]) < len(joined["data"])


def test_one_group_gets_a_threshold_of_its_own(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("groups", **trained, attribute="sex")
    assert "a decision of policy" in words_of(page)
    assert "law forbids or restricts" in words_of(page)
    before = table_with(page, "from").set_index("group")
    first_slider(page).set_value(0.02).run()
    after = table_with(page, "from").set_index("group")
    (missed,) = (name for name in after.columns if name.startswith("Missed cases"))
    assert after.loc["female", "from"].startswith("0.020, before 0.")
    assert after.loc["female", missed].startswith("0 (")
    assert after.loc["male", missed] == before.loc["male", missed]
    text = unescaped(words_of(page))
    assert "**female**, flagged from 0.020 in place of" in text
    assert "**All patients**. Missed cases" in text
    runs = [run.id for run in workbench().runs(trained["comparison"]) if run.label == "Baseline"]
    own = [workbench().decided_groups(run, "sex", {"female": 0.02}).groups["female"] for run in runs]
    assert all(one.performance.sensitivity == 1 for one in own)


def first_slider(page: AppTest) -> Slider[float]:
    """The threshold of the first group of the second attribute."""
    (found,) = (slider for slider in page.slider if (slider.key or "").startswith("own-1-0-"))
    return found


def test_thresholds_of_groups_are_kept_in_the_address(open_page: OpenPage, trained: dict[str, str]) -> None:
    key = first_slider(open_page("groups", **trained, attribute="sex")).key
    page = open_page("groups", **trained, attribute="sex", **{key or "": "0.9"})
    assert table_with(page, "from").set_index("group").loc["female", "from"].startswith("0.900")


def test_another_threshold_for_all_moves_no_single_group(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("groups", **trained, attribute="sex")
    page.selectbox("threshold").set_value("0.5").run()
    assert list(table_with(page, "from")["from"]) == ["0.500", "0.500"]
    assert "All groups are flagged from one predicted risk." in words_of(page)


def test_a_method_that_decides_by_itself_keeps_its_decisions(open_page: OpenPage, task: str) -> None:
    bench = workbench()
    comparison = bench.train(task, ["threshold-optimizer"], seeds=1, training=TrainingSpec(epochs=1))
    bench.wait(comparison, every=0.05)
    page = open_page("groups", task=task, comparison=comparison)
    assert not page.error
    assert "None of these methods decides between two outcomes by a threshold." in words_of(page)
    assert "Choose a method beside the baseline" not in words_of(page)
    with pytest.raises(SettingError, match="threshold"):
        bench.decided_groups(bench.runs(comparison)[0].id, "sex", {})


def test_few_private_patients_stay_at_the_threshold_of_all(
    open_page: OpenPage, private: dict[str, str]
) -> None:
    page = open_page("groups", **private, attribute="sex")
    assert "Of private data each group is shown at the nearest threshold" in words_of(page)
    assert "may be told at one threshold alone" in words_of(page)
    assert not page.slider


def test_the_rest_comes_with_the_first_finished_run(open_page: OpenPage, task: str) -> None:
    bench = workbench()
    methods = ["logistic-regression", "baseline", "multifair"]
    comparison = bench.train(task, methods, seeds=1, training=TrainingSpec(epochs=4))
    page = open_page("groups", task=task, comparison=comparison)
    # The first may finish while the page opens.
    begun = any(run.test for run in bench.runs(comparison))
    assert begun or "No run has finished yet." in words_of(page)
    while bench.progress(comparison).state.active:
        page.run()
        assert not page.error
        time.sleep(0.1)
    page.run()
    assert "No run has finished yet." not in words_of(page)
    assert {"Logistic regression", "Baseline", "MultiFair"} == set(table_with(page, "patients")["method"])
    assert "Epoch by epoch" in headings(page)
