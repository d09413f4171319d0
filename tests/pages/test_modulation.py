"""The modulation page: every question about a method's steps, in charts and in words."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fairviz.ui.bench import workbench
from fairviz.ui.packed import unpack
from models.specs import METHODS, TrainingSpec
from tests.pages.conftest import (
    BEACON,
    SCRIPT,
    OpenPage,
    address,
    hostile_spec,
    hostile_table,
    unescaped,
    words_of,
)

QUESTION = "What is the method doing?"


def charts(page: AppTest) -> list[dict[str, Any]]:
    assert not page.error, [error.value for error in page.error]
    assert not page.exception
    return [json.loads(chart.proto.json) for chart in page.get("bidi_component")]


def test_nothing_yet_offers_the_next_step(open_page: OpenPage) -> None:
    page = open_page("modulation")
    assert page.title[0].value == QUESTION
    page.button("next").click().run()
    assert page.title[0].value != QUESTION


def test_an_untrained_task_leads_to_its_training(open_page: OpenPage, task: str) -> None:
    page = open_page("modulation", task=task)
    assert "Nothing is trained yet." in words_of(page)
    page.button("next").click().run()
    assert address(page, "task") == task


def test_multifair_comes_first_with_a_chart_per_question(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("modulation", **trained)
    assert page.selectbox("configuration").value == "MultiFair"
    shown = charts(page)
    questions = [chart["alt"].partition("?")[0] for chart in shown]
    assert questions == [
        "Does the gate follow a gap, or chance",
        *["For which groups does each encoder learn faster"] * 2,
        "How much are the encoders slowed or sped",
        "What do the two extra losses do",
    ]
    text = unescaped(words_of(page))
    assert "chance alone would open it in" in text
    assert "act only as delta / tau = 7.5" in text
    assert page.expander[0].label == "Before turning tau and delta"


def test_the_share_told_is_the_share_recorded(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("modulation", **trained, configuration="MultiFair", seed="1")
    runs = workbench().runs(trained["comparison"])
    run = next(run for run in runs if run.label == "MultiFair" and run.spec["seed"] == 1)
    share = workbench().traces(run.id)["gate"][:, 1].mean()
    text = unescaped(words_of(page))
    assert f"The gate for **sex** was open in {round(100 * share)} % of batches" in text


def test_seeds_are_joined_on_demand_and_kept_in_the_address(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("modulation", **trained, configuration="FairGrad", seed="all seeds")
    assert page.selectbox("seed").value == "all seeds"
    runs = [run for run in workbench().runs(trained["comparison"]) if run.label == "FairGrad"]
    shares = [float((workbench().traces(run.id)["cosines"][:, 0, 2] < 0).mean()) for run in runs]
    assert f"**sex** and the task pulled apart in {round(100 * np.mean(shares))} %" in unescaped(
        words_of(page)
    )
    assert "mean of 2 seeds" in unpack(charts(page)[0]["figure"])


def test_the_baseline_says_what_to_train(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("modulation", **trained, configuration="Baseline")
    assert not charts(page)
    assert "The baseline modulates nothing" in words_of(page)
    page.button("next").click().run()
    assert page.title[0].value == "What happens to performance and fairness while training?"


def test_names_stay_text(open_page: OpenPage, trained: dict[str, str]) -> None:
    for configuration in ("MultiFair", "FairGrad"):
        page = open_page("modulation", **trained, configuration=configuration)
        assert charts(page)
        assert BEACON not in words_of(page)
        assert SCRIPT not in words_of(page)


def test_a_running_comparison_is_followed(open_page: OpenPage, running: str) -> None:
    deadline = time.monotonic() + 30
    while not any(run.epoch for run in workbench().runs(running)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    page = open_page("modulation", comparison=running, configuration="FairGrad")
    assert len(charts(page)) == 3
    page.run()
    assert len(charts(page)) == 3


def test_the_train_page_leads_here(open_page: OpenPage, trained: dict[str, str]) -> None:
    page = open_page("train", **trained)
    links = [link.proto for link in page.get("page_link")]
    (more,) = (link for link in links if link.label == "More on the Modulation page")
    assert "configuration=MultiFair" in more.query_string
    assert "seed=0" in more.query_string


def _trained_on(table: Any, tmp_path: Path, **changes: Any) -> dict[str, str]:
    path = tmp_path / "table.parquet"
    table.to_parquet(path)
    bench = workbench()
    spec = hostile_spec(bench.add_dataset(path).id).model_copy(update=changes)
    task = bench.create_task(spec).id
    comparison = bench.train(
        task, ["multifair", "fairgrad", "multifair-plus"], seeds=1, training=TrainingSpec(epochs=1)
    )
    bench.wait(comparison, every=0.05)
    return {"task": task, "comparison": comparison}


@pytest.mark.usefixtures("home")
def test_small_groups_of_private_data_are_left_out_and_named(open_page: OpenPage, tmp_path: Path) -> None:
    table = hostile_table()
    table.loc[:7, "sex"] = "other"
    here = _trained_on(table, tmp_path, public=False)
    withheld = workbench().untraced_groups(here["task"])["sex"]
    assert "other" in withheld
    for configuration in ("MultiFair", "FairGrad", "MultiFair+"):
        page = open_page("modulation", **here, configuration=configuration)
        text = unescaped(words_of(page))
        assert "Suppressed, since few patients stand behind it" in text
        assert "**other**" in text
        assert "nan" not in text
        assert "for **sex**" not in text.lower().partition("suppressed")[0]
        for chart in charts(page):
            assert "nan" not in chart["alt"].lower().split()
        run = next(r for r in workbench().runs(here["comparison"]) if r.label == configuration)
        assert "shares" not in workbench().traces(run.id)


@pytest.mark.usefixtures("home")
def test_of_several_classes_chance_is_not_told(open_page: OpenPage, tmp_path: Path) -> None:
    table = hostile_table()
    table["died"] = (table["lactate"] > 0).astype(int) + (table["lactate"] > 1).astype(int)
    page = open_page("modulation", **_trained_on(table, tmp_path, positive=None))
    assert len(charts(page)) == 5
    text = unescaped(words_of(page))
    assert "several classes" in text
    assert "chance alone would open it in" not in text


def test_what_the_method_does_is_said_and_leads_to_what_another_tau_would_do(
    open_page: OpenPage, trained: dict[str, str]
) -> None:
    page = open_page("modulation", **trained)
    assert "a gate opens" in words_of(page)
    links = [link.proto for link in page.get("page_link") if link.proto.label.startswith("Would another tau")]
    assert trained["comparison"] in links[0].query_string
    page = open_page("modulation", **trained, configuration="FairGrad")
    assert METHODS["fairgrad"].summary in words_of(page)
    assert not [link for link in page.get("page_link") if link.proto.label.startswith("Would another tau")]
