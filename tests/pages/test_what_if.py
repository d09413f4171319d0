from __future__ import annotations

import json
import time
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fairviz.data.synthetic.glaucoma_images import write_fairvision_folder
from fairviz.store.records import State
from fairviz.ui.bench import workbench
from fairviz.ui.packed import unpack
from models.specs import TrainingSpec
from tests.pages.conftest import SCRIPT, OpenPage, address, unescaped, words_of

SHORT = TrainingSpec(epochs=1, batch_size=128)


def finished(task: str, method: str, points: list[dict[str, Any]], seeds: int = 2) -> str:
    bench = workbench()
    comparison = bench.train_points(task, method, points, seeds=seeds, training=SHORT, baseline=True)
    assert bench.wait(comparison, every=0.02).state is State.FINISHED
    return comparison


def grid(taus: tuple[float, ...] = (0.05, 0.1, 0.2)) -> list[dict[str, Any]]:
    return [{"tau": tau, "delta": delta} for tau, delta in product(taus, (0.3, 0.6))]


def text_of(page: AppTest) -> str:
    return unescaped(words_of(page))


def test_no_run_offers_the_next_step(open_page: OpenPage, task: str) -> None:
    page = open_page("what_if", task=task)
    assert page.title[0].value == "What if tau, delta or a patient were different?"
    page.button("next").click().run()
    assert "while training" in page.title[0].value


def test_methods_without_tau_are_said_to_have_none(open_page: OpenPage, task: str) -> None:
    bench = workbench()
    comparison = bench.train(task, ["baseline", "fairgrad"], seeds=1, training=SHORT)
    bench.wait(comparison, every=0.02)
    page = open_page("what_if", comparison=comparison)
    assert "none of these runs has recorded steps" in text_of(page)
    assert page.button("next").label == "Go to training"


