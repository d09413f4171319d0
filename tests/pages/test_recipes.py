"""Recipes on the pages: one click each, and what they say where their result is looked at."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from fairviz.recipes import RECIPES
from fairviz.store.records import State
from fairviz.ui.bench import workbench
from models.specs import TrainingSpec
from tests.pages.conftest import BEACON, OpenPage, address, hostile_spec, unescaped, words_of

SAYS = "What this experiment says: "


def readings(page: AppTest) -> list[str]:
    """Questions that are answered under the heading."""
    assert not page.error, [error.value for error in page.error]
    assert not page.exception
    return [own.label.removeprefix(SAYS) for own in page.expander if own.label.startswith(SAYS)]


def starting(page: AppTest) -> dict[str, str]:
    """By recipe, what its button says."""
    keys = {own.key or "": own.label for own in page.button}
    return {key.removeprefix("train-"): label for key, label in keys.items() if key.startswith("train-")}


def links(page: AppTest) -> dict[str, dict[str, str]]:
    """By label, the query of the address that a link leads to."""
    return {link.proto.label: dict(parse_qsl(link.proto.query_string)) for link in page.get("page_link")}


def trained_recipe(task: str, name: str, seeds: int = 2, **training: int) -> str:
    """A finished comparison."""
    bench = workbench()
    recipe = next(own for own in RECIPES if own.name == name)
    settings = TrainingSpec(**{"epochs": 2, "batch_size": 64, **training})
    comparison = bench.train_runs(task, recipe.runs(seeds, settings, bench.task_spec(task)))
    assert bench.wait(comparison, every=0.02).state is State.FINISHED
    return comparison


def test_every_recipe_has_a_button_with_its_runs_or_says_what_it_needs(
    open_page: OpenPage, task: str
) -> None:
    page = open_page("train", task=task, seeds="2")
    text = unescaped(words_of(page))
    for recipe in RECIPES:
        assert f"**{recipe.title}**" in text
        assert recipe.what in text
    offered = starting(page)
    assert offered.keys() == {own.name for own in RECIPES} - {"elsewhere"}
    assert offered["halves"] == "Train 8 runs"
    assert offered["dials"] == "Train 26 runs"
    assert "Needs a second dataset, from elsewhere, as the task's test rows." in text


def test_one_press_trains_the_recipe_with_the_seeds_and_settings_of_the_form(
    open_page: OpenPage, task: str
) -> None:
    page = open_page("train", task=task, seeds="1", epochs="1")
    page.button("train-attributes").click().run()
    comparison = address(page, "comparison")
    runs = [run.spec for run in workbench().runs(comparison)]
    acting = [run["parameters"].get("attributes") for run in runs]
    assert [(run["method"], run["seed"]) for run in runs] == [
        ("baseline", 0),
        ("fairgrad", 0),
        ("fairgrad", 0),
    ]
    assert acting == [None, "first", "all"]
    assert {run["training"]["epochs"] for run in runs} == {1}
    assert workbench().wait(comparison).state is State.FINISHED
    assert "Does closing one attribute's gap open another's?" in readings(page.run())


def test_wrong_settings_are_said_once_and_offer_nothing(open_page: OpenPage, task: str) -> None:
    page = open_page("train", task=task)
    page.number_input("learning_rate").set_value(0.0).run()
    assert not page.error
    assert "Not with these settings: training.learning_rate" in unescaped(words_of(page))
    assert not starting(page)


def test_a_recipe_in_training_says_what_is_still_to_come(open_page: OpenPage, task: str) -> None:
    bench = workbench()
    recipe = next(own for own in RECIPES if own.name == "halves")
    runs = recipe.runs(1, TrainingSpec(epochs=1000), bench.task_spec(task))
    comparison = bench.train_runs(task, runs)
    page = open_page("train", comparison=comparison)
    assert readings(page) == [recipe.title]
    assert "Still to come, once all 4 runs are finished" in words_of(page)
    bench.cancel(comparison)
    bench.wait(comparison)
    assert "This cannot be answered: no run of" in words_of(open_page("train", comparison=comparison))


def test_a_reading_stands_on_train_and_where_the_recipe_ends(open_page: OpenPage, task: str) -> None:
    comparison = trained_recipe(task, "gates")
    both = [own.title for own in RECIPES if own.name in ("modalities", "gates")]
    shown = {
        name: readings(open_page(name, comparison=comparison))
        for name in ("train", "groups", "modulation", "trade_offs", "sweep")
    }
    assert shown == {"train": both, "groups": both[:1], "modulation": both[1:], "trade_offs": [], "sweep": []}
    page = open_page("modulation", comparison=comparison, attribute="sex")
    text = words_of(page)
    assert "AUC gap of **sex** on test rows: " in text
    assert BEACON not in text
    assert "See who is behind" in links(page)


def test_links_lead_to_the_gap_and_the_groups_that_a_recipe_is_about(open_page: OpenPage, task: str) -> None:
    comparison = trained_recipe(task, "attributes", seeds=1, epochs=1)
    there = links(open_page("train", comparison=comparison, attribute="sex"))["See the trade-offs"]
    page = open_page("trade_offs", **there)
    assert page.selectbox("gap").value == "soft_equalized_odds_gap"
    assert page.selectbox("attribute").value == "sex"
    assert address(page, "comparison") == comparison


def test_small_batches_are_read_from_steps_and_dials(open_page: OpenPage, task: str) -> None:
    page = open_page("sweep", comparison=trained_recipe(task, "batches", epochs=1), attribute="sex")
    assert readings(page) == ["Does MultiFair still know its groups in small batches?"]
    (table,) = (own.value for own in page.dataframe if "batch size" in own.value)
    assert list(table["batch size"]) == ["8", "16", "32"]
    assert table["modality, single batches"].str.contains(r"^0\.\d{3} \(").all()
    assert "From batch size 8 to 32 the AUC gap of sex" in unescaped(words_of(page))


def test_every_definition_stands_side_by_side(open_page: OpenPage, task: str) -> None:
    comparison = trained_recipe(task, "definitions", seeds=1)
    page = open_page("train", comparison=comparison)
    assert len(readings(page)) == 2
    (table,) = (own.value for own in page.dataframe if "definition" in own.value)
    assert len(table) == 9
    (seconds,) = (own.value for own in page.dataframe if "seconds of an epoch" in own.value)
    assert list(seconds["method"]) == ["Baseline", "FairGrad", "MultiFair", "MultiFair+"]


def test_another_dataset_makes_it_external_validation(open_page: OpenPage, task: str) -> None:
    bench = workbench()
    dataset = bench.store.task(task).dataset_id
    there = bench.create_task(hostile_spec(dataset).model_copy(update={"external": dataset})).id
    comparison = trained_recipe(there, "elsewhere", seeds=1)
    page = open_page("trade_offs", comparison=comparison)
    assert "Does it hold in patients from elsewhere?" in readings(page)
    assert "on validation rows at home" in words_of(page)
    assert "Elsewhere: " in words_of(page)


@pytest.mark.parametrize("name", ["train", "trade_offs", "groups", "modulation", "sweep"])
def test_other_comparisons_are_read_as_no_recipe(
    open_page: OpenPage, trained: dict[str, str], name: str
) -> None:
    assert readings(open_page(name, **trained)) == []
