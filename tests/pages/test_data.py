from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fairviz.errors import TaskError
from fairviz.ui import taskfile
from fairviz.ui.bench import workbench
from fairviz.ui.taskform import EVERY_VALUE
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


@pytest.fixture
def staged(home: Path, tmp_path: Path) -> str:  # noqa: ARG001  (opens the workbench there)
    """A dataset with an outcome of three values, whose rows lack their only laboratory value in part."""
    frame = hostile_table().assign(stage=np.resize(["I", "II", BEACON, "II"], 400))
    frame.loc[:29, "lactate"] = np.nan
    frame.to_parquet(tmp_path / "staged.parquet")
    return workbench().add_dataset(tmp_path / "staged.parquet").id


def key(page: AppTest, name: str) -> str:
    """The key of a widget of the form, whatever the form started from."""
    widgets = [*page.selectbox, *page.multiselect]
    (found,) = (w.key for w in widgets if w.key is not None and w.key.startswith(f"{name}."))
    return str(found)


def messages(page: AppTest) -> str:
    assert not page.exception
    return unescaped(" ".join(error.value for error in page.error))


def test_the_task_of_the_address_fills_the_form(open_page: OpenPage, task: str) -> None:
    page = open_page("data", task=task)
    assert page.selectbox(key(page, "outcome")).value == "died"
    assert page.selectbox(key(page, "positive")).value == "1"
    assert page.multiselect(key(page, "sensitive")).value == [SCRIPT, "sex"]


def test_counts_come_before_any_metric(open_page: OpenPage, task: str) -> None:
    page = open_page("data", task=task)
    counts = table_with(page, "positives")
    assert counts["n"].tolist()[:2] == [200, 200]
    assert list(counts["attribute"].unique()) == [SCRIPT, "sex"]


def test_an_unchanged_task_stays_the_same_task(open_page: OpenPage, task: str) -> None:
    page = open_page("data", task=task)
    page.button("use").click().run()
    assert address(page, "task") == task
    assert len(workbench().store.tasks()) == 1
    assert page.title[0].value.startswith("What happens")


def test_a_dataset_alone_is_proposed_for(open_page: OpenPage, task: str) -> None:
    dataset = workbench().store.task(task).dataset_id
    page = open_page("data", dataset=dataset)
    assert messages(page) == ""
    assert page.selectbox(key(page, "outcome")).value == "died"
    assert page.multiselect(key(page, "sensitive")).value == ["sex"]


def test_another_choice_makes_another_task(open_page: OpenPage, task: str) -> None:
    page = open_page("data", task=task)
    page.multiselect(key(page, "sensitive")).set_value(["sex"]).run()
    page.button("use").click().run()
    made = workbench().task_spec(address(page, "task"))
    assert made.sensitive == ("sex",)
    assert len(workbench().store.tasks()) == 2


def test_changed_uses_of_columns_come_back_from_the_address(open_page: OpenPage, task: str) -> None:
    edits = {BEACON: "not used", "ward": "place", "unknown": "labs"}
    page = open_page("data", task=task, columns=json.dumps(edits))
    page.button("use").click().run()
    made = workbench().task_spec(address(page, "task"))
    assert {m.name: m.columns for m in made.modalities} == {"other": ("lactate",), "place": ("ward",)}
    assert made.drop == (BEACON,)


def test_an_address_that_is_no_json_changes_nothing(open_page: OpenPage, task: str) -> None:
    page = open_page("data", task=task, columns="{")
    assert messages(page) == ""
    page.button("use").click().run()
    assert address(page, "task") == task


def test_what_cannot_be_trained_is_said_and_nothing_entered_is_lost(open_page: OpenPage, task: str) -> None:
    page = open_page("data", task=task)
    page.selectbox(key(page, "outcome")).set_value("lactate").run()
    assert "at most 10 values as classes, or one that means it happened" in messages(page)
    assert "Name the value to be predicted against all others" in messages(page)
    assert page.selectbox(key(page, "outcome")).value == "lactate"
    assert page.multiselect(key(page, "sensitive")).value == [SCRIPT, "sex"]


