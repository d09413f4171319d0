from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fairviz.store.records import State
from fairviz.ui.bench import workbench
from models.specs import TrainingSpec
from tests.pages.conftest import SCRIPT, OpenPage, address, table_with, unescaped, words_of

SHORT = TrainingSpec(epochs=1)
GRIDS = {
    1: {"tau": [0.12, 0.04, 0.01]},
    2: {"tau": [0.12, 0.04], "delta_max": [0.5, 1.0]},
    3: {"tau": [0.12, 0.04], "delta_max": [0.5, 1.0], "gain": [0.1, 0.2]},
}


def charts(page: AppTest) -> int:
    assert not page.error
    return len(page.get("bidi_component"))


def swept(task: str, dials: int, *, baseline: bool = True) -> str:
    """A finished sweep over this many dials."""
    bench = workbench()
    comparison = bench.sweep(task, "multifair-plus", GRIDS[dials], seeds=2, training=SHORT, baseline=baseline)
    assert bench.wait(comparison, every=0.02).state is State.FINISHED
    return comparison


@pytest.fixture
def running_sweep(task: str) -> Iterator[str]:
    """A sweep that trains for longer than a test looks at it, with an epoch of every run behind it."""
    bench = workbench()
    comparison = bench.sweep(
        task, "multifair", {"tau": [0.01, 0.02]}, seeds=1, training=TrainingSpec(epochs=1000)
    )
    end = time.monotonic() + 30
    while not all(run.epoch for run in bench.runs(comparison)):
        assert time.monotonic() < end, "no run finished an epoch"
        time.sleep(0.05)
    yield comparison
    bench.cancel(comparison)


def test_no_task_offers_the_next_step(open_page: OpenPage) -> None:
    page = open_page("sweep")
    page.button("next").click().run()
    assert page.title[0].value == "What is predicted, and between whom is it compared?"


def test_the_papers_grid_is_proposed_and_its_size_told(open_page: OpenPage, task: str) -> None:
    page = open_page("sweep", task=task)
    assert page.selectbox("method").value == "multifair"
    assert page.text_input("sweep.multifair.tau").value == "0.01, 0.02, 0.04, 0.07"
    assert page.text_input("sweep.multifair.delta").value == "0.3, 0.5, 0.6"
    assert page.button("start").label == "Start 39 runs"
    (size,) = [c.value for c in page.caption if "pack" in c.value]
    assert size.startswith("39 runs in ")
    assert "about" not in size, "nothing is known of the speed yet"


def test_the_facts_stand_beside_the_dials(open_page: OpenPage, task: str) -> None:
    page = open_page("sweep", task=task)
    assert [expander.label for expander in page.expander] == ["Before turning tau and delta"]
    assert "only delta / tau matters" in words_of(page)
    page.selectbox("method").set_value("multifair-plus").run()
    assert page.text_input("sweep.multifair-plus.tau").value == "0.12, 0.08, 0.04, 0.02, 0.01"
    assert [expander.label for expander in page.expander] == ["Before turning tau: here it is the dial"]
    page.selectbox("method").set_value("fairgrad").run()
    assert list(page.expander) == []
    assert page.multiselect("sweep.fairgrad.penalty").value == ["squared", "absolute"]


def test_starting_trains_what_the_form_says_and_shows_it(open_page: OpenPage, task: str) -> None:
    page = open_page("sweep", task=task)
    page.selectbox("method").set_value("multifair-plus").run()
    page.multiselect("sweep.multifair-plus").set_value(["tau", "learning_rate"]).run()
    page.text_input("sweep.multifair-plus.tau").set_value("0.1, 0.02")
    page.text_input("sweep.multifair-plus.learning_rate").set_value("0.001,0.003")
    page.number_input("seeds").set_value(1)
    page.number_input("epochs").set_value(1)
    page.run()
    assert page.button("start").label == "Start 6 runs"
    page.button("start").click().run()
    comparison = address(page, "comparison")
    assert workbench().wait(comparison, every=0.02).state is State.FINISHED
    runs = [run.spec for run in workbench().runs(comparison)]
    assert [
        (run["method"], run["parameters"].get("tau"), run["training"]["learning_rate"]) for run in runs
    ] == [
        ("baseline", None, 0.001),
        ("baseline", None, 0.003),
        *(("multifair-plus", tau, rate) for tau in (0.1, 0.02) for rate in (0.001, 0.003)),
    ]
    page.run()
    assert charts(page) == 2


