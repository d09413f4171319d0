"""Methods that train no network, on the pages where the others stand."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from fairviz.ui.bench import workbench
from fairviz.ui.series import short
from models.specs import METHODS
from tests.pages.conftest import OpenPage, table_with

TRAINED = ("gradient-boosting", "exponentiated-gradient", "threshold-optimizer")


@pytest.fixture
def compared(task: str) -> dict[str, str]:
    """Address of a finished comparison of comparators."""
    bench = workbench()
    comparison = bench.train(task, TRAINED, seeds=2)
    bench.wait(comparison, every=0.05)
    return {"task": task, "comparison": comparison}


def opened(page: AppTest) -> AppTest:
    assert not page.exception
    assert not page.error
    return page


def test_the_train_page_counts_their_own_epochs(open_page: OpenPage, compared: dict[str, str]) -> None:
    page = opened(open_page("train", **compared))
    epochs = table_with(page, "epoch").groupby("method")["epoch"].agg(set)
    assert epochs["Exponentiated gradient"] == epochs["Threshold optimizer"] == {"1 chosen of 1"}
    assert all(told.endswith("chosen of 20") for told in epochs["Gradient boosting"])


def test_there_are_no_steps_to_look_at(open_page: OpenPage, compared: dict[str, str]) -> None:
    page = opened(open_page("train", **compared))
    (steps,) = (box for box in page.selectbox if box.label == "Steps of")
    assert steps.disabled


def test_the_form_offers_every_one(open_page: OpenPage, task: str) -> None:
    page = opened(open_page("train", task=task))
    offered = {box.label for box in page.checkbox}
    assert {entry.title for entry in METHODS.values()} <= offered


def test_trade_offs_show_them(open_page: OpenPage, compared: dict[str, str]) -> None:
    page = opened(open_page("trade_offs", **compared))
    assert set(table_with(page, "gap_change")["method"]) == {METHODS[name].title for name in TRAINED}


def test_what_is_not_estimable_of_them_is_said(open_page: OpenPage, compared: dict[str, str]) -> None:
    page = opened(open_page("trade_offs", **compared, performance=short("calibration_error")))
    shown = table_with(page, "gap_change").set_index("method")
    assert shown["calibration_error"].isna().to_dict() == {
        "Gradient boosting": False,
        "Exponentiated gradient": True,
        "Threshold optimizer": True,
    }
