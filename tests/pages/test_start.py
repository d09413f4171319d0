from __future__ import annotations

from pathlib import Path

import pytest

from fairviz.data.synthetic.glaucoma_images import write_fairvision_folder
from fairviz.store.records import State
from fairviz.ui.bench import workbench
from tests.pages.conftest import OpenPage, address, hostile_table, unescaped, words_of


def test_one_click_trains_the_real_data(open_page: OpenPage) -> None:
    page = open_page()
    page.button("start-support2").click().run()
    assert not page.exception
    assert page.title[0].value == "What happens to performance and fairness while training?"
    (comparison,) = workbench().store.comparisons()
    assert address(page, "comparison") == comparison.id
    runs = workbench().runs(comparison.id)
    assert [run.spec["method"] for run in runs[::3]] == ["baseline", "fairgrad", "multifair"]
    assert len(runs) == 9
    workbench().cancel(comparison.id)


def test_where_an_upload_goes_is_said_before_it(open_page: OpenPage) -> None:
    text = words_of(open_page())
    assert "Before you upload" in text
    assert "Everyone who can open this page can see it" in text
    assert "delete it on the Data page" in text


def test_an_upload_becomes_a_dataset_and_leads_to_its_form(open_page: OpenPage) -> None:
    page = open_page()
    table = hostile_table().to_csv(index=False).encode()
    page.file_uploader[0].set_value(("ward.csv", table, "text/csv")).run()
    (dataset,) = workbench().store.datasets()
    assert (dataset.name, dataset.rows) == ("ward", 400)
    assert address(page, "dataset") == dataset.id
    assert page.title[0].value == "What is predicted, and between whom is it compared?"


def test_a_bad_upload_says_where_and_what_to_do(open_page: OpenPage) -> None:
    page = open_page()
    page.file_uploader[0].set_value(("bad.csv", b"a,b\n1,2\n1,2,3\n", "text/csv")).run()
    assert not page.exception
    (error,) = page.error
    assert "line 3**: expected 2 fields" in error.value
    assert "remove the extra comma" in unescaped(error.value)
    assert workbench().store.datasets() == []


def test_no_copy_of_a_bad_upload_stays_behind(open_page: OpenPage) -> None:
    page = open_page()
    page.file_uploader[0].set_value(("bad.csv", b"", "text/csv")).run()
    assert len(page.error) == 1
    home = workbench().settings.home
    assert not [path for path in home.rglob("*") if "upload" in path.name or path.suffix == ".csv"]


def test_a_recent_task_can_be_gone_on_with(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page()
    links = [link.proto for link in page.get("page_link") if "Task" in link.proto.label]
    assert trained["comparison"] in links[0].query_string
    assert links[0].page.endswith("trade_offs"), "what is finished has results to read"
    assert f"6 runs {State.FINISHED}" in words_of(page)


def test_what_the_server_offers_is_read_where_it_is_chosen(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "offered"
    write_fairvision_folder(folder / "eyes", rows=20)
    monkeypatch.setenv("FAIRVIZ_DATA_FOLDER", str(folder))
    page = open_page()
    (choice,) = [box for box in page.selectbox if box.label == "Or a table or folder on the server"]
    assert choice.options == ["eyes", "eyes/notes.csv"]
    choice.set_value("eyes").run()
    next(button for button in page.button if button.label == "Read it").click().run()
    assert not page.exception
    (dataset,) = workbench().store.datasets()
    assert (dataset.name, dataset.rows) == ("eyes", 20)
    assert address(page, "dataset") == dataset.id


def test_nothing_is_offered_unless_the_server_says_so(open_page: OpenPage) -> None:
    assert "server" not in " ".join(box.label for box in open_page().selectbox)
