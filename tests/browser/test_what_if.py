"""Dials turned, a grid trained, the surface read; then again on a phone in the dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from fairviz.config import Settings
from fairviz.workbench import Workbench
from models.specs import TrainingSpec
from tests.browser.charts import CHARTS, keep, wait_for_charts
from tests.browser.conftest import OpenPage
from tests.browser.server import ROOT, Server, serving

TAUS, DELTAS = ".st-key-grid-multifair-tau input", ".st-key-grid-multifair-delta input"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("what-if")


@pytest.fixture(scope="module")
def comparison(home: Path) -> str:
    with Workbench(home, settings=Settings(home=home)) as bench:
        task = bench.add_sample("nhefs").id
        training = TrainingSpec(epochs=15, batch_size=128)
        found = bench.train(task, ["baseline", "multifair"], seeds=2, training=training)
        bench.wait(found)
        return found


@pytest.fixture
def server(home: Path, comparison: str) -> Iterator[Server]:
    assert comparison
    with serving(ROOT / "app.py", home) as running:
        yield running


@pytest.mark.timeout(300)
def test_from_a_dial_to_a_surface(
    server: Server, comparison: str, open_page: OpenPage, console: list[str]
) -> None:
    page = open_page(server.page(f"what_if?{urlencode({'comparison': comparison})}"))
    expect(page.get_by_text("was open in").first).to_be_visible(timeout=60_000)
    wait_for_charts(page, 2)
    front = page.locator(CHARTS).nth(1).get_attribute("data-revision")
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    expect(
        page.get_by_text(re.compile("With tau 0.05 the gate of .* would have been open")).first
    ).to_be_visible(timeout=15_000)
    assert page.locator(CHARTS).nth(1).get_attribute("data-revision") == front, "only the replay reran"
    keep(page, "what-if-replay")

    page.locator(TAUS).fill("0.02, 0.1, 0.3")
    page.keyboard.press("Enter")
    page.locator(DELTAS).fill("0.3, 0.6")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Train the grid, 14 runs").click(timeout=15_000)
    expect(page.get_by_role("button", name="Cancel")).to_be_visible(timeout=30_000)
    keep(page, "what-if-live")
    wait_for_charts(page, 4, seconds=150)
    trained = parse_qs(urlsplit(page.url).query)["comparison"]
    assert trained != [comparison]
    expect(page.get_by_text("Estimated from 7 trained points")).to_be_visible()
    expect(page.get_by_text("retrained values lay inside the 95 % band")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Train these \d points?"))).to_be_visible()
    keep(page, "what-if-surface")

    phone = open_page(page.url, width=390, height=844, scheme="dark")
    wait_for_charts(phone, 4)
    expect(phone.get_by_text("Estimated from 7 trained points")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    keep(phone, "what-if-phone-dark")
    assert console == []