def test_the_dials_begin_at_the_run_s_own_values(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("what_if", **trained)
    assert [slider.value for slider in page.select_slider] == [0.04, 0.3]
    text = text_of(page)
    assert f"the gate of {SCRIPT} was open in" in text
    assert "a gate opens" in text, "whoever has never heard of tau and delta reads what they are"
    assert "chance alone" in text
    assert "Noise floor: in 19 of 20 batches chance alone makes up to" in text
    assert "the recorded course of the run is held fixed" in text
    assert "A surface needs at least 6 finished points" in text
    assert not page.error


def test_turning_a_dial_changes_words_and_nothing_is_trained(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("what_if", **trained)
    page.select_slider[0].set_value(1.0).run()
    assert "no delta changes anything at this tau" in text_of(page)
    page.select_slider[0].set_value(0.02)
    page.select_slider[1].set_value(0.6)
    page.run()
    text = text_of(page)
    assert "With tau 0.02 the gate of sex would have been open in" in text
    assert "as trained: " in text
    assert "only delta / tau acts: 30 (as trained 7.5)" in text
    assert len(workbench().store.comparisons()) == 1


def test_multifair_plus_has_tau_alone_and_words_of_its_own(open_page: OpenPage, task: str) -> None:
    comparison = finished(task, "multifair-plus", [{"tau": 0.04}])
    page = open_page("what_if", comparison=comparison)
    (tau,) = page.select_slider
    assert tau.value == 0.04
    assert "Tau is the dial" in text_of(page)
    tau.set_value(0.01).run()
    assert "With tau 0.01 the controller of sex would have" in text_of(page)
    assert page.button("train-grid").label == "Train the grid, 12 runs"


def test_this_point_is_trained_with_the_run_s_settings_and_the_baseline(
    open_page: OpenPage, task: str
) -> None:
    comparison = finished(task, "multifair", [{"tau": 0.05, "delta": 0.3, "rho": 0.9}])
    page = open_page("what_if", comparison=comparison)
    page.select_slider[0].set_value(0.02).run()
    page.button("train-point").click().run()
    new = address(page, "comparison")
    assert new != comparison
    assert workbench().wait(new, every=0.02).state is State.FINISHED
    runs = [run.spec for run in workbench().runs(new)]
    assert [(run["method"], run["seed"]) for run in runs] == [
        ("baseline", 0), ("baseline", 1), ("multifair", 0), ("multifair", 1)
    ]  # fmt: skip
    own = runs[-1]["parameters"]
    assert (own["tau"], own["delta"], own["rho"]) == (0.02, 0.3, 0.9)
    assert runs[-1]["training"] == SHORT.model_dump(mode="json")
    page.run()
    assert [slider.value for slider in page.select_slider] == [0.02, 0.3], "the new run's own"


def test_a_grid_is_trained_and_becomes_a_surface(open_page: OpenPage, task: str) -> None:
    page = open_page("what_if", comparison=finished(task, "multifair", [{"tau": 0.04}]))
    assert page.button("train-grid").label == "Train the grid, 26 runs"
    page.text_input("grid-multifair-tau").set_value("0.05, 0.1, 0.2")
    page.text_input("grid-multifair-delta").set_value("0.3, 0.6")
    page.run()
    page.button("train-grid").click().run()
    comparison = address(page, "comparison")
    assert workbench().wait(comparison, every=0.02).state is State.FINISHED
    assert len(workbench().runs(comparison)) == 14
    page.run()
    text = text_of(page)
    assert "Estimated from 7 trained points" in text, "the first comparison's point counts too"
    assert "retrained values lay inside the 95 % band" in text
    assert "Validation rows choose, test rows report" in text
    assert len(page.get("bidi_component")) == 4
    page.selectbox("surface-number").set_value("worst_group_auc").run()
    assert f"worst-group AUC of {SCRIPT}" in text_of(page).lower().replace("auc", "AUC")


def test_the_proposed_points_are_trained_on_a_click(open_page: OpenPage, task: str) -> None:
    page = open_page("what_if", comparison=finished(task, "multifair", grid()))
    assert "Where the band is widest" in text_of(page)
    assert any(
        "(estimate)" in unpack(json.loads(chart.proto.json)["figure"]) for chart in page.get("bidi_component")
    ), "hollow on the front"
    assert page.button("train-proposed").label == "Train these 3 points"
    page.button("train-proposed").click().run()
    assert not page.error
    comparison = address(page, "comparison")
    workbench().wait(comparison, every=0.02)
    points = {
        (run.spec["parameters"]["tau"], run.spec["parameters"]["delta"])
        for run in workbench().runs(comparison)
        if run.spec["method"] == "multifair"
    }
    assert len(points) == 3
    assert not points & {(point["tau"], point["delta"]) for point in grid()}
    page.run()
    assert "Estimated from 9 trained points" in text_of(page)


@pytest.mark.parametrize(("text", "message"), [("0.01, x", "found 'x'"), ("0.01, 0.010", "found 0.01 twice")])
def test_a_wrong_value_of_the_grid_is_named(
    open_page: OpenPage, trained: dict[str, str], text: str, message: str
) -> None:
    page = open_page("what_if", **trained)
    page.text_input("grid-multifair-tau").set_value(text).run()
    (error,) = page.error
    assert message in unescaped(error.value)
    assert page.button("train-grid").disabled


def test_while_it_trains_steps_are_replayed_as_far_as_they_are_recorded(
    open_page: OpenPage, running: str
) -> None:
    bench = workbench()
    page = open_page("what_if", comparison=running)
    end = time.monotonic() + 30
    while not all(run.epoch for run in bench.runs(running)):
        assert time.monotonic() < end, "no run finished an epoch"
        time.sleep(0.05)
    page.run()
    assert not page.error
    assert page.select_slider
    assert "Noise floor" not in text_of(page), "it is known when the run is finished"


def test_one_patient_is_asked_about(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("what_if", asked="One patient", **trained)
    assert not page.error
    first = workbench().prepared(trained["task"]).split.test[0]
    assert page.number_input("row").value == first + 1
    (values,) = (own.value for own in page.dataframe if "what if" in own.value)
    assert values["recorded"].tolist() == values["what if"].tolist()
    text = text_of(page)
    for label in ("Baseline", "FairGrad", "MultiFair"):
        assert f"- {label}: " in text
    assert "flagged by" in text
    assert "Write another value under What if" in text
    assert "changing a value in a table treats nobody" in text


def test_a_row_of_training_is_named_as_such(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("what_if", asked="One patient", **trained)
    assert "trained on this row" not in text_of(page)
    seen = int(workbench().prepared(trained["task"]).split.train[0])
    page.number_input("row").set_value(seen + 1).run()
    assert "Models were trained on this row" in text_of(page)


def test_private_patients_are_shown_on_request_alone(open_page: OpenPage, trained: dict[str, str]) -> None:
    spec = workbench().task_spec(trained["task"]).model_copy(update={"public": False})
    private = workbench().create_task(spec).id
    comparison = workbench().train(private, ["baseline"], seeds=1, training=SHORT)
    workbench().wait(comparison, every=0.02)
    page = open_page("what_if", asked="One patient", comparison=comparison)
    assert not [own for own in page.dataframe if "what if" in own.value]
    page.toggle("single").set_value(True).run()
    assert [own for own in page.dataframe if "what if" in own.value]


def test_patients_with_images_cannot_be_asked_about_and_nothing_of_them_is_shown(
    open_page: OpenPage,
    home: Path,  # noqa: ARG001  (the workbench's)
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAIRVIZ_IMAGE_SIDE", "16")
    write_fairvision_folder(tmp_path / "eyes", rows=120)
    bench = workbench()
    task = bench.create_task(bench.propose_task(bench.add_dataset(tmp_path / "eyes").id)).id
    comparison = bench.train(task, ["baseline"], seeds=1, training=SHORT)
    assert bench.wait(comparison, every=0.02).state is State.FINISHED
    page = open_page("what_if", asked="One patient", comparison=comparison)
    (error,) = page.error
    assert "images among their inputs" in error.value
    assert "they cannot be changed value by value" in error.value
    assert not page.toggle
    assert not page.dataframe


def test_without_a_finished_run_no_patient_can_be_asked_about(open_page: OpenPage, running: str) -> None:
    page = open_page("what_if", asked="One patient", comparison=running)
    assert "None is finished yet." in text_of(page)