def test_the_baseline_can_be_left_out(open_page: OpenPage, task: str) -> None:
    page = open_page("sweep", task=task)
    page.checkbox("with_baseline").uncheck().run()
    assert page.button("start").label == "Start 36 runs"
    page.selectbox("method").set_value("baseline").run()
    assert "with_baseline" not in {box.key for box in page.checkbox}
    assert page.button("start").label == "Start 9 runs"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.01, x", "found 'x'"),
        ("0.01, 3", "less than or equal to 1, found '3'"),
        ("0.01, 0.010", "found 0.01 twice"),
        ("", "found none"),
    ],
)
def test_a_wrong_value_is_named_and_kept(open_page: OpenPage, task: str, text: str, message: str) -> None:
    page = open_page("sweep", task=task)
    page.text_input("sweep.multifair.tau").set_value(text).run()
    (error,) = page.error
    assert message in unescaped(error.value)
    assert page.text_input("sweep.multifair.tau").value == text
    assert page.button("start").disabled


def test_one_point_is_no_sweep(open_page: OpenPage, task: str) -> None:
    page = open_page("sweep", task=task)
    page.text_input("sweep.multifair.tau").set_value("0.01")
    page.text_input("sweep.multifair.delta").set_value("0.3").run()
    assert page.button("start").disabled
    assert "at least two values" in words_of(page)
    page.multiselect("sweep.multifair").set_value([]).run()
    assert page.button("start").disabled
    assert not page.error


def test_too_many_runs_are_refused_with_their_number(open_page: OpenPage, task: str) -> None:
    page = open_page("sweep", task=task)
    page.number_input("seeds").set_value(20).run()
    assert page.button("start").label == "Start 260 runs"
    page.text_input("sweep.multifair.tau").set_value(", ".join(f"0.0{i}" for i in range(1, 10)))
    page.text_input("sweep.multifair.delta").set_value("0.1, 0.2, 0.3, 0.4").run()
    (error,) = page.error
    assert "at most 600 runs, found 740" in unescaped(error.value)
    assert page.button("start").disabled


def test_training_settings_out_of_bounds_are_said(open_page: OpenPage, task: str) -> None:
    page = open_page("sweep", task=task)
    page.number_input("epochs").set_value(0).run()
    (error,) = page.error
    assert "training.epochs" in unescaped(error.value)


def test_the_form_is_kept_in_the_address(open_page: OpenPage, task: str) -> None:
    kept = {"method": "MultiFair+", "seeds": "4", "sweep.multifair-plus.tau": "0.5, 0.25"}
    page = open_page("sweep", task=task, **kept)
    assert page.text_input("sweep.multifair-plus.tau").value == "0.5, 0.25"
    assert page.button("start").label == "Start 12 runs"


