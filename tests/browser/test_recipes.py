"""A paper's experiment as a person starts it: one click on the Train page, then what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.charts import keep
from tests.browser.conftest import OpenPage
from tests.browser.kept import sample_task
from tests.browser.server import ROOT, Server, serving

QUESTION = "Where a gap remains in patients held out, was the gate at work?"
READINGS = ".st-key-readings"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recipes")


@pytest.fixture(scope="module")
def task(home: Path) -> str:
    return sample_task(home)


@pytest.fixture
def server(home: Path, task: str) -> Iterator[Server]:
    assert task
    with serving(ROOT / "app.py", home) as running:
        yield running


@pytest.mark.timeout(240)
def test_one_click_trains_a_recipe_and_ends_in_what_it_says(
    server: Server, task: str, open_page: OpenPage, console: list[str]
) -> None:
    form = urlencode({"task": task, "seeds": 2, "epochs": 3})
    page = open_page(server.page(f"train?{form}"))
    page.get_by_text("Recipes: the papers' experiments").click(timeout=30_000)
    button = page.locator(".st-key-train-gates button")
    expect(button).to_have_text("Train 6 runs")
    button.click()
    readings = page.locator(READINGS)
    expect(readings.get_by_text(f"What this experiment says: {QUESTION}")).to_be_visible(timeout=30_000)
    expect(readings.get_by_text("on test rows: ").first).to_be_visible(timeout=90_000)
    expect(readings.get_by_text("of batches; chance alone would open it").first).to_be_visible()
    keep(page, "recipe-1440")
    comparison = parse_qs(urlsplit(page.url).query)["comparison"][0]

    page = open_page(
        server.page(f"modulation?comparison={comparison}&configuration=MultiFair"), width=390, scheme="dark"
    )
    readings = page.locator(READINGS)
    expect(readings.get_by_text("on test rows: ").first).to_be_visible(timeout=60_000)
    expect(readings.get_by_role("link", name="See who is behind")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    keep(page, "recipe-390")
    assert console == []
