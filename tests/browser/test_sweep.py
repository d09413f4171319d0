"""A sweep as a person makes it: values, one click, what the dials did; then again on a phone in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.charts import keep, wait_for_charts
from tests.browser.conftest import OpenPage
from tests.browser.kept import sample_task
from tests.browser.server import ROOT, Server, serving

TAU = ".st-key-sweep-multifair-plus-tau input"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sweep")


@pytest.fixture(scope="module")
def task(home: Path) -> str:
    return sample_task(home)


@pytest.fixture
def server(home: Path, task: str) -> Iterator[Server]:
    assert task
    with serving(ROOT / "app.py", home) as running:
        yield running


@pytest.mark.timeout(240)
def test_from_values_to_what_the_dials_did(
    server: Server, task: str, open_page: OpenPage, console: list[str]
) -> None:
    form = urlencode({"task": task, "method": "MultiFair+", "seeds": 2, "epochs": 60})
    page = open_page(server.page(f"sweep?{form}"))
    expect(page.get_by_role("button", name="Start 12 runs")).to_be_enabled(timeout=30_000)
    page.locator(TAU).fill("0.1, 0.02, twice")
    page.keyboard.press("Enter")
    expect(page.get_by_text("found 'twice'")).to_be_visible(timeout=15_000)
    expect(page.locator(".st-key-start button")).to_be_disabled()
    page.locator(TAU).fill("0.1, 0.02")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Start 6 runs").click(timeout=15_000)

    expect(page.get_by_role("button", name="Cancel")).to_be_visible(timeout=30_000)
    wait_for_charts(page, 1)
    keep(page, "sweep-live")
    wait_for_charts(page, 2, seconds=120)
    expect(page.get_by_text("From tau 0.1 to 0.02")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("6 runs finished")).to_be_visible()
    keep(page, "sweep-finished")

    query = parse_qs(urlsplit(page.url).query)
    assert query["sweep.multifair-plus.tau"] == ["0.1, 0.02"]
    phone = open_page(page.url, width=390, height=844, scheme="dark")
    wait_for_charts(phone, 2)
    expect(phone.locator(TAU)).to_have_value("0.1, 0.02")
    expect(phone.get_by_text("From tau 0.1 to 0.02")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    keep(phone, "sweep-phone-dark")
    assert console == []