def test_an_earlier_training_tells_how_long_it_takes(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("sweep", task=trained["task"])
    (size,) = [c.value for c in page.caption if "pack" in c.value]
    assert "at the speed of an earlier training" in size
    page.number_input("batch_size").set_value(64).run()
    (size,) = [c.value for c in page.caption if "pack" in c.value]
    assert "speed" not in size, "other batches, another speed"


def test_a_comparison_of_methods_is_said_to_be_no_sweep(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("sweep", **trained)
    assert charts(page) == 0
    assert "they vary no hyperparameter" in words_of(page)
    links = [link.proto for link in page.get("page_link")]
    assert any(link.label == "See them on the Train page" for link in links)


@pytest.mark.parametrize("dials", [1, 2])
def test_a_finished_sweep_shows_its_dials_its_front_and_its_runs(
    open_page: OpenPage, task: str, dials: int
) -> None:
    comparison = swept(task, dials)
    page = open_page("sweep", comparison=comparison)
    assert charts(page) == 2
    runs = table_with(page, "epoch")
    assert len(runs) == len(workbench().runs(comparison))
    text = unescaped(words_of(page))
    assert ("From tau 0.12 to 0.01" if dials == 1 else "Over 4 points") in text
    assert f"AUC gap of {SCRIPT}" in text, "tau is compared with a gap of AUCs"
    assert "Baseline on the same seeds" in text
    page.selectbox("attribute").set_value("sex")
    page.selectbox("gap").set_value("equalized_odds_difference")
    page.run()
    assert "equalized-odds difference of sex" in unescaped(words_of(page))
    assert charts(page) == 2


def test_test_rows_tell_what_a_choice_is_worth(open_page: OpenPage, task: str) -> None:
    comparison = swept(task, 1)
    validation, test = (
        words_of(open_page("sweep", comparison=comparison, split=split)) for split in ("Validation", "Test")
    )
    runs = [run for run in workbench().runs(comparison) if run.label == "Baseline"]
    for text, reports in ((validation, [r.validation for r in runs]), (test, [r.test for r in runs])):
        assert f"AUC {sum(report.auc for report in reports if report) / 2:.3f}." in text
    assert validation != test


def test_of_three_dials_two_are_drawn_at_a_value_of_the_third(open_page: OpenPage, task: str) -> None:
    page = open_page("sweep", comparison=swept(task, 3, baseline=False))
    assert page.selectbox("across").value == "tau"
    assert page.selectbox("upwards").value == "delta_max"
    assert page.selectbox("at.gain").value == "0.1"
    page.selectbox("across").set_value("gain").run()
    assert page.selectbox("upwards").value == "delta_max"
    assert page.selectbox("at.tau").value == "0.12"
    assert "Over 4 points" in words_of(page)
    assert "Baseline on the same seeds" not in words_of(page)
    assert charts(page) == 2


def test_a_running_sweep_is_watched_and_can_be_cancelled(open_page: OpenPage, running_sweep: str) -> None:
    page = open_page("sweep", comparison=running_sweep)
    assert charts(page) == 1, "the dials wait for the first finished run"
    assert "2 runs" in page.get("progress")[0].proto.text
    page.button("cancel").click().run()
    assert workbench().wait(running_sweep).state is State.CANCELLED
    page.run()
    assert "Cancelled." in words_of(page)
    assert charts(page) == 1


def test_a_collapsed_run_is_named_wherever_runs_are_listed(open_page: OpenPage, task: str) -> None:
    bench = workbench()
    grid: dict[str, list[Any]] = {"strength": [0.1, 100], "penalty": ["absolute"], "learning_rate": [0.3]}
    training = TrainingSpec(epochs=2, batch_size=32)
    comparison = bench.sweep(task, "regularised", grid, seeds=1, training=training, baseline=True)
    assert bench.wait(comparison, every=0.02).state is State.FINISHED
    named = {
        run["collapse"] for run in bench.report(comparison)["runs"] if run["params"].get("strength") == 100
    }
    assert named <= {"flags nearly every patient", "flags hardly anyone"}
    for name, column in (("train", "epoch"), ("sweep", "epoch"), ("trade_offs", "floor")):
        page = open_page(name, comparison=comparison)
        assert not page.error
        table = table_with(page, column).set_index("method")
        assert table["collapse"]["Regularised, penalty absolute, strength 100"] in named
    assert "its gap says nothing" in words_of(open_page("sweep", comparison=comparison))


def test_without_a_collapse_there_is_no_column_for_it(open_page: OpenPage, trained: dict[str, str]) -> None:
    assert {run["collapse"] for run in workbench().report(trained["comparison"])["runs"]} == {None}
    assert "collapse" not in table_with(open_page("train", **trained), "epoch")
    assert "collapse" not in table_with(open_page("trade_offs", **trained), "floor")


def test_a_sweep_on_the_train_page_has_no_panel_for_each_of_many_points(
    open_page: OpenPage, task: str
) -> None:
    bench = workbench()
    grid = {"tau": [number / 100 for number in range(1, 14)]}
    comparison = bench.sweep(task, "multifair", grid, seeds=1, training=SHORT)
    assert bench.wait(comparison, every=0.02).state is State.FINISHED
    page = open_page("train", comparison=comparison)
    assert charts(page) == 2
    assert "13 configurations are too many" in words_of(page)