def test_every_value_of_several_can_be_a_class_of_its_own(open_page: OpenPage, staged: str) -> None:
    page = open_page("data", dataset=staged)
    page.selectbox(key(page, "outcome")).set_value("stage").run()
    choice = page.selectbox(key(page, "positive"))
    assert choice.value == EVERY_VALUE
    assert choice.options[0] == "every value (one class each)"
    assert set(choice.options[1:]) == {"I", "II", BEACON}
    assert list(table_with(page, '"I"').columns) == ["attribute", "group", "n", f'"{BEACON}"', '"I"', '"II"']
    assert f'"stage" has 3 values and each is a class of its own: {BEACON}, I, II.' in unescaped(
        words_of(page)
    )
    page.button("use").click().run()
    assert workbench().task_spec(address(page, "task")).positive is None
    assert "predicts stage, each value a class" in unescaped(words_of(page))
    assert "the mean over the classes of the outcome, each against all others" in words_of(page)


def test_one_value_of_several_can_stand_against_the_rest(open_page: OpenPage, staged: str) -> None:
    page = open_page("data", dataset=staged)
    page.selectbox(key(page, "outcome")).set_value("stage").run()
    page.selectbox(key(page, "positive")).set_value("II").run()
    assert "With outcome" not in messages(page)
    assert "positives" in table_with(page, "positives")
    page.button("use").click().run()
    assert workbench().task_spec(address(page, "task")).positive == "II"
    assert "mean over the classes" not in words_of(page)


def test_a_task_of_classes_fills_the_form(open_page: OpenPage, staged: str) -> None:
    spec = workbench().propose_task(staged, outcome="stage", sensitive=["sex"])
    page = open_page("data", task=workbench().create_task(spec).id)
    assert page.selectbox(key(page, "positive")).value == EVERY_VALUE
    assert messages(page) == ""


def test_rows_without_a_modality_are_told(open_page: OpenPage, staged: str) -> None:
    assert 'modality "labs" is missing in 30 of 400 rows' in unescaped(
        words_of(open_page("data", dataset=staged))
    )


def test_no_group_to_compare_is_said(open_page: OpenPage, task: str) -> None:
    page = open_page("data", task=task)
    page.multiselect(key(page, "sensitive")).set_value([]).run()
    assert "at least one column" in messages(page)


def test_a_sample_takes_the_place_of_another_dataset(open_page: OpenPage, task: str) -> None:
    page = open_page("data", task=task)
    page.selectbox("sample-0").set_value("nhefs").run()
    spec = workbench().task_spec(address(page, "task"))
    assert spec.name.startswith("NHEFS")
    assert page.selectbox(key(page, "outcome")).value == spec.outcome
    assert tuple(page.multiselect(key(page, "sensitive")).value) == spec.sensitive
    assert messages(page) == ""


