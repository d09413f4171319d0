from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from fairviz.reports.summary import DISCLAIMER
from fairviz.ui.bench import workbench
from tests.pages.conftest import OpenPage, address, words_of

PAGES = ("", "data", "train", "sweep", "what_if", "trade_offs", "groups", "modulation")


def shown_errors(page: AppTest) -> list[str]:
    assert not page.exception
    return [error.value for error in page.error]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_on_an_empty_server(open_page: OpenPage, name: str) -> None:
    page = open_page(name)
    assert shown_errors(page) == []
    assert page.title[0].value.endswith("?"), "a page's heading is the question it answers"
    assert DISCLAIMER in words_of(page)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_by_its_address(open_page: OpenPage, trained: dict[str, str], name: str) -> None:
    page = open_page(name, **trained)
    assert shown_errors(page) == []
    assert DISCLAIMER in words_of(page)


@pytest.mark.parametrize("name", PAGES)
def test_navigation_leads_to_every_page_about_the_same_runs(
    open_page: OpenPage, trained: dict[str, str], name: str
) -> None:
    links = [link.proto for link in open_page(name, **trained).get("page_link")][: len(PAGES)]
    assert [link.label for link in links] == [
        "Start", "Data", "Train", "Sweep", "What-if", "Trade-offs", "Groups", "Modulation",
    ]  # fmt: skip
    assert all(trained["comparison"] in link.query_string for link in links)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_lets_a_name_load_anything(open_page: OpenPage, trained: dict[str, str], name: str) -> None:
    text = words_of(open_page(name, **trained))
    assert re.search(r"\](?!\\)\(", text) is None
    assert re.search(r"(?<!\\)<img", text) is None


@pytest.mark.parametrize("name", ["train", "sweep", "what_if", "trade_offs", "groups", "modulation"])
def test_a_page_without_an_address_shows_the_newest_runs_and_says_so(
    open_page: OpenPage, trained: dict[str, str], name: str
) -> None:
    page = open_page(name)
    assert {key: address(page, key) for key in page.query_params} == trained


def test_every_page_says_where_the_outcome_was_not_measured_alike(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    bench = workbench()
    spec = bench.task_spec(trained["task"]).model_copy(update={"measured_alike": "no"})
    page = open_page("train", task=bench.create_task(spec).id)
    assert "a gap may lie in the measuring" in words_of(page)
    assert "in the measuring" not in words_of(open_page("train", **trained))


@pytest.mark.parametrize("name", ["train", "sweep", "what_if", "trade_offs", "groups", "modulation"])
def test_what_is_not_kept_is_said_and_left_by_a_button(
    open_page: OpenPage, trained: dict[str, str], name: str
) -> None:
    page = open_page(name, comparison="gone")
    (message,) = shown_errors(page)
    assert "gone" in message
    page.button("newest").click().run()
    assert shown_errors(page) == []
    assert address(page, "comparison") == trained["comparison"]


def test_an_unexpected_error_is_told_without_its_trace(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("patient 12")

    page = open_page()
    monkeypatch.setattr(workbench().store, "tasks", fail)
    page.run()
    (message,) = shown_errors(page)
    assert "unexpected" in message
    assert "patient 12" not in message
    assert "patient 12" in caplog.text


def test_what_one_page_begins_with_does_not_become_another_pages_choice(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("modulation", **trained)
    assert page.selectbox("seed").value == "0"
    page.switch_page("pages/what_if.py").run()
    page.switch_page("pages/trade_offs.py").run()
    assert page.segmented_control[0].value == "test"
    page.switch_page("pages/groups.py").run()
    assert page.selectbox("curves").value == "all"
    assert page.selectbox("number").value == "missed"
