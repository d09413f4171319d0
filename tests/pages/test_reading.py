"""What takes long to read, on the pages that wait for it and on those that do not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fairviz.data.synthetic.glaucoma_images import write_fairvision_folder
from fairviz.ui.bench import workbench
from tests.pages.conftest import OpenPage, address, hostile_table, unescaped, words_of


@pytest.fixture
def waiting(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A folder on the server of which half is read until the event is set."""
    assert home.is_dir()
    write_fairvision_folder(tmp_path / "offered" / "eyes", rows=20)
    monkeypatch.setenv("FAIRVIZ_DATA_FOLDER", str(tmp_path / "offered"))
    monkeypatch.setenv("FAIRVIZ_IMAGE_SIDE", "16")
    monkeypatch.setattr("fairviz.ui.upload._AT_ONCE_SECONDS", 0.05)
    go_on, bench = threading.Event(), workbench()
    add = bench.add_dataset

    def slowly(path: Path, **options: object) -> object:
        tell = options.pop("on_progress")

        def told(done: int, count: int) -> None:
            tell(done, count)  # type: ignore[operator]
            assert done < count / 2 or go_on.wait(60)

        return add(path, on_progress=told, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(bench, "add_dataset", slowly)
    yield go_on
    go_on.set()


def brings(page: AppTest) -> bool:
    """Whether a table can be brought."""
    return any(uploader.label.startswith("A table as") for uploader in page.file_uploader)


def test_a_page_that_is_left_finds_its_dataset_when_it_comes_back(
    open_page: OpenPage, waiting: threading.Event
) -> None:
    page = open_page("data")
    (choice,) = [box for box in page.selectbox if box.label == "Or a table or folder on the server"]
    choice.set_value("eyes").run()
    next(button for button in page.button if button.label == "Read it").click().run()
    assert not page.exception
    assert not page.error
    key = address(page, "reading")
    assert not brings(page), "one thing at a time"
    assert "goes on if you leave this page" in words_of(page)

    other = open_page("data")
    assert brings(other)
    assert "goes on if you leave this page" in words_of(other)
    (reading,) = workbench().readings.active().values()
    waiting.set()
    assert reading.outcome.result(60).rows == 20
    back = open_page("data", reading=key)
    assert not back.exception
    assert address(back, "dataset") == reading.outcome.result().id
    assert "20 rows" in words_of(back)


def test_an_address_that_waits_for_nothing_offers_the_uploader(open_page: OpenPage) -> None:
    page = open_page("data", reading="gone")
    assert not page.error
    assert brings(page)
    assert "reading" not in page.query_params


def test_an_upload_that_is_wrong_leaves_nothing_to_wait_for(open_page: OpenPage) -> None:
    page = open_page("data")
    page.file_uploader[0].set_value(("bad.csv", b"a,b\n1,2\n1,2,3\n", "text/csv")).run()
    (error,) = page.error
    assert "bad.csv, line 3" in unescaped(error.value)
    page.run()
    assert not page.error
    table = hostile_table().to_csv(index=False).encode()
    page.file_uploader[0].set_value(("ward.csv", table, "text/csv")).run()
    assert len(workbench().store.datasets()) == 1
    assert not list(workbench().settings.home.glob("upload-*"))