def test_deleting_takes_everything_with_it(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("data", **trained)
    page.button("delete").click().run()
    assert messages(page) == ""
    bench = workbench()
    assert (bench.store.datasets(), bench.store.tasks(), bench.store.comparisons()) == ([], [], [])
    left = [path for path in bench.settings.home.rglob("*") if path.suffix in {".parquet", ".safetensors"}]
    assert left == []


def test_nothing_is_deleted_while_it_trains(open_page: OpenPage, running: str) -> None:
    page = open_page("data", comparison=running, task=workbench().store.comparison(running).task_id)
    page.button("delete").click().run()
    assert "Cancel it on the Train page" in messages(page)
    assert len(workbench().store.datasets()) == 1


def test_the_first_rows_can_be_looked_at(open_page: OpenPage, task: str) -> None:
    page = open_page("data", task=task)
    assert len(table_with(page, "ward")) == 8
    assert "400 rows, 6 columns" in words_of(page)


def test_how_a_file_was_read_is_said(open_page: OpenPage, home: Path, tmp_path: Path) -> None:  # noqa: ARG001
    text = hostile_table().to_csv(index=False, sep=";", decimal=",")
    (tmp_path / "ward.csv").write_text(text.replace(";A;", ";Süd;"), encoding="cp1252")
    page = open_page("data", dataset=workbench().add_dataset(tmp_path / "ward.csv").id)
    assert "Read as semicolon-separated, decimal comma, Windows-1252." in unescaped(words_of(page))


def test_single_patients_are_shown_to_whoever_asks(open_page: OpenPage, staged: str) -> None:
    page = open_page("data", dataset=staged)
    assert not has_preview(page)
    assert has_preview(page.toggle("single").set_value(True).run())


def test_rows_of_public_data_are_shown_at_once(open_page: OpenPage, task: str) -> None:
    page = open_page("data", task=task)
    assert has_preview(page)


def has_preview(page: AppTest) -> bool:
    """Whether the first rows of the table are on the page."""
    assert not page.exception
    return any("lactate" in table.value.columns for table in page.dataframe)


@pytest.fixture
def remarked(home: Path, tmp_path: Path) -> str:  # noqa: ARG001  (opens the workbench there)
    """A dataset with a column of free text."""
    frame = hostile_table()
    frame["remark"] = [f"seen on day {day} by the ward team" for day in range(len(frame))]
    frame.to_parquet(tmp_path / "remarks.parquet")
    return workbench().add_dataset(tmp_path / "remarks.parquet").id


def test_free_text_becomes_a_modality_where_a_person_says_so(open_page: OpenPage, remarked: str) -> None:
    assert "remark" in workbench().propose_task(remarked).drop
    page = open_page("data", dataset=remarked, columns=json.dumps({"remark": "notes"}))
    assert messages(page) == ""
    assert "may hold names" in words_of(page)
    page.button("use").click().run()
    made = workbench().task_spec(address(page, "task")).modalities
    assert [modality.kind for modality in made if modality.name == "notes"] == ["text"]


def test_free_text_beside_numbers_is_refused_in_words(open_page: OpenPage, remarked: str) -> None:
    edits = json.dumps({"remark": "notes", "lactate": "notes"})
    page = open_page("data", dataset=remarked, columns=edits)
    assert "expected free text alone" in messages(page)


def test_a_given_split_is_chosen(open_page: OpenPage, home: Path, tmp_path: Path) -> None:  # noqa: ARG001
    frame = hostile_table()
    frame["fold"] = np.resize(["train", "train", "val", "test"], len(frame))
    frame.to_parquet(tmp_path / "fold.parquet")
    dataset = workbench().add_dataset(tmp_path / "fold.parquet").id
    page = open_page("data", dataset=dataset)
    assert page.selectbox(key(page, "split")).value == "fold"
    page.button("use").click().run()
    assert workbench().task_spec(address(page, "task")).split.column == "fold"


@pytest.fixture
def aged(home: Path, tmp_path: Path) -> str:  # noqa: ARG001  (opens the workbench there)
    """A dataset with ages and three origins."""
    rng = np.random.default_rng(3)
    frame = hostile_table().assign(
        age=rng.integers(20, 90, 400), origin=rng.choice(["north", "south", "west"], 400)
    )
    frame.to_parquet(tmp_path / "aged.parquet")
    return workbench().add_dataset(tmp_path / "aged.parquet", name="aged").id


def test_ages_are_compared_in_bands_that_can_be_changed(open_page: OpenPage, aged: str) -> None:
    page = open_page("data", dataset=aged)
    page.multiselect(key(page, "sensitive")).set_value(["age", "sex"]).run()
    assert messages(page) == ""
    counts = table_with(page, "positives")
    own = counts[counts["attribute"] == "age"]
    assert own["group"].tolist() == ["under 45", "45 to under 65", "65 and over"]
    (cuts,) = (field for field in page.text_input if field.label == "Bands begin at")
    cuts.set_value("60").run()
    counts = table_with(page, "positives")
    assert counts[counts["attribute"] == "age"]["group"].tolist() == ["under 60", "60 and over"]
    page.button("use").click().run()
    made = workbench().task_spec(address(page, "task"))
    assert made.groupings[0].cuts == (60.0,)
    assert "age" not in {column for modality in made.modalities for column in modality.columns}


def test_bands_that_are_no_numbers_are_explained(open_page: OpenPage, aged: str) -> None:
    page = open_page("data", dataset=aged)
    page.multiselect(key(page, "sensitive")).set_value(["age"]).run()
    (cuts,) = (field for field in page.text_input if field.label == "Bands begin at")
    cuts.set_value("young, old").run()
    assert "expected numbers with commas between them, found young, old" in messages(page)


def test_merged_groups_come_back_from_the_address(open_page: OpenPage, aged: str) -> None:
    edits = {"origin": {"south": "elsewhere", "west": "elsewhere"}}
    page = open_page("data", dataset=aged, groups=json.dumps(edits))
    page.multiselect(key(page, "sensitive")).set_value(["origin"]).run()
    assert table_with(page, "positives")["group"].tolist() == ["north", "elsewhere"]


def test_combinations_take_the_place_of_attributes_of_private_data(open_page: OpenPage, aged: str) -> None:
    page = open_page("data", dataset=aged)
    page.multiselect(key(page, "sensitive")).set_value(["origin", "sex"]).run()
    page.multiselect(key(page, "crossed")).set_value(["origin", "sex"]).run()
    assert messages(page) == ""
    assert set(table_with(page, "positives")["attribute"]) == {"origin & sex"}
    (public,) = (box for box in page.checkbox if box.label.startswith("These data are public"))
    public.set_value(True).run()
    assert list(table_with(page, "positives")["attribute"].unique()) == ["origin", "sex", "origin & sex"]


def test_the_answer_about_measuring_and_the_test_rows_are_part_of_the_task(
    open_page: OpenPage, aged: str, tmp_path: Path
) -> None:
    other = hostile_table(200).assign(age=50, origin="north")
    other.to_parquet(tmp_path / "other.parquet")
    second = workbench().add_dataset(tmp_path / "other.parquet", name="other").id
    page = open_page("data", dataset=aged)
    (alike,) = page.radio
    alike.set_value("no").run()
    page.selectbox(key(page, "external")).set_value(second).run()
    assert "Test rows are the 200 rows of a second dataset." in unescaped(words_of(page))
    page.button("use").click().run()
    made = workbench().task_spec(address(page, "task"))
    assert (made.external, made.measured_alike) == (second, "no")


def test_what_is_left_out_is_said_in_words(open_page: OpenPage, home: Path, tmp_path: Path) -> None:  # noqa: ARG001
    frame = hostile_table().assign(
        fate=lambda t: t["died"] * 2 + 1, contact=[f"p{i}@example.org" for i in range(400)]
    )
    frame.to_parquet(tmp_path / "leaky.parquet")
    page = open_page("data", dataset=workbench().add_dataset(tmp_path / "leaky.parquet").id)
    text = unescaped(words_of(page))
    assert "fate: gives the outcome away" in text
    assert "contact: may identify patients: email addresses" in text
    assert "sex: compared between groups; to be an input as well" in text


def test_a_task_file_needs_its_dataset(home: Path) -> None:  # noqa: ARG001
    with pytest.raises(TaskError, match="Upload the dataset first"):
        taskfile.keep(hostile_spec("0" * 64).to_json().encode())
    with pytest.raises(TaskError, match="expected a task as FairViz writes it"):
        taskfile.keep(b"{}")
    with pytest.raises(TaskError, match="bytes that are none"):
        taskfile.keep(b"\xff\xfe\xff")


def test_a_saved_task_is_loaded_as_the_same(task: str) -> None:
    assert taskfile.keep(workbench().task_spec(task).to_json().encode()) == task
