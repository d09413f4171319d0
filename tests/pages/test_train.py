from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from fairviz.store.records import State
from fairviz.ui.bench import workbench
from tests.pages.conftest import METHODS, SCRIPT, OpenPage, address, table_with, unescaped, words_of


def charts(page: AppTest) -> int:
    return len(page.get("bidi_component"))


def test_no_task_offers_the_next_step(open_page: OpenPage) -> None:
    page = open_page("train")
    page.button("next").click().run()
    assert page.title[0].value == "What is predicted, and between whom is it compared?"


def test_starting_trains_what_the_form_says(open_page: OpenPage, task: str) -> None:
    page = open_page("train", task=task)
    page.checkbox("use.multifair").uncheck()
    page.number_input("seeds").set_value(2)
    page.number_input("epochs").set_value(1)
    page.selectbox("fairgrad.penalty").set_value("absolute")
    page.run()
    page.button("start").click().run()
    assert not page.error
    comparison = address(page, "comparison")
    runs = [run.spec for run in workbench().runs(comparison)]
    assert [run["method"] for run in runs] == ["baseline"] * 2 + ["fairgrad"] * 2
    assert [run["seed"] for run in runs] == [0, 1] * 2
    assert runs[-1]["parameters"]["penalty"] == "absolute"
    assert runs[-1]["training"]["epochs"] == 1
    assert workbench().wait(comparison).state is State.FINISHED


def test_the_form_is_kept_in_the_address(open_page: OpenPage, task: str) -> None:
    page = open_page("train", task=task, epochs="7", **{"multifair.tau": "0.02"})
    assert page.number_input("epochs").value == 7
    assert page.number_input("multifair.tau").value == pytest.approx(0.02)


def test_a_value_out_of_bounds_is_said_and_kept(open_page: OpenPage, task: str) -> None:
    page = open_page("train", task=task)
    page.number_input("learning_rate").set_value(0.0).run()
    page.button("start").click().run()
    (error,) = page.error
    assert "greater than 0" in unescaped(error.value)
    assert page.number_input("learning_rate").value == 0
    assert workbench().store.comparisons() == []


def test_every_hyperparameter_has_its_meaning_and_bounds(open_page: OpenPage, task: str) -> None:
    page = open_page("train", task=task)
    text = unescaped(words_of(page))
    assert "Gap between groups that opens the gate. (above 0, at most 1)" in text
    assert "Before turning tau and delta" in text
    page.checkbox("use.multifair-plus").check().run()
    assert "The gap between groups to steer towards: the dial." in unescaped(words_of(page))


def test_no_method_no_start(open_page: OpenPage, task: str) -> None:
    page = open_page("train", task=task)
    for method in METHODS:
        page.checkbox(f"use.{method}").uncheck()
    page.run()
    assert page.button("start").disabled
    assert "Choose at least one method" in words_of(page)


def test_a_running_comparison_shows_progress_and_can_be_cancelled(open_page: OpenPage, running: str) -> None:
    _wait_for_an_epoch(running)
    page = open_page("train", comparison=running)
    assert not page.error
    assert charts(page) == 3
    assert "3 runs" in page.get("progress")[0].proto.text
    page.button("cancel").click().run()
    assert workbench().wait(running).state is State.CANCELLED
    page.run()
    assert "Cancelled." in words_of(page)
    assert charts(page) == 3


def test_what_is_waiting_says_so_and_is_cancelled_at_once(open_page: OpenPage, running: str) -> None:
    _wait_for_an_epoch(running)
    task = workbench().store.comparison(running).task_id
    waiting = workbench().train(task, ["baseline"], seeds=1)
    page = open_page("train", comparison=waiting)
    assert "1 run waiting; 1 comparison ahead" in page.get("progress")[0].proto.text
    page.button("cancel").click().run()
    assert workbench().store.comparison(waiting).state is State.CANCELLED
    assert "Cancelled." in words_of(page)


def test_what_ended_early_can_be_trained_again(open_page: OpenPage, running: str) -> None:
    workbench().cancel(running)
    workbench().wait(running)
    page = open_page("train", comparison=running)
    page.button("again").click().run()
    again = address(page, "comparison")
    assert again != running
    labels = [run.label for run in workbench().runs(again)]
    assert labels == [run.label for run in workbench().runs(running)]
    workbench().cancel(again)


def test_a_failure_is_said_with_its_remedy(open_page: OpenPage, trained: dict[str, str]) -> None:
    workbench().store.end(trained["comparison"], State.FAILED, "Baseline, seed 0: Lower the learning rate")
    page = open_page("train", **trained)
    assert "Lower the learning rate" in unescaped(page.error[0].value)
    assert page.button("again")


def test_a_dead_server_is_said(open_page: OpenPage, trained: dict[str, str]) -> None:
    workbench().store.end(trained["comparison"], State.INTERRUPTED)
    page = open_page("train", **trained)
    assert "Interrupted." in words_of(page)
    assert page.button("again")


def test_a_finished_comparison_shows_three_charts_and_leads_on(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("train", **trained)
    assert charts(page) == 3
    runs = table_with(page, "epoch")
    assert set(runs["epoch"]) <= {"1 chosen of 2", "2 chosen of 2"}
    assert runs["auc"].between(0, 1).all()
    page.button("to-trade-offs").click().run()
    assert page.title[0].value == "What does fairness cost here?"


def test_another_attribute_and_gap_can_be_watched(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("train", **trained)
    assert page.selectbox("attribute").value == SCRIPT
    page.selectbox("attribute").set_value("sex")
    page.selectbox("gap").set_value("auc_gap").run()
    assert not page.error
    assert charts(page) == 3


def _wait_for_an_epoch(comparison: str) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if all(run.epoch for run in workbench().runs(comparison)):
            return
        time.sleep(0.05)
    pytest.fail("no run finished an epoch")


def test_what_has_not_changed_is_not_sent_again(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("train", **trained)
    before = [chart.proto.json for chart in page.get("bidi_component")]
    revision = workbench().progress(trained["comparison"]).revision
    workbench().store.end(trained["comparison"], State.INTERRUPTED)
    assert workbench().progress(trained["comparison"]).revision > revision
    page.run()
    assert "Interrupted." in words_of(page)
    # The same bytes: the server tells the browser their hash alone.
    assert [chart.proto.json for chart in page.get("bidi_component")] == before
    assert len(before) == 3
